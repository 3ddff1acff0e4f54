// `/Groups`: what each method does, one function each.
import type { Request } from 'express'
import { createGroup as createGroupDeed } from '../actions/create-group.ts'
import { deleteGroup as deleteGroupDeed } from '../actions/delete-group.ts'
import { findDirectoryGroups } from '../actions/find-directory-groups.ts'
import { type GroupWithMembers, getDirectoryGroup } from '../actions/get-directory-group.ts'
import { updateGroup } from '../actions/update-group.ts'
import { AppError } from '../kernel/errors.ts'
import {
  type Answer,
  checkIfMatch,
  type Exchange,
  isHeld,
  noContent,
  projectionOf,
  showResource,
} from './exchange.ts'
import { listResponse, readListQuery } from './listing.ts'
import { readMemberIds, splitMemberOperations } from './members.ts'
import { applyPatch } from './patch.ts'
import { entry, isObject, readOperations } from './quirks.ts'
import { groupDraft, groupResource, groupValues, versionTag } from './resource.ts'
import { readResource } from './values.ts'

/** GET /Groups, and POST /Groups/.search with the same words in `query`. */
export async function listGroups(
  exchange: Exchange,
  query: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  const { world, directory, catalogue, base } = exchange
  const { page, startIndex } = readListQuery(catalogue.group, query)
  const projection = projectionOf(catalogue.group, query)
  const { items, total } = await findDirectoryGroups(world, directory, page, projection.wants('members'))
  const resources = items.map((group) => groupResource(base, catalogue.group, group, projection))
  return { status: 200, body: listResponse(resources, total, startIndex) }
}

/** POST /Groups. */
export async function createGroup(exchange: Exchange): Promise<Answer> {
  const { world, directory } = exchange
  const { draft, memberIds } = readGroup(exchange)
  const group = await createGroupDeed(world, directory, draft, memberIds)
  // Who of the ids named is a person of this directory only the rows can tell.
  if (memberIds.length > 0) return read(exchange, 201, group.id)
  return show(exchange, 201, { ...group, members: null })
}

/** GET /Groups/{id}. */
export async function getGroup(exchange: Exchange, id: string, req: Request): Promise<Answer> {
  return read(exchange, 200, id, req)
}

/** PUT /Groups/{id}: the whole group, its members included. */
export async function replaceGroup(exchange: Exchange, id: string, req: Request): Promise<Answer> {
  const { world, directory } = exchange
  const { draft, memberIds } = readGroup(exchange)
  await updateGroup(world, directory, id, {
    draft: (before) => {
      checkIfMatch(req, before.version)
      return draft
    },
    members: { replace: memberIds, add: [], remove: [] },
  })
  return read(exchange, 200, id)
}

/** PATCH /Groups/{id}: 204, for a group may be too large to be shown after each change, unless attributes are asked for. */
export async function patchGroup(exchange: Exchange, id: string, req: Request): Promise<Answer> {
  const { world, directory, catalogue, dialect, body, query } = exchange
  if (!isObject(body)) throw new AppError('invalid', 'invalidSyntax', 'The body must be a JSON object.')
  const { members, others } = splitMemberOperations(catalogue.group, readOperations(body, dialect))
  // Only members: nobody needs to wait for the group's row, unless a version was named.
  const alone = others.length === 0 && members !== null && req.headers['if-match'] === undefined
  await updateGroup(world, directory, id, {
    draft: alone
      ? null
      : (before) => {
          checkIfMatch(req, before.version)
          return groupDraft(applyPatch(catalogue.group, groupValues(before), others, dialect))
        },
    members,
  })
  return query.attributes === undefined ? noContent : read(exchange, 200, id)
}

/** DELETE /Groups/{id}. */
export async function deleteGroup({ world, directory }: Exchange, id: string, req: Request): Promise<Answer> {
  await deleteGroupDeed(world, directory, id, (group) => checkIfMatch(req, group.version))
  return noContent
}

function readGroup({ catalogue, dialect, body }: Exchange) {
  const values = readResource(catalogue.group, isObject(body) ? withoutMembers(body) : body, dialect)
  return {
    draft: groupDraft(values),
    memberIds: isObject(body) ? readMemberIds(entry(body, 'members'), 'members') : [],
  }
}

function withoutMembers(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([key]) => key.toLowerCase() !== 'members'))
}

async function read(exchange: Exchange, status: 200 | 201, id: string, req?: Request): Promise<Answer> {
  const { world, directory, catalogue, query } = exchange
  const wants = projectionOf(catalogue.group, query).wants('members')
  const group = await getDirectoryGroup(world, directory, id, wants)
  if (req && isHeld(req, group.version)) {
    return { status: 304, body: null, headers: { ETag: versionTag(group.version) } }
  }
  return show(exchange, status, group)
}

function show({ base, catalogue, query }: Exchange, status: 200 | 201, group: GroupWithMembers): Answer {
  const resource = groupResource(base, catalogue.group, group, projectionOf(catalogue.group, query))
  return showResource(status, resource, group.version, `${base}/Groups/${group.id}`)
}
