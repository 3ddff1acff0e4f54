// `/Groups`: what each method does, one function each.
import { createGroup } from '../actions/create-group.ts'
import { deleteGroup } from '../actions/delete-group.ts'
import { findDirectoryGroups } from '../actions/find-directory-groups.ts'
import { type GroupWithMembers, getDirectoryGroup } from '../actions/get-directory-group.ts'
import { updateGroup } from '../actions/update-group.ts'
import type { DirectoryGroup } from '../domain/directory-person.ts'
import {
  type Answer,
  checkIfMatch,
  type Exchange,
  isConditional,
  isHeld,
  noContent,
  notModified,
  projectionOf,
  showResource,
} from './exchange.ts'
import type { Handlers } from './handlers.ts'
import { readMemberIds, splitMemberOperations } from './members.ts'
import { applyPatch } from './patch.ts'
import { entry, isObject, readOperations } from './quirks.ts'
import { groupDraft, groupResource, groupValues } from './resource.ts'
import { readResource, replaceValues } from './resource-values.ts'
import type { ResourceType } from './schemas.ts'

export const groups: Handlers = {
  async find({ world, directory, base }, type, page, projection) {
    const { items, ...found } = await findDirectoryGroups(world, directory, page, projection.wants('members'))
    return { ...found, resources: items.map((group) => groupResource(base, type, group, projection)) }
  },

  async create(exchange, type) {
    const { values, memberIds } = readGroup(exchange, type)
    const draft = groupDraft(type, values)
    const group = await createGroup(exchange.world, exchange.directory, draft, memberIds)
    // Who of the ids named is a person of this directory only the rows can tell.
    if (memberIds.length > 0) return show(exchange, type, 201, await read(exchange, type, group.id))
    return show(exchange, type, 201, { ...group, members: null })
  },

  async get(exchange, type, id) {
    const group = await read(exchange, type, id)
    return isHeld(exchange, group.version) ? notModified(group.version) : show(exchange, type, 200, group)
  },

  /** The whole group, its members included. */
  async replace(exchange, type, id) {
    const { values, memberIds } = readGroup(exchange, type)
    await updateGroup(exchange.world, exchange.directory, id, {
      draft: (before) => {
        checkIfMatch(exchange, before.version)
        return groupDraft(type, replaceValues(type, groupValues(before), values))
      },
      members: { replace: memberIds, add: [], remove: [] },
    })
    return show(exchange, type, 200, await read(exchange, type, id))
  },

  /** 204, for a group may be too large to be shown after each change, unless attributes are asked for. */
  async patch(exchange, type, id) {
    const { world, directory, dialect, body, query } = exchange
    const { members, others } = splitMemberOperations(type, readOperations(body, dialect))
    // Only members: nobody needs to wait for the group's row, unless a version was named.
    const alone = others.length === 0 && members !== null && !isConditional(exchange)
    await updateGroup(world, directory, id, {
      draft: alone
        ? null
        : (before) => {
            checkIfMatch(exchange, before.version)
            return groupDraft(type, applyPatch(type, groupValues(before), others, dialect))
          },
      members,
    })
    if (query.attributes === undefined) return noContent
    return show(exchange, type, 200, await read(exchange, type, id))
  },

  async remove(exchange, _type, id) {
    await deleteGroup(exchange.world, exchange.directory, id, (group) =>
      checkIfMatch(exchange, group.version),
    )
    return noContent
  },

  show({ base }, type, resource) {
    const group = { ...(resource as DirectoryGroup), members: null }
    return groupResource(base, type, group, projectionOf(type, {}))
  },
}

function readGroup({ dialect, body }: Exchange, type: ResourceType) {
  const values = readResource(type, isObject(body) ? withoutMembers(body) : body, dialect)
  return {
    values,
    memberIds: isObject(body) ? readMemberIds(entry(body, 'members'), 'members') : [],
  }
}

function withoutMembers(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([key]) => key.toLowerCase() !== 'members'))
}

function read(
  { world, directory, query }: Exchange,
  type: ResourceType,
  id: string,
): Promise<GroupWithMembers> {
  return getDirectoryGroup(world, directory, id, projectionOf(type, query).wants('members'))
}

function show(
  { base, query, body }: Exchange,
  type: ResourceType,
  status: 200 | 201,
  group: GroupWithMembers,
): Answer {
  const resource = groupResource(base, type, group, projectionOf(type, query, body))
  return showResource(status, resource, group.version, `${base}/Groups/${group.id}`)
}
