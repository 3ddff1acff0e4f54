// What stands in the house before anybody is in it: an organization with its proven domain, a directory, and a token.
import type { House } from './house.ts'

export interface Directory {
  organizationId: string
  id: string
  domain: string
  token: string
  /** The address of the directory's door, without host. */
  base: string
  /** The headers of a SCIM client of it. */
  headers: Record<string, string>
}

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User'
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group'
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
export const DEPARTMENTS = 100

/** Makes them by the administrators' interface; the domain is `<slug>.test`. */
export async function furnish(house: House, slug: string): Promise<Directory> {
  const { root, send } = house
  const domain = `${slug}.test`
  const organization = await send('POST', '/api/v1/organizations', root, { name: `Seeded ${slug}`, slug })
  const at = `/api/v1/organizations/${organization.id}`
  const claimed = await send('POST', `${at}/domains`, root, { domain })
  await send('POST', `${at}/domains/${claimed.id}/verification`, root, { attested: true })
  const { id } = await send('POST', `${at}/directories`, root, { name: 'Seeded', preset: 'okta' })
  const { token } = await send('POST', `/api/v1/directories/${id}/tokens`, root, { label: 'seed' })
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' }
  return { organizationId: organization.id, id, domain, token, base: `/scim/v2/${id}`, headers }
}

/** The userName of the seed's person `index` (0 is the first) without its domain. */
export function personName(index: number): string {
  return `p${String(index).padStart(7, '0')}`
}

export function groupName(index: number): string {
  return `g${String(index).padStart(7, '0')}`
}

export function departmentName(index: number): string {
  return `Department ${String(index % DEPARTMENTS).padStart(2, '0')}`
}

/** A person as an identity provider sends one: about 700 bytes, as Okta's and Entra's usual mappings make them. */
export function personBody(
  name: string,
  domain: string,
  department = departmentName(0),
): Record<string, unknown> {
  const userName = `${name}@${domain}`
  return {
    schemas: [USER, ENTERPRISE],
    userName,
    externalId: `00u-${name}`,
    name: { givenName: 'Alex', familyName: `Person ${name}` },
    displayName: `Alex Person ${name}`,
    title: 'Engineer',
    locale: 'en-US',
    timezone: 'Europe/Berlin',
    emails: [{ value: userName, type: 'work', primary: true }],
    phoneNumbers: [{ value: '+49 30 1234567', type: 'work' }],
    active: true,
    [ENTERPRISE]: { employeeNumber: name, department, costCenter: '4711' },
  }
}
