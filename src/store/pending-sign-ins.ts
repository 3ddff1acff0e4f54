// Sign-ins under way: requests sent to identity providers, answers that wait for the browser, and the assertions that were spent.
import type { AddressKey } from '../domain/address.ts'
import type { Profile } from '../domain/profile.ts'
import { type Reader, statement, type Transaction } from './database.ts'
import { reviveDates } from './person-facts.ts'

/** What a sign-in was started for: nothing else, "connect single sign-on" (R3), or accepting an invitation (A8). */
export type SignInIntent =
  | { kind: 'sign-in' }
  | { kind: 'connect'; accountId: string; provenAt: string }
  | { kind: 'accept'; invitationId: string; accountId: string | null; provenAt: string | null }

export interface SignInRequest {
  id: string
  connectionId: string
  browserHash: Buffer
  relayStateHash: Buffer
  returnTo: string | null
  intent: SignInIntent
  createdAt: Date
  expiresAt: Date
}

const requestColumns = `id, connection_id "connectionId", browser_hash "browserHash", relay_state_hash "relayStateHash", return_to "returnTo", intent,
  created_at "createdAt", expires_at "expiresAt"`
const requestCreate = statement(
  'saml_request_create',
  `insert into saml_requests (id, connection_id, browser_hash, relay_state_hash, return_to, intent, created_at, expires_at) values ($1,$2,$3,$4,$5,$6,$7,$8)`,
)
const requestRead = statement(
  'saml_request_read',
  `select ${requestColumns} from saml_requests where id = $1 and connection_id = $2 and expires_at > $3`,
)
const requestConsume = statement(
  'saml_request_consume',
  `delete from saml_requests where id = $1 and connection_id = $2 and browser_hash = $3 and expires_at > $4 returning ${requestColumns}`,
)

export async function createRequest(tx: Transaction, request: SignInRequest): Promise<void> {
  const { id, connectionId, browserHash, relayStateHash, returnTo, intent, createdAt, expiresAt } = request
  await tx.run(requestCreate, [
    id,
    connectionId,
    browserHash,
    relayStateHash,
    returnTo,
    JSON.stringify(intent),
    createdAt,
    expiresAt,
  ])
}

/** The live request of this id at this Connection, without spending it. */
export async function readRequest(
  reader: Reader,
  id: string,
  connectionId: string,
  now: Date,
): Promise<SignInRequest | null> {
  return (await reader.rows<SignInRequest>(requestRead, [id, connectionId, now]))[0] ?? null
}

/** Spends the request: one deed gets it, and only from the browser that it was made for. */
export async function consumeRequest(
  tx: Transaction,
  query: { id: string; connectionId: string; browserHash: Buffer; now: Date },
): Promise<SignInRequest | null> {
  return (
    (
      await tx.rows<SignInRequest>(requestConsume, [
        query.id,
        query.connectionId,
        query.browserHash,
        query.now,
      ])
    )[0] ?? null
  )
}

const assertionSpend = statement(
  'saml_assertion_spend',
  'insert into saml_assertions (connection_id, assertion_id, expires_at) values ($1,$2,$3) on conflict do nothing',
)
const assertionSpent = statement(
  'saml_assertion_spent',
  'select 1 as spent from saml_assertions where connection_id = $1 and assertion_id = $2',
)

/** Remembers the assertion; false where it was spent before (T-34). */
export async function spendAssertion(
  tx: Transaction,
  connectionId: string,
  assertionId: string,
  expiresAt: Date,
): Promise<boolean> {
  return (await tx.run(assertionSpend, [connectionId, assertionId, expiresAt])) === 1
}

export async function isSpent(reader: Reader, connectionId: string, assertionId: string): Promise<boolean> {
  return (await reader.rows(assertionSpent, [connectionId, assertionId])).length > 0
}

/** What the ACS verified and the browser has yet to come back for. */
export interface PendingPayload {
  profile: Profile
  assertionId: string
  /** ISO 8601: how long the assertion must be remembered. */
  rememberUntil: string
  inResponseTo: string | null
  sessionUntil: string | null
  relayState: string | null
  checks: { name: string; ok: boolean; detail: string | null }[]
  responseXml: string | null
}

export interface PendingSignIn {
  id: string
  connectionId: string
  payload: PendingPayload
  /** The asserted address once a code proved it here (P1). */
  provenKey: AddressKey | null
  /** The account whose own proof was given here (P2). */
  provenAccountId: string | null
  expiresAt: Date
}

const pendingColumns = `id, connection_id "connectionId", payload::text as payload, proven_key "provenKey", proven_account_id "provenAccountId", expires_at "expiresAt"`
const pendingCreate = statement(
  'pending_sign_in_create',
  'insert into pending_sign_ins (id, handle_hash, connection_id, payload, expires_at, created_at) values ($1,$2,$3,$4,$5,$6)',
)
const pendingRead = statement(
  'pending_sign_in_read',
  `select ${pendingColumns} from pending_sign_ins where handle_hash = $1 and expires_at > $2`,
)
const pendingLock = statement(
  'pending_sign_in_lock',
  `select ${pendingColumns} from pending_sign_ins where handle_hash = $1 and expires_at > $2 for update`,
)
const pendingExtend = statement(
  'pending_sign_in_extend',
  'update pending_sign_ins set expires_at = $2 where id = $1',
)
const pendingProve = statement(
  'pending_sign_in_prove',
  'update pending_sign_ins set proven_key = coalesce($2, proven_key), proven_account_id = coalesce($3, proven_account_id) where id = $1',
)
const pendingDelete = statement('pending_sign_in_delete', 'delete from pending_sign_ins where id = $1')

export async function createPending(
  tx: Transaction,
  pending: {
    id: string
    handleHash: Buffer
    connectionId: string
    payload: PendingPayload
    expiresAt: Date
    createdAt: Date
  },
): Promise<void> {
  const { id, handleHash, connectionId, payload, expiresAt, createdAt } = pending
  await tx.run(pendingCreate, [id, handleHash, connectionId, JSON.stringify(payload), expiresAt, createdAt])
}

/** The pending sign-in of a handle; null where it is unknown, finished or too old. */
export async function readPending(
  reader: Reader,
  handleHash: Buffer,
  now: Date,
): Promise<PendingSignIn | null> {
  return revive((await reader.rows<PendingRow>(pendingRead, [handleHash, now]))[0])
}

/** The same, held against every other deed until the transaction ends. */
export async function lockPending(
  tx: Transaction,
  handleHash: Buffer,
  now: Date,
): Promise<PendingSignIn | null> {
  return revive((await tx.rows<PendingRow>(pendingLock, [handleHash, now]))[0])
}

export async function extendPending(tx: Transaction, id: string, expiresAt: Date): Promise<void> {
  await tx.run(pendingExtend, [id, expiresAt])
}

/** Notes what was proven in the browser that holds the handle. */
export async function provePending(
  tx: Transaction,
  id: string,
  proven: { key: AddressKey | null; accountId: string | null },
): Promise<void> {
  await tx.run(pendingProve, [id, proven.key, proven.accountId])
}

export async function deletePending(tx: Transaction, id: string): Promise<void> {
  await tx.run(pendingDelete, [id])
}

type PendingRow = Omit<PendingSignIn, 'payload'> & { payload: string }

function revive(row: PendingRow | undefined): PendingSignIn | null {
  return row ? { ...row, payload: reviveDates<PendingPayload>(row.payload) } : null
}
