// What a route of the JSON API is: one declarative entry, from which the handler, the document and the tests are made.
import { z } from 'zod'
import type { Caller, Need } from '../actions/authorize.ts'
import type { World } from '../actions/world.ts'

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** Who may call it: a rank in the organization, the host product, whoever is signed in, or anybody. Deeds enforce it; documents and tests read it. */
export type RouteNeed = Need | 'session' | 'anybody'

/** One authenticated and validated request. */
export interface Call<P, Q, B> {
  world: World
  caller: Caller
  /** The bearer or cookie token of the request; null for a route that needs none. */
  token: string | null
  params: P
  query: Q
  body: B
  /** The client's network, by which tries are counted. */
  network: string
  /** The If-Match header without its quotes; null where it was not sent. */
  ifMatch: string | null
}

export interface Route {
  method: Method
  /** As OpenAPI writes it: `/organizations/{org}`. `{org}` is an id or slug, `{email}` an address, every other name an id. */
  path: string
  need: RouteNeed
  tag: string
  operationId: string
  summary: string
  status: 200 | 201 | 204
  query: z.ZodObject | null
  body: z.ZodType | null
  /** Whether the request may come without a body. */
  bodyOptional: boolean
  answer: z.ZodType | null
  requiresIfMatch: boolean
  run: (call: Call<Record<string, string>, unknown, unknown>) => Promise<unknown>
}

type ParamsOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? { [K in Name]: string } & ParamsOf<Rest>
  : unknown

export interface RouteEntry<
  Path extends string,
  Q extends z.ZodObject | undefined,
  B extends z.ZodType | undefined,
  A extends z.ZodType | undefined,
> {
  need: RouteNeed
  operationId: string
  summary: string
  status?: 200 | 201 | 204
  query?: Q
  body?: B
  bodyOptional?: boolean
  answer?: A
  requiresIfMatch?: boolean
  run: (
    call: Call<
      ParamsOf<Path>,
      Q extends z.ZodObject ? z.output<Q> : Record<string, never>,
      B extends z.ZodType ? z.output<B> : undefined
    >,
  ) => Promise<A extends z.ZodType ? z.input<A> : unknown>
}

/** A table's line: `route('Members', 'get', '/members/{id}', { … })`. Without an answer it is 204. */
export function route<
  Path extends string,
  Q extends z.ZodObject | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
  A extends z.ZodType | undefined = undefined,
>(tag: string, method: Method, path: Path, entry: RouteEntry<Path, Q, B, A>): Route {
  return {
    method,
    path,
    tag,
    need: entry.need,
    operationId: entry.operationId,
    summary: entry.summary,
    status: entry.status ?? (entry.answer === undefined ? 204 : 200),
    query: entry.query ?? null,
    body: entry.body ?? null,
    bodyOptional: entry.bodyOptional ?? false,
    answer: entry.answer ?? null,
    requiresIfMatch: entry.requiresIfMatch ?? false,
    run: entry.run as Route['run'],
  }
}

/** A query object with paging: `cursor` as a former answer gave it, `limit` from 1 to 200. */
export function paged<S extends z.core.$ZodLooseShape>(shape: S) {
  return z.strictObject({ ...shape, cursor: z.string().max(200).optional(), limit: limit.default(50) })
}

const limit = z.coerce.number<string>().int().min(1).max(200)

/** A list's answer. */
export function pageOf<A extends z.ZodType>(item: A) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() })
}
