// A plain reading of filters over the resources that a client sees, knowing nothing of the service's own tables, parser or conditions.
//
// It goes by RFC 7644 §3.4.2.2 and Table 3. Texts compare by code point, without regard to case unless the attribute is caseExact; dates as
// points in time; what is absent is unequal to anything, and nothing else.
import { type Body, ENTERPRISE, USER } from './directory.ts'

export type Kind = 'text' | 'exact' | 'boolean' | 'date' | 'binary'
export type Op = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le'

export const at = (thing: Body, path: string[]): Body =>
  path.reduce((value: Body, key) => value?.[key], thing)
export const isEmpty = (value: Body): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)

export function compares(kind: Kind, held: Body, op: Op, value: Body): boolean {
  if (isEmpty(held)) return op === 'ne'
  const side = (one: Body) =>
    kind === 'text' ? String(one).toLowerCase() : kind === 'date' ? Date.parse(one) : one
  const [a, b] = [side(held), side(value)]
  switch (op) {
    case 'eq':
      return a === b
    case 'ne':
      return a !== b
    case 'co':
      return a.includes(b)
    case 'sw':
      return a.startsWith(b)
    case 'ew':
      return a.endsWith(b)
    case 'gt':
      return a > b
    case 'ge':
      return a >= b
    case 'lt':
      return a < b
    case 'le':
      return a <= b
  }
}

export const opsOf: Record<Kind, Op[]> = {
  text: ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'],
  exact: ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'],
  date: ['eq', 'ne', 'gt', 'ge', 'lt', 'le'],
  boolean: ['eq', 'ne'],
  binary: ['eq', 'ne', 'co', 'sw', 'ew'],
}

/** Single values: the path as it is written, where it stands in the JSON, and its kind. */
export const single: [string, string[], Kind][] = [
  ['userName', ['userName'], 'text'],
  [`${USER}:userName`, ['userName'], 'text'],
  ['USERNAME', ['userName'], 'text'],
  ['externalId', ['externalId'], 'exact'],
  ['id', ['id'], 'exact'],
  ['title', ['title'], 'text'],
  ['displayName', ['displayName'], 'text'],
  ['name.familyName', ['name', 'familyName'], 'text'],
  ['active', ['active'], 'boolean'],
  ['meta.created', ['meta', 'created'], 'date'],
  ['meta.lastModified', ['meta', 'lastModified'], 'date'],
  ['meta.resourceType', ['meta', 'resourceType'], 'exact'],
  ['meta.location', ['meta', 'location'], 'exact'],
  ['meta.version', ['meta', 'version'], 'exact'],
  [`${ENTERPRISE}:department`, [ENTERPRISE, 'department'], 'text'],
  [`${ENTERPRISE}:manager.value`, [ENTERPRISE, 'manager', 'value'], 'exact'],
  [`${ENTERPRISE}:manager`, [ENTERPRISE, 'manager', 'value'], 'exact'],
]
/** Lists: the sub-attribute that is compared, null for plain values. */
export const lists: [string, string, string | null, Kind][] = [
  ['emails', 'emails', 'value', 'text'],
  ['emails.value', 'emails', 'value', 'text'],
  ['emails.type', 'emails', 'type', 'text'],
  ['emails.primary', 'emails', 'primary', 'boolean'],
  ['roles.value', 'roles', 'value', 'text'],
  ['x509Certificates.value', 'x509Certificates', 'value', 'binary'],
  ['groups.value', 'groups', 'value', 'exact'],
  ['groups.display', 'groups', 'display', 'text'],
  ['groups.type', 'groups', 'type', 'exact'],
  ['groups.$ref', 'groups', '$ref', 'exact'],
  ['schemas', 'schemas', null, 'exact'],
]
