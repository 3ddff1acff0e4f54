// The one way to a resource: what a method means at an address, for a request of its own as for one operation among many.
import { methodNotAllowed } from '../http/errors.ts'
import { announcing, answeredBefore } from './announcing.ts'
import { declared } from './declared.ts'
import type { Answer, Exchange } from './exchange.ts'
import { groups } from './groups.ts'
import type { Handlers } from './handlers.ts'
import { list } from './listing.ts'
import type { ResourceType } from './schemas.ts'
import { users } from './users.ts'

/** What a request is about: the resources of a type, or the one with this id. */
export interface Target {
  readonly type: ResourceType
  readonly id: string | null
}

const handlers: Readonly<Record<ResourceType['kind'], Handlers>> = { user: users, group: groups, declared }

/** The handlers of a resource type of the catalogue. */
export function handlersOf({ kind }: ResourceType): Handlers {
  return handlers[kind]
}

/** Does what `method` means at the target; AppError `method_not_allowed` where it means nothing. */
export function operate(asked: Exchange, method: string, { type, id }: Target): Promise<Answer> {
  const handlers = handlersOf(type)
  const answered = answeredBefore(asked, method)
  if (answered !== null) return Promise.resolve(answered)
  const exchange = announcing(asked, method, type, handlers)
  if (id === null) {
    if (method === 'GET') return list(exchange, [{ type, handlers }], exchange.query)
    if (method === 'POST') return handlers.create(exchange, type)
    throw methodNotAllowed(['GET', 'POST'])
  }
  if (method === 'GET') return handlers.get(exchange, type, id)
  if (method === 'PUT') return handlers.replace(exchange, type, id)
  if (method === 'PATCH') return handlers.patch(exchange, type, id)
  if (method === 'DELETE') return handlers.remove(exchange, type, id)
  throw methodNotAllowed(['GET', 'PUT', 'PATCH', 'DELETE'])
}
