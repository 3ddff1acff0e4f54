// Who may make, see and end webhook endpoints, and how an attempt is repeated.
import { afterEach, describe, expect, test } from '@jest/globals'
import type { Caller } from '../../src/actions/authorize.ts'
import { createWebhookEndpoint } from '../../src/actions/create-webhook-endpoint.ts'
import { deleteWebhookEndpoint } from '../../src/actions/delete-webhook-endpoint.ts'
import { listWebhookAttempts } from '../../src/actions/list-webhook-attempts.ts'
import { listWebhookEndpoints } from '../../src/actions/list-webhook-endpoints.ts'
import { retryWebhookAttempt } from '../../src/actions/retry-webhook-attempt.ts'
import type { World } from '../../src/actions/world.ts'
import { newId } from '../../src/kernel/ids.ts'
import { startOutbound } from '../../src/outbound/outbound.ts'
import { freshWorld } from '../support/world.ts'
import { event, eventually, organization, receiver, rows } from './fixtures.ts'

const started: { stop(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const one of started.splice(0).reverse()) await one.stop()
})

const root: Caller = { kind: 'root' }
const page = { after: null, limit: 51 }
const URL = 'https://hooks.test/in'

/** A key of the organization, made by the host product. */
async function key(world: World, organizationId: string, role: string): Promise<Caller> {
  const keyId = newId()
  await rows(
    world,
    `insert into api_keys (id, organization_id, name, role, key_hash, hint, created_at) values ($1, $2, 'k', $3, $4, 'abcd', $5)`,
    [keyId, organizationId, role, Buffer.from(keyId), world.clock.now()],
  )
  return { kind: 'key', keyId, organizationId, role, makerAccountId: null }
}

describe('an endpoint', () => {
  test("of an organization's key belongs to its organization, whatever it leaves out", async () => {
    const world = await freshWorld()
    const acme = await organization(world)
    const made = await createWebhookEndpoint(world, await key(world, acme, 'admin'), {
      url: URL,
      events: ['*'],
    })
    expect(made).toMatchObject({ organizationId: acme, url: URL, events: ['*'] })
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(JSON.stringify(await rows(world, 'select * from webhook_endpoints'))).not.toContain(made.secret)
  })

  test("of another organization is not found, and its key sees none of the host product's", async () => {
    const world = await freshWorld()
    const acme = await organization(world)
    const other = await organization(world, 'Other')
    const stranger = await key(world, other, 'admin')
    const own = await createWebhookEndpoint(world, root, { url: URL, events: ['*'], organizationId: acme })
    const hosts = await createWebhookEndpoint(world, root, { url: URL, events: ['*'] })
    for (const { id } of [own, hosts]) {
      await expect(deleteWebhookEndpoint(world, stranger, id)).rejects.toMatchObject({ kind: 'not_found' })
      await expect(listWebhookAttempts(world, stranger, id, page)).rejects.toMatchObject({
        kind: 'not_found',
      })
    }
    await expect(
      createWebhookEndpoint(world, stranger, { url: URL, events: ['*'], organizationId: acme }),
    ).rejects.toMatchObject({ kind: 'not_found' })
    expect(await listWebhookEndpoints(world, stranger, {}, page)).toEqual([])
    expect(await listWebhookEndpoints(world, root, {}, page)).toHaveLength(2)
    expect(await listWebhookEndpoints(world, root, { organizationId: acme }, page)).toHaveLength(1)
  })

  test('is nothing for an editor', async () => {
    const world = await freshWorld()
    const editor = await key(world, await organization(world), 'editor')
    await expect(createWebhookEndpoint(world, editor, { url: URL, events: ['*'] })).rejects.toMatchObject({
      kind: 'forbidden',
    })
  })

  test.each([
    ['url', { url: 'ftp://hooks.test', events: ['*'] }],
    ['url', { url: 'https://user:pass@hooks.test', events: ['*'] }],
    ['url', { url: 'http://169.254.169.254/latest', events: ['*'] }],
    ['url', { url: 'http://[::ffff:10.0.0.1]/', events: ['*'] }],
    ['events[1]', { url: URL, events: ['*', 'Member Joined'] }],
  ])('with a wrong %s is refused, naming it: %j', async (path, wanted) => {
    const world = await freshWorld()
    await expect(createWebhookEndpoint(world, root, wanted)).rejects.toMatchObject({
      kind: 'invalid',
      details: { errors: [{ path }] },
    })
    expect(await rows(world, 'select id from webhook_endpoints')).toEqual([])
  })

  test('needs https in production', async () => {
    const world = await freshWorld({ settings: { production: true } })
    await expect(
      createWebhookEndpoint(world, root, { url: 'http://hooks.test', events: ['*'] }),
    ).rejects.toMatchObject({ details: { errors: [{ path: 'url' }] } })
  })
})

describe('an attempt', () => {
  test('that was given up is sent anew on demand, with the same id', async () => {
    const world = await freshWorld()
    const here = await receiver((_, count) => (count === 1 ? 500 : 204))
    started.push({ stop: here.close })
    const { id } = await createWebhookEndpoint(world, root, { url: here.url, events: ['*'] })
    started.push(startOutbound(world))
    const eventId = await event(world, await organization(world))
    const [failed] = await eventually(async () => {
      const found = await listWebhookAttempts(world, root, id, page)
      return found.length ? found : null
    })
    expect(failed).toMatchObject({
      eventId,
      eventType: 'member.joined',
      outcome: 'failed',
      responseStatus: 500,
    })
    expect(failed?.nextAttemptAt).toBeInstanceOf(Date)

    await retryWebhookAttempt(world, root, id, failed?.id ?? '')
    await eventually(async () => (await listWebhookAttempts(world, root, id, page)).length === 2)
    const [again] = await listWebhookAttempts(world, root, id, page)
    expect(again).toMatchObject({ eventId, outcome: 'delivered', responseStatus: 204, nextAttemptAt: null })

    await retryWebhookAttempt(world, root, id, again?.id ?? '')
    await eventually(async () => here.received.length === 3)
    expect(new Set(here.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  })

  test('of another endpoint is not found', async () => {
    const world = await freshWorld()
    const { id } = await createWebhookEndpoint(world, root, { url: URL, events: ['*'] })
    for (const attemptId of [newId(), 'x']) {
      await expect(retryWebhookAttempt(world, root, id, attemptId)).rejects.toMatchObject({
        kind: 'not_found',
      })
    }
  })
})
