// The demo organization, made over the public API; what stands already is left as it is, so that a second start changes nothing.
import { X509Certificate } from 'node:crypto'
import type { Provider } from '../../idp-fixtures/provider.ts'
import type { Api } from './api.ts'
import { type DemoDirectory, furnishDirectory } from './directory.ts'
import { ana, ben, DOMAIN, guest, olga, vera } from './people.ts'

const SLUG = 'juniper'

export interface Demo {
  organization: { id: string; name: string; slug: string }
  connection: DemoConnection
  directory: DemoDirectory
}

export interface DemoConnection {
  id: string
  acsUrl: string
  spEntityId: string
  signInUrl: string
}

/** `directoryToken` is the one of an earlier start, while it still works. */
export async function furnish(api: Api, provider: Provider, directoryToken: string | null): Promise<Demo> {
  const organization = await findOrMake(api)
  const at = `/organizations/${organization.id}`
  await proveDomain(api, at)
  await projects(api, at)
  await people(api, at)
  const connection = await connect(api, at, provider)
  const directory = await furnishDirectory(api, at, directoryToken)
  await mapEditors(api, at, directory.id)
  await invite(api, organization)
  return { organization, connection, directory }
}

async function findOrMake(api: Api): Promise<Demo['organization']> {
  const found = await api.call<Demo['organization']>('GET', `/organizations/${SLUG}`)
  if (found.status === 200) return found.body
  return api.post('/organizations', { name: 'Juniper Studio', slug: SLUG })
}

async function proveDomain(api: Api, at: string): Promise<void> {
  const domains = await api.list<{ id: string; domain: string; status: string }>(`${at}/domains`)
  const domain =
    domains.find((one) => one.domain === DOMAIN) ??
    (await api.post<{ id: string; status: string }>(`${at}/domains`, { domain: DOMAIN }))
  // The host product vouches for it: there is no such domain to look up.
  if (domain.status !== 'verified')
    await api.post(`${at}/domains/${domain.id}/verification`, { attested: true })
}

async function projects(api: Api, at: string): Promise<void> {
  const known = await api.list<{ slug: string }>(`${at}/projects`)
  for (const project of [
    { slug: 'website', name: 'Website' },
    { slug: 'handbook', name: 'Handbook' },
  ]) {
    if (!known.some(({ slug }) => slug === project.slug)) await api.post(`${at}/projects`, project)
  }
}

async function people(api: Api, at: string): Promise<void> {
  const roles = [
    [olga, 'owner'],
    [ben, 'admin'],
    [vera, 'viewer'],
  ] as const
  for (const [person, role] of roles) {
    const accountId = await account(api, person)
    const made = await api.call('POST', `${at}/members`, { accountId, role })
    if (made.status >= 300 && made.status !== 409) throw new Error(`${person.name} cannot join: ${made.text}`)
  }
}

/** The host product knows these people already: their addresses are verified. */
async function account(api: Api, person: { email: string; name: string }): Promise<string> {
  const made = await api.call<{ id?: string; accountId?: string }>('POST', '/accounts', {
    email: person.email,
    emailVerified: true,
    name: person.name,
  })
  const id = made.body.id ?? made.body.accountId
  if (id === undefined) throw new Error(`${person.name} has no account: ${made.text}`)
  return id
}

interface ListedConnection extends DemoConnection {
  name: string
  idp: { entityId: string; certificates: { fingerprint: string }[] }
}

async function connect(api: Api, at: string, provider: Provider): Promise<DemoConnection> {
  const name = 'Juniper sign-in'
  const { metadataXml } = provider
  const known = await api.list<ListedConnection>(`${at}/connections`)
  const connection = known.find((one) => one.name === name)
  if (!connection) return api.post(`${at}/connections`, { name, metadataXml })
  // The provider may have another port or another key since the last start.
  return isOf(connection, provider) ? connection : api.patch(`/connections/${connection.id}`, { metadataXml })
}

function isOf({ idp }: ListedConnection, provider: Provider): boolean {
  const hex = (fingerprint: string) => fingerprint.replace(/[^0-9a-f]/gi, '').toLowerCase()
  const own = hex(new X509Certificate(provider.key.certificatePem).fingerprint256)
  return idp.entityId === provider.entityId && idp.certificates.some((one) => hex(one.fingerprint) === own)
}

async function mapEditors(api: Api, at: string, directoryId: string): Promise<void> {
  const current = await api.get<{ items: unknown[]; planHash: string }>(`${at}/role-mappings`)
  if (current.items.length > 0) return
  const rows = [{ group: { directoryId, displayName: 'Editors' }, role: 'editor', projects: ['website'] }]
  const { planHash } = await api.post<{ planHash: string }>(`${at}/role-mappings/preview`, rows)
  await api.put(`${at}/role-mappings`, rows, { 'if-match': planHash })
}

/** Ben invites Ana, who has a tile, and a guest, who has none. Settled invitations are not repeated. */
async function invite(api: Api, organization: Demo['organization']): Promise<void> {
  const at = `/organizations/${organization.id}`
  const known = await api.list<{ email: string; status: string }>(`${at}/invitations`)
  const stands = (email: string) => known.some((one) => one.email === email && one.status !== 'expired')
  const wanted = [
    {
      email: ana.email,
      role: 'editor',
      projects: ['handbook'],
      message: 'The handbook needs you. See you on Monday!',
    },
    { email: guest.email, role: 'viewer', projects: ['website'] },
  ].filter(({ email }) => !stands(email))
  if (wanted.length === 0) return
  const session = await api.post<{ token: string }>(`/accounts/${await account(api, ben)}/sessions`, {
    organization: organization.id,
  })
  for (const invitation of wanted) await api.as(session.token).post(`${at}/invitations`, invitation)
}
