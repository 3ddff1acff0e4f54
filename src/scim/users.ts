// `/Users`: what each method does, one function each.
import { deprovisionUser } from '../actions/deprovision-user.ts'
import { findDirectoryUsers } from '../actions/find-directory-users.ts'
import { getDirectoryUser } from '../actions/get-directory-user.ts'
import { provisionUser } from '../actions/provision-user.ts'
import { updateUser } from '../actions/update-user.ts'
import type { DirectoryPerson } from '../domain/directory-person.ts'
import {
  type Answer,
  checkIfMatch,
  type Exchange,
  isHeld,
  noContent,
  notModified,
  projectionOf,
  showResource,
} from './exchange.ts'
import type { Handlers } from './handlers.ts'
import { applyPatch } from './patch.ts'
import { readOperations } from './quirks.ts'
import { userDraft, userResource, userValues } from './resource.ts'
import { readResource, replaceValues } from './resource-values.ts'
import type { ResourceType } from './schemas.ts'

export const users: Handlers = {
  async find({ world, directory, base }, type, page, projection) {
    const { items, ...found } = await findDirectoryUsers(world, directory, page, projection.wants('groups'))
    return { ...found, resources: items.map((person) => userResource(base, type, person, projection)) }
  },

  async create(exchange, type) {
    const { world, directory, dialect, body } = exchange
    const draft = userDraft(type, readResource(type, body, dialect), true)
    return show(exchange, type, 201, await provisionUser(world, directory, draft))
  },

  async get(exchange, type, id) {
    const { world, directory, query } = exchange
    const person = await getDirectoryUser(world, directory, id, projectionOf(type, query).wants('groups'))
    return isHeld(exchange, person.version) ? notModified(person.version) : show(exchange, type, 200, person)
  },

  /** What is not sent is cleared, but for `active`, whose absence restores nobody. */
  async replace(exchange, type, id) {
    const { world, directory, dialect, body } = exchange
    const values = readResource(type, body, dialect)
    const person = await updateUser(world, directory, id, (before) => {
      checkIfMatch(exchange, before.version)
      return userDraft(type, replaceValues(type, userValues(before), values), before.active)
    })
    return show(exchange, type, 200, person)
  },

  async patch(exchange, type, id) {
    const { world, directory, dialect, body } = exchange
    const operations = readOperations(body, dialect)
    const person = await updateUser(world, directory, id, (before) => {
      checkIfMatch(exchange, before.version)
      return userDraft(type, applyPatch(type, userValues(before), operations, dialect), before.active)
    })
    return show(exchange, type, 200, person)
  },

  async remove(exchange, _type, id) {
    const { world, directory } = exchange
    await deprovisionUser(world, directory, id, (person) => checkIfMatch(exchange, person.version))
    return noContent
  },

  show({ base }, type, resource) {
    return userResource(base, type, resource as DirectoryPerson, projectionOf(type, {}))
  },
}

function show(
  { base, query, body }: Exchange,
  type: ResourceType,
  status: 200 | 201,
  person: DirectoryPerson,
): Answer {
  const resource = userResource(base, type, person, projectionOf(type, query, body))
  return showResource(status, resource, person.version, `${base}/Users/${person.id}`)
}
