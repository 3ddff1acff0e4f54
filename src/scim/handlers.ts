// What a resource type can do: the handlers that each type has, whatever way within the door a request came by.
import type { Page, Paged } from '../domain/criteria.ts'
import type { AnnouncedResource } from '../domain/security-event.ts'
import type { Answer, Exchange } from './exchange.ts'
import type { Projection, Resource } from './projection.ts'
import type { ResourceType } from './schemas.ts'

/** A page of resources as they are shown, how many there are in all, and where the pages beside it begin. */
export interface Found extends Omit<Paged<unknown>, 'items'> {
  readonly resources: readonly Resource[]
}

/** The deeds on resources of `type`; each reads body, query and conditions from the exchange. */
export interface Handlers {
  /** A page of them (RFC 7644 §3.4.2). */
  find(exchange: Exchange, type: ResourceType, page: Page, projection: Projection): Promise<Found>
  /** POST (RFC 7644 §3.3). */
  create(exchange: Exchange, type: ResourceType): Promise<Answer>
  /** GET by id (RFC 7644 §3.4.1). */
  get(exchange: Exchange, type: ResourceType, id: string): Promise<Answer>
  /** PUT (RFC 7644 §3.5.1). */
  replace(exchange: Exchange, type: ResourceType, id: string): Promise<Answer>
  /** PATCH (RFC 7644 §3.5.2). */
  patch(exchange: Exchange, type: ResourceType, id: string): Promise<Answer>
  /** DELETE (RFC 7644 §3.6). */
  remove(exchange: Exchange, type: ResourceType, id: string): Promise<Answer>
  /** A stored resource as an unasked reader is shown it; what has none is not announced. */
  show?(exchange: Exchange, type: ResourceType, resource: AnnouncedResource): Resource
}
