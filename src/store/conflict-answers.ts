// What the answer to a question moves: identities, the keys of a membership, and the question's own state.
import type { Identity } from '../domain/account.ts'
import type { AddressKey } from '../domain/address.ts'
import type { ConflictKind } from '../domain/change.ts'
import type { Subject } from '../domain/profile.ts'
import type { Actor } from '../domain/reason.ts'
import { newId } from '../kernel/ids.ts'
import { type Reader, statement, type Transaction } from './database.ts'
import { identityColumns } from './person-facts.ts'

export interface Conflict {
  id: string
  organizationId: string
  kind: ConflictKind
  state: 'open' | 'resolved'
  key: AddressKey | null
  accountId: string | null
  connectionId: string | null
  subject: Subject | null
  directoryUserId: string | null
  membershipId: string | null
  choices: string[]
  detail: string
  resolution: { choice: string } | null
}

const columns = `f.id, f.organization_id "organizationId", f.kind, f.state, f.key, f.account_id "accountId", f.connection_id "connectionId", f.subject,
  f.directory_user_id "directoryUserId", f.membership_id "membershipId", f.choices, f.detail, f.resolution`

const byId = statement('conflict_by_id', `select ${columns} from conflicts f where f.id = $1`)
const locked = statement('conflict_lock', `select ${columns} from conflicts f where f.id = $1 for update`)

export async function readConflict(read: Reader, id: string): Promise<Conflict | null> {
  return (await read.rows<Conflict>(byId, [id]))[0] ?? null
}

/** The question, held to the transaction's end. */
export async function lockConflict(tx: Transaction, id: string): Promise<Conflict | null> {
  return (await tx.rows<Conflict>(locked, [id]))[0] ?? null
}

const close = statement(
  'conflict_close',
  `update conflicts set state = 'resolved', resolution = $2, resolved_at = $3 where id = $1`,
)

export async function closeConflict(
  tx: Transaction,
  id: string,
  resolution: { choice: string; by: Actor },
  at: Date,
): Promise<void> {
  await tx.run(close, [id, JSON.stringify(resolution), at])
}

const answered = statement(
  'conflict_answered',
  `insert into conflicts (id, organization_id, kind, state, fingerprint, key, account_id, directory_user_id, choices, detail, resolution, created_at, resolved_at)
   values ($1, $2, 'E9', 'resolved', $3, $4, $5, $6, '{keep,replace,new_account}', $7, $8, $9, $9)`,
)

/** Keeps a record apart that an answer put aside: as if its own question had been answered with `keep`. */
export async function keepApart(
  tx: Transaction,
  record: { id: string; organizationId: string; emailKey: AddressKey | null },
  accountId: string,
  by: Actor,
  at: Date,
): Promise<void> {
  const fingerprint = JSON.stringify(['E9', record.emailKey, accountId, null, null, record.id])
  await tx.run(answered, [
    newId(),
    record.organizationId,
    fingerprint,
    record.emailKey,
    accountId,
    record.id,
    'Another record of the directory took the place of this one.',
    JSON.stringify({ choice: 'keep', by }),
    at,
  ])
}

const ofSubject = statement(
  'identity_of_subject',
  `select ${identityColumns} from identities x where x.connection_id = $1 and x.name_id = $2 and x.format = $3 and x.name_qualifier = $4 and x.sp_name_qualifier = $5`,
)

/** The identity of a Connection's subject, byte-exact; null where nobody has it. */
export async function findSubject(
  read: Reader,
  connectionId: string,
  subject: Subject,
): Promise<Identity | null> {
  const { nameId, format, nameQualifier, spNameQualifier } = subject
  const values = [connectionId, nameId, format, nameQualifier, spNameQualifier]
  return (await read.rows<Identity>(ofSubject, values))[0] ?? null
}

const endAll = statement(
  'identities_end_of_account',
  `with gone as (delete from identities where account_id = $1 and connection_id = $2 returning id)
   update sessions set ended_at = $3, end_reason = 'identity_replaced' where ended_at is null and identity_id in (select id from gone)`,
)

/** Ends every identity that the account has on the Connection, with the sessions opened by them. */
export async function endIdentities(
  tx: Transaction,
  accountId: string,
  connectionId: string,
  at: Date,
): Promise<void> {
  await tx.run(endAll, [accountId, connectionId, at])
}

const move = statement(
  'identity_move',
  `with ended as (update sessions set ended_at = $3, end_reason = 'identity_moved' where ended_at is null and identity_id = $1)
   update identities set account_id = $2, rule = 'B8', automatic = false, jit_at = null where id = $1`,
)

/** Gives the identity to another account (invariant 2: only by an administrator's answer); its sessions end. */
export async function moveIdentity(
  tx: Transaction,
  identityId: string,
  accountId: string,
  at: Date,
): Promise<void> {
  await tx.run(move, [identityId, accountId, at])
}

const forget = statement(
  'membership_forget_key',
  'delete from membership_keys where organization_id = $1 and key = $2 and membership_id in (select id from memberships where organization_id = $1 and account_id = $3)',
)
const promote = statement(
  'address_promote',
  `update account_addresses set is_primary = true where id = (select id from account_addresses where account_id = $1 and verified_at is not null order by given_by in ('directory', 'connection'), created_at, id limit 1)
   and not exists (select 1 from account_addresses p where p.account_id = $1 and p.is_primary)`,
)
const release = statement(
  'tombstones_release_key',
  'update directory_tombstones set ended_at = $3 where organization_id = $1 and account_id is null and keys && array[$2::text] and ended_at is null',
)

/**
 * The address is the next holder's from now on: the former holder's membership is not known by it any longer, another of their addresses
 * becomes primary where this one was, and what deleted records of nobody said against it is over (D1).
 */
export async function passAddressOn(
  tx: Transaction,
  passed: { organizationId: string; key: AddressKey; from: string | null },
  at: Date,
): Promise<void> {
  const { organizationId, key, from } = passed
  if (from !== null) {
    await tx.run(forget, [organizationId, key, from])
    await tx.run(promote, [from])
  }
  await tx.run(release, [organizationId, key, at])
}
