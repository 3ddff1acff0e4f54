// `/Users`: what each method does, one function each.
import type { Request } from 'express'
import { deprovisionUser } from '../actions/deprovision-user.ts'
import { findDirectoryUsers } from '../actions/find-directory-users.ts'
import { getDirectoryUser } from '../actions/get-directory-user.ts'
import { provisionUser } from '../actions/provision-user.ts'
import { updateUser } from '../actions/update-user.ts'
import type { DirectoryPerson } from '../domain/directory-person.ts'
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
import { applyPatch } from './patch.ts'
import { isObject, readOperations } from './quirks.ts'
import { userDraft, userResource, userValues, versionTag } from './resource.ts'
import { readResource } from './values.ts'

/** GET /Users, and POST /Users/.search with the same words in `query`. */
export async function listUsers(
  exchange: Exchange,
  query: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  const { world, directory, catalogue, base } = exchange
  const { page, startIndex } = readListQuery(catalogue.user, query)
  const projection = projectionOf(catalogue.user, query)
  const { items, total } = await findDirectoryUsers(world, directory, page, projection.wants('groups'))
  const resources = items.map((person) => userResource(base, catalogue.user, person, projection))
  return { status: 200, body: listResponse(resources, total, startIndex) }
}

/** POST /Users (RFC 7644 §3.3). */
export async function createUser(exchange: Exchange): Promise<Answer> {
  const { world, directory, catalogue, dialect, body } = exchange
  const draft = userDraft(readResource(catalogue.user, body, dialect), true)
  return show(exchange, 201, await provisionUser(world, directory, draft))
}

/** GET /Users/{id} (RFC 7644 §3.4.1). */
export async function getUser(exchange: Exchange, id: string, req: Request): Promise<Answer> {
  const { world, directory, catalogue, query } = exchange
  const wants = projectionOf(catalogue.user, query).wants('groups')
  const person = await getDirectoryUser(world, directory, id, wants)
  if (isHeld(req, person.version))
    return { status: 304, body: null, headers: { ETag: versionTag(person.version) } }
  return show(exchange, 200, person)
}

/** PUT /Users/{id} (RFC 7644 §3.5.1): what is not sent is cleared, but for `active`, whose absence restores nobody. */
export async function replaceUser(exchange: Exchange, id: string, req: Request): Promise<Answer> {
  const { world, directory, catalogue, dialect, body } = exchange
  const values = readResource(catalogue.user, body, dialect)
  const person = await updateUser(world, directory, id, (before) => {
    checkIfMatch(req, before.version)
    return userDraft(values, before.active)
  })
  return show(exchange, 200, person)
}

/** PATCH /Users/{id} (RFC 7644 §3.5.2). */
export async function patchUser(exchange: Exchange, id: string, req: Request): Promise<Answer> {
  const { world, directory, catalogue, dialect, body } = exchange
  if (!isObject(body)) throw new AppError('invalid', 'invalidSyntax', 'The body must be a JSON object.')
  const operations = readOperations(body, dialect)
  const person = await updateUser(world, directory, id, (before) => {
    checkIfMatch(req, before.version)
    return userDraft(applyPatch(catalogue.user, userValues(before), operations, dialect), before.active)
  })
  return show(exchange, 200, person)
}

/** DELETE /Users/{id} (RFC 7644 §3.6). */
export async function deleteUser({ world, directory }: Exchange, id: string, req: Request): Promise<Answer> {
  await deprovisionUser(world, directory, id, (person) => checkIfMatch(req, person.version))
  return noContent
}

function show({ base, catalogue, query }: Exchange, status: 200 | 201, person: DirectoryPerson): Answer {
  const resource = userResource(base, catalogue.user, person, projectionOf(catalogue.user, query))
  return showResource(status, resource, person.version, `${base}/Users/${person.id}`)
}
