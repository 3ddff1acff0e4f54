// Makes the signed token of a security event (RFC 8417): the one place where its claims are written.
import { SignJWT } from 'jose'
import type { EventPayloads, EventSubject } from '../domain/security-event.ts'
import { SIGNING_ALGORITHM, signingKey } from './signing-key.ts'
import type { World } from './world.ts'

export interface UnsignedEvent {
  id: string
  txn: string
  subject: EventSubject
  events: EventPayloads
  at: Date
}

/** The token in its compact form; the same event always has the same claims, so that a receiver knows a repetition by its `jti`. */
export async function signSecurityEvent(
  world: World,
  event: UnsignedEvent,
  audience: string,
): Promise<string> {
  const { id, privateKey } = await signingKey(world)
  return new SignJWT({ txn: event.txn, sub_id: event.subject, events: event.events })
    .setProtectedHeader({ alg: SIGNING_ALGORITHM, kid: id, typ: 'secevent+jwt' })
    .setIssuer(world.publicUrl)
    .setAudience([audience])
    .setJti(event.id)
    .setIssuedAt(Math.floor(event.at.getTime() / 1000))
    .sign(privateKey)
}

/** Whom the tokens of a stream are for; the address under which a receiver polls. */
export function streamAudience(world: World, stream: { id: string; directoryId: string }): string {
  return `${world.publicUrl}/scim/v2/${stream.directoryId}/event-streams/${stream.id}`
}
