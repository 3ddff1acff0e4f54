// Makes an OAuth client for a Directory: one with a secret, or one that is known by another issuer's assertions.
import type { AssertionTrust, KeySet } from '../domain/oauth-client.ts'
import { AppError, invalidField } from '../kernel/errors.ts'
import { newId } from '../kernel/ids.ts'
import { insertClient, insertSecret, listClientRows, type OauthClientRow } from '../store/oauth-clients.ts'
import { actorOf, type Caller } from './authorize.ts'
import { lockForCredentials, requireFuture } from './change-directory-credentials.ts'
import { newClientSecret } from './create-oauth-secret.ts'
import { readKeySet } from './read-key-set.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

const CLIENTS_MAX = 10

export interface WantedAssertion {
  issuer?: string | undefined
  subject?: string | undefined
  audience?: string | undefined
  jwksUrl?: string | undefined
  jwks?: unknown
  repeatable?: boolean | undefined
}

export interface WantedClient {
  label: string
  expiresAt?: Date | undefined
  assertion?: WantedAssertion | undefined
}

/**
 * `clientSecret` is shown once, null for a client with assertions; their issuer and subject are the client's own id unless said otherwise
 * (RFC 7523 §3). AppError invalid names the field; forbidden `own_proof_required` on an active directory without trust (decision 6);
 * conflict `too_many_clients` for more than ten of a directory.
 */
export async function createOauthClient(
  world: World,
  caller: Caller,
  directoryId: string,
  wanted: WantedClient,
): Promise<OauthClientRow & { clientSecret: string | null }> {
  requireFuture(world, wanted.expiresAt)
  const id = newId()
  const assertion = wanted.assertion === undefined ? null : trustOf(world, wanted.assertion, id)
  return inTransaction(world, async (tx) => {
    const directory = await lockForCredentials(tx, world, caller, directoryId)
    if ((await listClientRows(tx, directoryId)).length >= CLIENTS_MAX) {
      throw new AppError(
        'conflict',
        'too_many_clients',
        `A directory has at most ${CLIENTS_MAX} OAuth clients; delete one first.`,
      )
    }
    const row = {
      id,
      directoryId,
      label: wanted.label,
      assertion,
      expiresAt: wanted.expiresAt ?? null,
      createdAt: world.clock.now(),
    }
    await insertClient(tx, row)
    const made = assertion === null ? newClientSecret(world, id, null) : null
    if (made !== null) await insertSecret(tx, made.row)
    await recordEvent(tx, world, {
      organizationId: directory.organizationId,
      type: 'directory.oauth_client_created',
      actor: actorOf(caller),
      subject: { type: 'directory', id: directoryId },
      data: { clientId: id, label: row.label, expiresAt: row.expiresAt, assertion: audited(assertion) },
    })
    const secrets = made === null ? [] : [made.shown]
    return { ...row, lastUsedAt: null, secrets, clientSecret: made?.secret ?? null }
  })
}

function trustOf(world: World, wanted: WantedAssertion, clientId: string): AssertionTrust {
  const { issuer, subject, audience, jwksUrl, jwks, repeatable } = wanted
  if ((jwksUrl === undefined) === (jwks === undefined)) {
    throw invalidField('assertion.jwksUrl', 'is required, or jwks in its place; not both')
  }
  if (jwksUrl !== undefined && world.production && !jwksUrl.startsWith('https:')) {
    throw invalidField('assertion.jwksUrl', 'must begin with https://')
  }
  return {
    issuer: issuer ?? clientId,
    subject: subject ?? clientId,
    audience: audience ?? null,
    jwksUrl: jwksUrl ?? null,
    jwks: jwks === undefined ? null : pastedKeys(jwks),
    repeatable: repeatable ?? false,
  }
}

function pastedKeys(jwks: unknown): KeySet {
  const found = readKeySet(jwks, true)
  if ('set' in found) return found.set
  throw invalidField(found.at === null ? 'assertion.jwks' : `assertion.jwks.keys.${found.at}`, found.fault)
}

/** Whom the client trusts, without the keys. */
function audited(assertion: AssertionTrust | null): object | null {
  if (assertion === null) return null
  const { issuer, subject, audience, jwksUrl, repeatable } = assertion
  return { issuer, subject, audience, jwksUrl, repeatable }
}
