// An organization with a proven domain and a Connection to a test provider, in a fresh application.
import type supertest from 'supertest'
import { makeProvider, type Provider, type RespondOptions } from '../../idp-fixtures/provider.ts'
import { SP_KEY_PURPOSE } from '../../src/actions/find-connection.ts'
import { type Connection, serviceProviderOf } from '../../src/domain/connection.ts'
import { defaultPolicies, type Policies } from '../../src/domain/organization.ts'
import { newId } from '../../src/kernel/ids.ts'
import { type FreshApp, freshApp } from './app.ts'
import { testKey } from './identity-provider.ts'
import type { WorldOptions } from './world.ts'

export interface SignOn extends FreshApp {
  organizationId: string
  connectionId: string
  provider: Provider
  acsUrl: string
  spEntityId: string
  /** A Response of the provider for this Connection, at the world's clock, in base64. */
  response(options?: Partial<RespondOptions>): string
  /** Posts a Response as the browser of `agent` does, and answers what the door answered. */
  post(agent: Agent, field: string, relayState?: string): Promise<Answer>
  /** Posts it and follows the door's own hop. */
  signIn(agent: Agent, field: string, relayState?: string): Promise<Answer>
  rows<T>(text: string, values?: unknown[]): Promise<T[]>
}

export type Agent = ReturnType<typeof supertest.agent>
export type Answer = supertest.Response

let keys: Promise<[Awaited<ReturnType<typeof testKey>>, Awaited<ReturnType<typeof testKey>>]> | undefined

export async function signOn(
  options: WorldOptions & {
    connection?: Partial<Pick<Connection, 'status' | 'idpInitiated' | 'ssoBinding' | 'legacy'>>
    policies?: Partial<Policies>
  } = {},
): Promise<SignOn> {
  keys ??= Promise.all([testKey(), testKey('Service provider')])
  const [idpKey, spKey] = await keys
  const fresh = await freshApp(options)
  const { world } = fresh
  const provider = makeProvider('https://idp.acme.test/saml', 'https://idp.acme.test/sso', idpKey)
  const [organizationId, connectionId] = [newId(), newId()]
  const { acsUrl, spEntityId } = serviceProviderOf(world.publicUrl, connectionId)
  const rows = <T>(text: string, values: unknown[] = []) =>
    world.dataSource.query(text, values) as Promise<T[]>
  const now = world.clock.now()
  const policies = { ...defaultPolicies, ...options.policies }
  await rows(
    `insert into organizations (id, name, slug, policies, created_at) values ($1, 'Acme', $2, $3, $4)`,
    [organizationId, `acme-${organizationId}`, JSON.stringify(policies), now],
  )
  await rows(
    `insert into domains (id, organization_id, domain, include_subdomains, status, proof_value, attested, verified_at, created_at)
     values ($1, $2, 'acme.test', false, 'verified', 'x', true, $3, $3)`,
    [newId(), organizationId, now],
  )
  const certificate = idpKey.certificatePem.replace(/-----[^-]+-----|\s+/g, '')
  const set = {
    status: 'active',
    idpInitiated: 'accept',
    ssoBinding: 'redirect',
    legacy: { sha1: false, encryption: false },
    ...options.connection,
  }
  await rows(
    `insert into connections (id, organization_id, name, status, idp_entity_id, sso_url, sso_binding, certificates, idp_initiated,
       directory_match, attributes, preset, legacy, max_assertion_minutes, sp_key_encrypted, sp_certificate, created_at)
     values ($1, $2, 'Acme IdP', $3, $4, $5, $6, $7, $8, 'userName', '{}', 'generic', $9, 90, $10, $11, $12)`,
    [
      connectionId,
      organizationId,
      set.status,
      provider.entityId,
      provider.ssoUrl,
      set.ssoBinding,
      JSON.stringify([{ certificate, fingerprint: 'x', notAfter: now.toISOString() }]),
      set.idpInitiated,
      JSON.stringify(set.legacy),
      world.secrets.encrypt(SP_KEY_PURPOSE, spKey.privateKeyPem),
      spKey.certificatePem.replace(/-----[^-]+-----|\s+/g, ''),
      now,
    ],
  )
  const post: SignOn['post'] = (agent, field, relayState) =>
    agent
      .post(`/saml/${connectionId}/acs`)
      .type('form')
      .send({ SAMLResponse: field, ...(relayState === undefined ? {} : { RelayState: relayState }) })
  return {
    ...fresh,
    organizationId,
    connectionId,
    provider,
    acsUrl,
    spEntityId,
    rows,
    response: (more = {}) =>
      provider.respond({
        acsUrl,
        audience: spEntityId,
        nameId: 'u-17',
        now: world.clock.now(),
        attributes: { email: 'ana@acme.test', firstName: 'Ana', lastName: 'Lind' },
        ...more,
      }).base64,
    post,
    signIn: async (agent, field, relayState) => {
      const posted = await post(agent, field, relayState)
      return posted.status === 303 ? agent.get(posted.headers.location ?? '') : posted
    },
  }
}
