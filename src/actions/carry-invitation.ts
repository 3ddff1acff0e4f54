// Carrying an invitation: a new delivery with its own token and code, mailed or handed out once.
import type { AddressKey } from '../domain/address.ts'
import { newId } from '../kernel/ids.ts'
import { newCode8, newToken } from '../kernel/secrets.ts'
import type { Transaction } from '../store/database.ts'
import { createDelivery, replaceDeliveries } from '../store/deliveries.ts'
import { postMail } from './post-mail.ts'
import type { World } from './world.ts'

export interface Carried {
  deliveryId: string
  /** The invitee's page with the token in its fragment; shown once, never stored. */
  url: string
  /** The typed code, `K7QM-4D2P`. */
  code: string
}

/** What the stored code is a keyed digest of: codes are short, so the digest needs the server's key. */
export function codeDigest(world: World, code: string): string {
  return world.secrets.hmac('invitation-code', code).toString('base64url')
}

/** Makes a delivery inside the deed's transaction; with `replace` every earlier link and code of the invitation stops working. */
export async function carryInvitation(
  tx: Transaction,
  world: World,
  invitation: { id: string; organizationId: string; email: string; key: AddressKey; language: string | null },
  how: { channel: 'email' | 'link'; replace: boolean },
): Promise<Carried> {
  const at = world.clock.now()
  const { token, hash } = newToken('inv')
  const code = newCode8()
  const deliveryId = newId()
  if (how.replace) await replaceDeliveries(tx, invitation.id, at)
  await createDelivery(tx, {
    id: deliveryId,
    invitationId: invitation.id,
    channel: how.channel,
    toKey: how.channel === 'email' ? invitation.key : null,
    tokenHash: hash,
    codeHash: codeDigest(world, code),
    status: how.channel === 'email' ? 'queued' : 'sent',
    at,
  })
  if (how.channel === 'email') {
    await postMail(tx, world, {
      kind: 'invitation',
      to: invitation.email,
      language: invitation.language,
      organizationId: invitation.organizationId,
      deliveryId,
      data: { token, code },
    })
  }
  return { deliveryId, url: `${world.publicUrl}/invitations/${invitation.id}#t=${token}`, code }
}
