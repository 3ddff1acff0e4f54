// Writes to memberships: the row, its keys, its grants and what hands gave.
import type { Grant, Membership, MembershipKey } from '../domain/membership.ts'
import { newId } from '../kernel/ids.ts'
import { statement, type Transaction } from './database.ts'

const columns = `id, organization_id, account_id, status, status_reason, role, email, display_name, consented_at, owner_since, suspended_by_admin_at,
  directory_suspended_at, removed_at, removed_by, allowed_at, held_at, guard_cause, brake_hold_id, created_at, updated_at`

const create = statement(
  'membership_create',
  `insert into memberships (${columns}) values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20)`,
)
const update = statement(
  'membership_update',
  `update memberships set status = $4, status_reason = $5, role = $6, email = $7, display_name = $8, consented_at = $9, owner_since = $10,
     suspended_by_admin_at = $11, directory_suspended_at = $12, removed_at = $13, removed_by = $14, allowed_at = $15, held_at = $16, guard_cause = $17,
     brake_hold_id = $18, created_at = $19, updated_at = $20 where id = $1 and organization_id = $2 and account_id = $3`,
)

function values(m: Membership, at: Date): unknown[] {
  return [
    m.id,
    m.organizationId,
    m.accountId,
    m.status,
    m.statusReason,
    m.role,
    m.email,
    m.displayName,
    m.consentedAt,
    m.ownerSince,
    m.suspendedByAdminAt,
    m.directorySuspendedAt,
    m.removedAt,
    m.removedBy,
    m.allowedAt,
    m.heldAt,
    m.guardCause,
    m.brakeHoldId,
    m.createdAt,
    at,
  ]
}

export async function createMembership(tx: Transaction, membership: Membership, at: Date): Promise<void> {
  await tx.run(create, values(membership, at))
}

/** Rewrites the row; organization and account never change (invariant 4). */
export async function updateMembership(tx: Transaction, membership: Membership, at: Date): Promise<void> {
  await tx.run(update, values(membership, at))
}

const keysAdd = statement(
  'membership_keys_add',
  `insert into membership_keys (membership_id, organization_id, key, kind)
   select $1, $2, k.key, k.kind from jsonb_to_recordset($3::jsonb) as k(key text, kind text) on conflict do nothing`,
)

export async function addMembershipKeys(
  tx: Transaction,
  membershipId: string,
  organizationId: string,
  keys: readonly MembershipKey[],
): Promise<void> {
  await tx.run(keysAdd, [membershipId, organizationId, JSON.stringify(keys)])
}

const grantsReplace = statement(
  'grants_replace',
  `with wanted as (select t.n - 1 as position, g->>'role' as role, (g->>'projectId')::uuid as project_id, g->'origin'->>'type' as origin_type,
     g->'origin'->>'ref' as origin_ref, g->>'because' as because from jsonb_array_elements($2::jsonb) with ordinality t(g, n)),
   gone as (delete from grants where membership_id = $1 and position >= (select count(*) from wanted))
   insert into grants (membership_id, position, role, project_id, origin_type, origin_ref, because)
   select $1, position, role, project_id, origin_type, origin_ref, because from wanted
   on conflict (membership_id, position) do update set role = excluded.role, project_id = excluded.project_id, origin_type = excluded.origin_type,
     origin_ref = excluded.origin_ref, because = excluded.because`,
)

/** Writes the derived grants in their order in one statement. */
export async function replaceGrants(
  tx: Transaction,
  membershipId: string,
  grants: readonly Grant[],
): Promise<void> {
  await tx.run(grantsReplace, [membershipId, JSON.stringify(grants)])
}

const manualGive = statement(
  'manual_give',
  'insert into manual_grants (id, membership_id, role, project_id, given_at, given_by) values ($1,$2,$3,$4,$5,$6)',
)

export async function giveByHand(
  tx: Transaction,
  given: { membershipId: string; role: string | null; projectId: string | null; givenBy: string | null },
  at: Date,
): Promise<void> {
  await tx.run(manualGive, [newId(), given.membershipId, given.role, given.projectId, at, given.givenBy])
}

const manualEnd = statement(
  'manual_end',
  'update manual_grants set ended_at = $2 where id = any($1::uuid[]) and ended_at is null',
)

export async function endManual(tx: Transaction, grantIds: readonly string[], at: Date): Promise<void> {
  await tx.run(manualEnd, [grantIds, at])
}

const sessionsEnd = statement(
  'sessions_end_of_member',
  `with stopped as (update api_keys set stopped_at = $3 where maker_account_id = $1 and organization_id = $2 and ended_at is null and stopped_at is null)
   update sessions set ended_at = $3, end_reason = $4 where account_id = $1 and organization_id = $2 and ended_at is null`,
)

/** Ends every session of the account in the organization and stops the keys that it made there (E1, T-38); other organizations are untouched (E10). */
export async function endMemberSessions(
  tx: Transaction,
  accountId: string,
  organizationId: string,
  at: Date,
  because: string,
): Promise<void> {
  await tx.run(sessionsEnd, [accountId, organizationId, at, because])
}
