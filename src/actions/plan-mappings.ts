// The plan of a change of role mappings: what each member would be afterwards, under a hash that commits to it (H5).
import { createHash } from 'node:crypto'
import { settlePerson } from '../decisions/settle-person.ts'
import type { RoleMapping } from '../domain/mapping.ts'
import { OWNER } from '../domain/organization.ts'
import type { PersonFacts } from '../domain/person.ts'
import { invalidField } from '../kernel/errors.ts'
import { isId, newId } from '../kernel/ids.ts'
import type { Reader } from '../store/database.ts'
import { readMappable } from '../store/membership-reads.ts'
import { findMappingGroup, hasConnection, readMappings } from '../store/role-mappings.ts'
import { type Caller, requireGrant } from './authorize.ts'
import { loadPerson } from './load-person.ts'
import { namedProjects } from './named-projects.ts'
import type { World } from './world.ts'

export interface MappingInput {
  id?: string | undefined
  group:
    | { directoryId: string; groupId?: string | undefined; displayName?: string | undefined }
    | { connectionId: string; value: string }
  role: string
  projects?: readonly string[] | undefined
  overridable?: boolean | undefined
}

export interface MappingChange {
  memberId: string
  email: string | null
  from: { role: string | null; projects: string[] }
  to: { role: string | null; projects: string[] }
  because: string
}

export interface MappingPlan {
  rows: RoleMapping[]
  planHash: string
  changes: MappingChange[]
  /** Accounts whose membership the plan was made over. */
  accountIds: string[]
}

/** Validates the rows and derives every touched member with them. AppError invalid names the row and field. */
export async function planMappings(
  read: Reader,
  world: World,
  caller: Caller,
  organizationId: string,
  inputs: readonly MappingInput[],
): Promise<MappingPlan> {
  const rows: RoleMapping[] = []
  const known = await readMappings(read, organizationId)
  for (const [index, input] of inputs.entries())
    rows.push(await rowOf(read, world, caller, organizationId, input, index, known))
  const accountIds = await readMappable(read, organizationId)
  const changes: MappingChange[] = []
  const states: unknown[] = []
  for (const accountId of accountIds) {
    const facts = await loadPerson(read, world, { organizationId, accountId, keys: [], recordIds: [] })
    const change = changeOf(facts, rows)
    states.push([accountId, facts.membership?.role, facts.grants])
    if (change) changes.push(change)
  }
  const planHash = createHash('sha256')
    .update(JSON.stringify([rows.map(({ id: _id, ...row }) => row), states]))
    .digest('base64url')
  return { rows, planHash, changes, accountIds }
}

/** The facts with other mapping rows in them. */
export function withMappings(facts: PersonFacts, rows: readonly RoleMapping[]): PersonFacts {
  return { ...facts, organization: { ...facts.organization, mappings: rows } }
}

/** The event by which a change of configuration settles a person. */
export function configurationEvent(rule: string) {
  return {
    door: 'configuration' as const,
    rule,
    namedKeys: [],
    satisfies: null,
    boundRecordId: null,
    email: null,
    displayName: null,
    inPerson: false,
    newMembershipId: newId(),
  }
}

function changeOf(facts: PersonFacts, rows: readonly RoleMapping[]): MappingChange | null {
  const settled = settlePerson(withMappings(facts, rows), configurationEvent('H5'))
  if ('refused' in settled || !facts.membership || !settled.derived) return null
  const projects = (ids: readonly (string | null)[]) =>
    [...new Set(ids.filter((id): id is string => id !== null))].sort()
  const from = { role: facts.membership.role, projects: projects(facts.grants.map((g) => g.projectId)) }
  const to = { role: settled.membership?.role ?? null, projects: settled.derived.projectIds }
  if (JSON.stringify(from) === JSON.stringify(to)) return null
  const governed = settled.derived.governedBy
  const because = governed ? `Row ${governed.position + 1} governs.` : 'No row governs any longer.'
  return { memberId: facts.membership.id, email: facts.membership.email, from, to, because }
}

async function rowOf(
  read: Reader,
  world: World,
  caller: Caller,
  organizationId: string,
  input: MappingInput,
  index: number,
  known: readonly RoleMapping[],
): Promise<RoleMapping> {
  const role = requireGrant(world, caller, input.role, `${index}.role`)
  if (role.name === OWNER || !role.mappable)
    throw invalidField(`${index}.role`, `${role.name} is given by no mapping`, 'role_not_mappable')
  const kept = known.find((row) => row.id === input.id)
  return {
    id: kept?.id ?? newId(),
    position: index,
    group: await groupOf(read, organizationId, input.group, index),
    role: role.name,
    projectIds: await namedProjects(read, organizationId, input.projects ?? [], `${index}.projects`),
    overridable: input.overridable ?? false,
  }
}

async function groupOf(
  read: Reader,
  organizationId: string,
  group: MappingInput['group'],
  index: number,
): Promise<RoleMapping['group']> {
  if ('connectionId' in group) {
    const found = isId(group.connectionId) && (await hasConnection(read, organizationId, group.connectionId))
    if (!found) throw invalidField(`${index}.group.connectionId`, 'names no connection of this organization')
    return { type: 'connection', connectionId: group.connectionId, value: group.value }
  }
  const groupId = group.groupId ?? null
  const displayName = group.displayName ?? null
  if (groupId === null && displayName === null)
    throw invalidField(`${index}.group`, 'needs groupId or displayName')
  const wellFormed = isId(group.directoryId) && (groupId === null || isId(groupId))
  const found = wellFormed
    ? await findMappingGroup(read, organizationId, { directoryId: group.directoryId, groupId, displayName })
    : null
  if (!found) throw invalidField(`${index}.group.directoryId`, 'names no directory of this organization')
  if (groupId !== null && found.groupId === null)
    throw invalidField(`${index}.group.groupId`, 'names no group of this directory')
  return { type: 'directory', directoryId: group.directoryId, groupId: found.groupId, displayName }
}
