// Event streams for tests: made by the API, polled and verified as a receiver does.
import { createLocalJWKSet, jwtVerify } from 'jose'
import { type Body, bodyOf, type TestDirectory } from './directory.ts'

export const EVENT = 'urn:ietf:params:scim:event'

export interface TestStream {
  id: string
  token: string
  audience: string
  /** One poll; 'returnImmediately' unless said otherwise. */
  poll(body?: Record<string, unknown>, token?: string): Promise<{ status: number; body: Body }>
  /** Takes all that waits, acknowledges it and answers the verified claims in order. */
  take(): Promise<Body[]>
}

/** A polling stream of the directory. */
export async function pollStream(
  directory: TestDirectory,
  wanted: Record<string, unknown> = {},
): Promise<TestStream> {
  const made = await api(directory, 'post', '', { delivery: { method: 'poll' }, ...wanted })
  if (made.status !== 201) throw new Error(`${made.status} ${JSON.stringify(made.body)}`)
  const { id, token, audience } = made.body
  const poll: TestStream['poll'] = async (body = {}, as = token) => {
    const answer = await directory.api
      .post(new URL(made.body.delivery.pollUrl).pathname)
      .set('Authorization', `Bearer ${as}`)
      .send({ returnImmediately: true, ...body })
    return { status: answer.status, body: bodyOf(answer) }
  }
  return {
    id,
    token,
    audience,
    poll,
    take: async () => {
      const { body } = await poll({ maxEvents: 200 })
      const claims = await Promise.all(
        Object.values(body.sets as Record<string, string>).map((set) => verified(directory, set, audience)),
      )
      await poll({ ack: Object.keys(body.sets), maxEvents: 0 })
      return claims
    },
  }
}

/** A call to the API about the directory's streams, with the root key. */
export async function api(
  { api, root, id }: TestDirectory,
  method: 'get' | 'post' | 'patch' | 'delete',
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Body }> {
  const request = api[method](`/api/v1/directories/${id}/event-streams${path}`).set(root)
  const answer = await (body === undefined ? request : request.send(body as object))
  return { status: answer.status, body: answer.text === '' ? null : bodyOf(answer) }
}

/** The claims of a token that the public key set proves. */
export async function verified({ api, world }: TestDirectory, set: string, audience: string): Promise<Body> {
  const keys = bodyOf(await api.get('/.well-known/jwks.json'))
  const { payload } = await jwtVerify(set, createLocalJWKSet(keys), {
    issuer: world.publicUrl,
    audience,
    typ: 'secevent+jwt',
    algorithms: ['ES256'],
  })
  return payload
}
