// A directory of its own organization, with a client that speaks as an identity provider does.
import type { Test } from 'supertest'
import { defaultPolicies } from '../../src/domain/organization.ts'
import { newId } from '../../src/kernel/ids.ts'
import { newToken } from '../../src/kernel/secrets.ts'
import { type FreshApp, freshApp } from '../support/app.ts'
import type { WorldOptions } from '../support/world.ts'

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User'
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group'
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
export const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error'
export const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse'
export const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

// biome-ignore lint/suspicious/noExplicitAny: tests look freely into the bodies of answers.
export type Body = any
export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

export interface TestDirectory extends FreshApp {
  id: string
  organizationId: string
  domain: string
  token: string
  /** A request to an address of this directory, with its token. */
  call(method: Method, path: string, body?: unknown): Test
  /** Creates and answers the resource; fails on any other status than 201. */
  make(path: '/Users' | '/Groups', body: Record<string, unknown>): Promise<Body>
}

/** A directory in a fresh application, or a further one in the application of `beside`, in an organization of its own. */
export async function testDirectory(
  preset = 'generic',
  options: WorldOptions & { beside?: FreshApp; verified?: boolean } = {},
): Promise<TestDirectory> {
  const app = options.beside ?? (await freshApp(options))
  const [id, organizationId, slug] = [newId(), newId(), `org-${newId()}`]
  const domain = `${slug}.test`
  const { token, hash } = newToken('scim')
  const at = app.world.clock.now()
  const sql = (text: string, values: unknown[]) => app.world.dataSource.query(text, values)
  await sql(
    'insert into organizations (id, name, slug, policies, had_owner, created_at) values ($1,$2,$2,$3,false,$4)',
    [organizationId, slug, JSON.stringify(defaultPolicies), at],
  )
  if (options.verified !== false) {
    await sql(
      `insert into domains (id, organization_id, domain, include_subdomains, status, proof_value, created_at) values ($1,$2,$3,false,'verified','x',$4)`,
      [newId(), organizationId, domain, at],
    )
  }
  await sql(
    `insert into directories (id, organization_id, name, preset, notify, status, created_at) values ($1,$2,'Directory',$3,true,'active',$4)`,
    [id, organizationId, preset, at],
  )
  await sql(
    `insert into directory_tokens (id, directory_id, label, token_hash, hint, created_at) values ($1,$2,'test',$3,'scim',$4)`,
    [newId(), id, hash, at],
  )
  const call = (method: Method, path: string, body?: unknown) => {
    const request = app.api[method](`/scim/v2/${id}${path}`).set('Authorization', `Bearer ${token}`)
    if (body === undefined) return request
    return request
      .set('Content-Type', 'application/scim+json')
      .send(typeof body === 'string' ? body : JSON.stringify(body))
  }
  return {
    ...app,
    id,
    organizationId,
    domain,
    token,
    call,
    make: async (path, body) => {
      const schemas = [path === '/Users' ? USER : GROUP]
      const response = await call('post', path, { schemas, ...body })
      if (response.status !== 201) throw new Error(`${response.status} ${response.text}`)
      return JSON.parse(response.text)
    },
  }
}

/** The body of an answer, of whatever JSON type. */
export function bodyOf(response: { text: string }): Body {
  return JSON.parse(response.text)
}
