// Holds of mass deprovisioning (H7): how many a directory suspended of late, and what is held until an owner answers.
import { EntitySchema } from 'typeorm'
import type { DeprovisionHold } from '../domain/deprovision-hold.ts'
import type { Policies } from '../domain/organization.ts'
import { type Reader, statement, type Transaction } from './database.ts'
import { key, must, reference } from './table.ts'

export const deprovisionHoldSchema = new EntitySchema({
  name: 'deprovision_holds',
  columns: {
    id: key('uuid', 'deprovision_holds_pkey'),
    organization_id: must('uuid'),
    directory_id: must('uuid'),
    from_at: must('timestamptz'),
    until_at: must('timestamptz'),
    state: must('text'),
  },
  checks: [
    {
      name: 'deprovision_holds_state_check',
      expression: "state = ANY (ARRAY['open'::text, 'confirmed'::text, 'restored'::text])",
    },
  ],
  indices: [
    {
      name: 'deprovision_holds_open_key',
      columns: ['directory_id'],
      unique: true,
      where: "state = 'open'::text",
    },
    { name: 'deprovision_holds_organization_idx', columns: ['organization_id'] },
  ],
  foreignKeys: [
    reference('deprovision_holds_conflict_fkey', 'id', 'conflicts', 'CASCADE'),
    reference('deprovision_holds_directory_fkey', 'directory_id', 'directories', 'CASCADE'),
  ],
})

const speaking = statement(
  'deprovision_holds_speaking',
  `select h.id, h.directory_id "directoryId", h.from_at "fromAt", h.until_at "untilAt", h.state = 'open' "open"
   from deprovision_holds h where h.organization_id = $1 and h.state <> 'confirmed' order by h.id`,
)

/** The holds of an organization that keep a directory's word off. */
export async function readHolds(reader: Reader, organizationId: string): Promise<DeprovisionHold[]> {
  return reader.rows(speaking, [organizationId])
}

const brakeOf = statement(
  'deprovision_brake',
  `select policies->'deprovisionBrake' "brake" from organizations where id = $1`,
)

/** What the organization lets a directory switch off at once; null where there is no such organization. */
export async function readBrake(
  reader: Reader,
  organizationId: string,
): Promise<Policies['deprovisionBrake'] | null> {
  const [row] = await reader.rows<{ brake: Policies['deprovisionBrake'] }>(brakeOf, [organizationId])
  return row?.brake ?? null
}

const recent = statement(
  'deprovisioned_recently',
  `select count(*)::int suspended, min(t.since) "fromAt" from (select distinct m.id, m.directory_suspended_at since
     from events e join memberships m on m.organization_id = e.organization_id and m.account_id = e.account_id
     where e.organization_id = $1 and e.type = 'member.suspended' and e.at >= $3 and e.actor->>'id' = $2::text
       and m.status = 'suspended' and m.status_reason = 'directory' and m.directory_suspended_at >= $3
       and not exists (select 1 from deprovision_holds h where h.directory_id = $2::uuid and h.state = 'confirmed'
         and m.directory_suspended_at between h.from_at and h.until_at)) t`,
)

/** How many members a directory suspended since `since` who are so still and whom no owner confirmed, and when the first of them. */
export async function countSuspended(
  reader: Reader,
  organizationId: string,
  directoryId: string,
  since: Date,
): Promise<{ suspended: number; fromAt: Date | null }> {
  const [row] = await reader.rows<{ suspended: number; fromAt: Date | null }>(recent, [
    organizationId,
    directoryId,
    since,
  ])
  return row ?? { suspended: 0, fromAt: null }
}

const active = statement(
  'members_active_count',
  `select count(*)::int members from (select 1 from memberships where organization_id = $1 and status = 'active' limit $2) t`,
)

/** How many active members there are; counting ends at `most`. */
export async function countActive(reader: Reader, organizationId: string, most: number): Promise<number> {
  const [row] = await reader.rows<{ members: number }>(active, [organizationId, most])
  return row?.members ?? 0
}

const open = statement(
  'deprovision_hold_open',
  `insert into deprovision_holds (id, organization_id, directory_id, from_at, until_at, state) values ($1, $2, $3, $4, $5, 'open')
   on conflict (directory_id) where state = 'open' do update set until_at = greatest(deprovision_holds.until_at, excluded.until_at)`,
)

/** Opens the hold that belongs to a question, or lengthens the one that stands. */
export async function openHold(
  tx: Transaction,
  organizationId: string,
  hold: Omit<DeprovisionHold, 'open'>,
): Promise<void> {
  await tx.run(open, [hold.id, organizationId, hold.directoryId, hold.fromAt, hold.untilAt])
}

const end = statement(
  'deprovision_hold_end',
  `update deprovision_holds set state = $2, until_at = least(until_at, $3) where id = $1 and state = 'open'`,
)

/** Ends a hold by an owner's answer: what the directory says from then on is news. */
export async function endHold(
  tx: Transaction,
  id: string,
  state: 'confirmed' | 'restored',
  at: Date,
): Promise<void> {
  await tx.run(end, [id, state, at])
}

const unheld = statement(
  'deprovision_hold_unheld',
  `select distinct m.account_id "accountId" from deprovision_holds h join events e on e.organization_id = h.organization_id
     and e.type = 'member.suspended' and e.at >= h.from_at and e.actor->>'id' = h.directory_id::text
     join memberships m on m.organization_id = h.organization_id and m.account_id = e.account_id
   where h.id = $1 and h.state = 'open' and m.status = 'suspended' and m.status_reason = 'directory'
     and m.directory_suspended_at between h.from_at and h.until_at`,
)
const held = statement(
  'deprovision_hold_members',
  `select m.account_id "accountId" from memberships m join deprovision_holds h on h.id = m.brake_hold_id where h.id = $1 and h.state <> 'open'`,
)

/** Whose membership does not yet stand as the hold says: suspended in its window while it is open, kept open by it when it was answered. */
export async function listUnsettled(reader: Reader, holdId: string): Promise<string[]> {
  const rows = [
    ...(await reader.rows<{ accountId: string }>(unheld, [holdId])),
    ...(await reader.rows<{ accountId: string }>(held, [holdId])),
  ]
  return rows.map((row) => row.accountId)
}

const unfinished = statement(
  'deprovision_holds_unfinished',
  `select h.id, h.organization_id "organizationId", h.directory_id "directoryId" from deprovision_holds h
   where h.state = 'open' or exists (select 1 from memberships m where m.brake_hold_id = h.id)`,
)

/** Holds that are open, and answered ones that still keep somebody. */
export function listUnfinishedHolds(
  reader: Reader,
): Promise<{ id: string; organizationId: string; directoryId: string }[]> {
  return reader.rows(unfinished)
}
