// A directory's OAuth clients as tests make and play them, and an issuer of assertions with keys of its own.
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { World } from '../../src/actions/world.ts'
import { type Body, bodyOf, type TestDirectory } from './directory.ts'

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
export const GRANT = { grant_type: 'client_credentials' }

/** Makes a client by the JSON API; answers the body of its 201. */
export async function makeClient(directory: TestDirectory, body: object = { label: 'IdP' }): Promise<Body> {
  const path = `/api/v1/directories/${directory.id}/oauth-clients`
  const made = await directory.api.post(path).set(directory.root).send(body)
  if (made.status !== 201) throw new Error(`${made.status} ${made.text}`)
  return made.body
}

/** A token request, form-encoded. */
export function askToken(
  directory: Pick<TestDirectory, 'api' | 'id'>,
  form: Record<string, string> | string,
  headers: Record<string, string> = {},
) {
  return directory.api
    .post(`/scim/v2/${directory.id}/oauth/token`)
    .type('form')
    .set(headers)
    .send(typeof form === 'string' ? form : new URLSearchParams(form).toString())
}

export function basic(clientId: string, secret: string): { Authorization: string } {
  return { Authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}` }
}

/** The status of a SCIM call with a bearer token. */
export async function statusWith(
  directory: Pick<TestDirectory, 'api' | 'id'>,
  token: string,
): Promise<number> {
  const users = directory.api.get(`/scim/v2/${directory.id}/Users`)
  return (await users.set('Authorization', `Bearer ${token}`)).status
}

/** How many access tokens and spent assertions stand in the tables. */
export async function written(world: World): Promise<{ tokens: number; assertions: number }> {
  const [counts] = await world.dataSource.query(
    `select (select count(*)::int from directory_tokens where oauth_client_id is not null) tokens,
      (select count(*)::int from oauth_assertions) assertions`,
  )
  return counts
}

/** The request log's lines of the token endpoint, newest first. */
export async function tokenLog(directory: TestDirectory): Promise<Body[]> {
  const answer = await directory.api.get(`/api/v1/directories/${directory.id}/requests`).set(directory.root)
  return bodyOf(answer).items.filter(({ path }: Body) => path === '/oauth/token')
}

export interface TestIssuer {
  issuer: string
  subject: string
  audience: string
  kid: string
  /** The public key as a JWK. */
  jwk: Record<string, unknown>
  /** A signed assertion that is right, but for what is said; undefined takes a claim out. */
  sign(claims?: Record<string, unknown>, header?: { alg?: string; kid?: string | undefined }): Promise<string>
}

/** An issuer as Entra is one, whose time is the world's. */
export async function testIssuer(world: World, alg = 'RS256', kid = 'key-1'): Promise<TestIssuer> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid, use: 'sig', alg }
  const tenant = 'ce5f061f-abe6-4e40-9615-301f87bcb7f0'
  const issuer = `https://login.microsoftonline.com/${tenant}/v2.0`
  const [subject, audience] = ['d2f8ee76-c549-45b8-a143-f5b640669704', 'api://AzureADTokenExchange']
  return {
    issuer,
    subject,
    audience,
    kid,
    jwk,
    sign: (claims = {}, header = {}) => {
      const now = Math.floor(world.clock.now().getTime() / 1000)
      const right = { iss: issuer, sub: subject, aud: audience, iat: now, nbf: now - 300, exp: now + 3600 }
      const payload = Object.fromEntries(
        Object.entries({ ...right, ...claims }).filter(([, value]) => value !== undefined),
      )
      const { kid: named, ...rest } = { alg, kid, typ: 'JWT', ...header }
      const headers = named === undefined ? rest : { ...rest, kid: named }
      return new SignJWT(payload).setProtectedHeader(headers).sign(privateKey)
    },
  }
}

/** What a client that trusts the issuer is made with, its key pasted. */
export function trustIn({ issuer, subject, audience, jwk }: TestIssuer, more: object = {}): object {
  return { label: 'Entra', assertion: { issuer, subject, audience, jwks: { keys: [jwk] }, ...more } }
}
