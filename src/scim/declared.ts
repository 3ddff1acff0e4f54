// Resources of the types that files declare: what each method does, the same for all of them.
import { createDeclaredResource } from '../actions/create-declared-resource.ts'
import { deleteDeclaredResource } from '../actions/delete-declared-resource.ts'
import { findDeclaredResources } from '../actions/find-declared-resources.ts'
import { getDeclaredResource } from '../actions/get-declared-resource.ts'
import { updateDeclaredResource } from '../actions/update-declared-resource.ts'
import type { DeclaredResource } from '../domain/declared-resource.ts'
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
import { declaredDraft, declaredResource, declaredValues } from './resource.ts'
import { readResource, replaceValues } from './resource-values.ts'
import type { ResourceType } from './schemas.ts'

export const declared: Handlers = {
  async find({ world, directory, base }, type, page, projection) {
    const { items, ...found } = await findDeclaredResources(world, directory, type.name, page)
    return { ...found, resources: items.map((one) => declaredResource(base, type, one, projection)) }
  },

  async create(exchange, type) {
    const { world, directory, dialect, body } = exchange
    const draft = declaredDraft(type, readResource(type, body, dialect))
    return show(exchange, type, 201, await createDeclaredResource(world, directory, type.name, draft))
  },

  async get(exchange, type, id) {
    const resource = await getDeclaredResource(exchange.world, exchange.directory, type.name, id)
    if (isHeld(exchange, resource.version)) return notModified(resource.version)
    return show(exchange, type, 200, resource)
  },

  async replace(exchange, type, id) {
    const { world, directory, dialect, body } = exchange
    const values = readResource(type, body, dialect)
    const resource = await updateDeclaredResource(world, directory, type.name, id, (before) => {
      checkIfMatch(exchange, before.version)
      return declaredDraft(type, replaceValues(type, declaredValues(before), values))
    })
    return show(exchange, type, 200, resource)
  },

  async patch(exchange, type, id) {
    const { world, directory, dialect, body } = exchange
    const operations = readOperations(body, dialect)
    const resource = await updateDeclaredResource(world, directory, type.name, id, (before) => {
      checkIfMatch(exchange, before.version)
      return declaredDraft(type, applyPatch(type, declaredValues(before), operations, dialect))
    })
    return show(exchange, type, 200, resource)
  },

  async remove(exchange, type, id) {
    const { world, directory } = exchange
    await deleteDeclaredResource(world, directory, type.name, id, (resource) =>
      checkIfMatch(exchange, resource.version),
    )
    return noContent
  },

  show({ base }, type, resource) {
    return declaredResource(base, type, resource as DeclaredResource, projectionOf(type, {}))
  },
}

function show(
  { base, query, body }: Exchange,
  type: ResourceType,
  status: 200 | 201,
  one: DeclaredResource,
): Answer {
  const resource = declaredResource(base, type, one, projectionOf(type, query, body))
  return showResource(status, resource, one.version, `${base}${type.endpoint}/${one.id}`)
}
