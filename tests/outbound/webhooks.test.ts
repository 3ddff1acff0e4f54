// Webhooks from the event that causes them to the endpoint that reads them.
import { afterEach, describe, expect, test } from '@jest/globals'
import { Webhook } from 'standardwebhooks'
import type { World } from '../../src/actions/world.ts'
import { startOutbound } from '../../src/outbound/outbound.ts'
import { freshWorld } from '../support/world.ts'
import {
  endpoint,
  event,
  eventually,
  later,
  organization,
  type Received,
  receiver,
  rows,
} from './fixtures.ts'

const started: { stop(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const one of started.splice(0).reverse()) await one.stop()
})

async function listening(
  answer: (received: Received, count: number) => ReturnType<Parameters<typeof receiver>[0]> = () => 204,
) {
  const here = await receiver(answer)
  started.push({ stop: here.close })
  return here
}

function carry(world: World): void {
  started.push(startOutbound(world))
}

const attempts = (world: World, endpointId: string) =>
  rows<{ outcome: string; response_status: number | null; error: string | null }>(
    world,
    'select outcome, response_status, error from webhook_attempts where endpoint_id = $1 order by id',
    [endpointId],
  )

describe('a webhook', () => {
  test('carries the event with a signature that its secret proves', async () => {
    const world = await freshWorld()
    const here = await listening()
    const acme = await organization(world)
    const { secret, id } = await endpoint(world, here.url)
    carry(world)
    const eventId = await event(world, acme)
    const got = await eventually(async () => here.received[0])

    const read = new Webhook(secret).verify(got.body, got.headers as Record<string, string>)
    expect(read).toEqual({
      id: eventId,
      type: 'member.joined',
      timestamp: world.clock.now().toISOString(),
      organizationId: acme,
      data: {
        id: eventId,
        type: 'member.joined',
        at: world.clock.now().toISOString(),
        actor: { type: 'system', id: null },
        subject: { type: 'member', id: expect.any(String), email: 'ana@acme.test' },
        decision: {
          rule: 'A1',
          outcome: 'join',
          reason: 'joined',
          nextActor: 'nobody',
          before: null,
          after: null,
        },
        data: null,
      },
    })
    expect(got.headers['webhook-id']).toBe(eventId)
    expect(() => new Webhook(secret).verify(`${got.body} `, got.headers as Record<string, string>)).toThrow()
    await eventually(async () => (await attempts(world, id)).length > 0)
    expect(await attempts(world, id)).toEqual([{ outcome: 'delivered', response_status: 204, error: null }])
  })

  test('goes to the endpoints that listen to its type and organization, and to no other', async () => {
    const world = await freshWorld()
    const here = await listening()
    const acme = await organization(world)
    const other = await organization(world, 'Other')
    await endpoint(world, `${here.url}/family`, ['member.*'], acme)
    await endpoint(world, `${here.url}/type`, ['member.joined'], acme)
    await endpoint(world, `${here.url}/else`, ['invitation.*', 'member.left'], acme)
    await endpoint(world, `${here.url}/others`, ['*'], other)
    await endpoint(world, `${here.url}/host`, ['*'])
    await event(world, acme)
    const queued = await rows<{ url: string }>(
      world,
      'select w.url from outbox o join webhook_endpoints w on w.id = o.endpoint_id order by w.url',
    )
    expect(queued.map(({ url }) => url.replace(here.url, ''))).toEqual(['/family', '/host', '/type'])
  })

  test('is tried again with the same id and body until it is taken, by the product’s clock', async () => {
    const world = await freshWorld()
    const here = await listening((_, count) => (count < 3 ? 500 : 200))
    const { id } = await endpoint(world, here.url)
    carry(world)
    await event(world, await organization(world))
    for (const count of [1, 2, 3]) {
      await eventually(async () => (await attempts(world, id)).length === count)
      later(world, 600)
    }
    expect(await attempts(world, id)).toEqual([
      { outcome: 'failed', response_status: 500, error: 'The endpoint answered 500.' },
      { outcome: 'failed', response_status: 500, error: 'The endpoint answered 500.' },
      { outcome: 'delivered', response_status: 200, error: null },
    ])
    expect(new Set(here.received.map(({ body }) => body)).size).toBe(1)
    expect(new Set(here.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(await rows(world, "select state from outbox where kind = 'webhook'")).toEqual([{ state: 'done' }])
  })

  test('is given up after its last attempt', async () => {
    const world = await freshWorld()
    const here = await listening(() => 500)
    const { id } = await endpoint(world, here.url)
    carry(world)
    await event(world, await organization(world))
    await eventually(async () => {
      later(world, 24 * 3600)
      return (await rows<{ state: string }>(world, 'select state from outbox'))[0]?.state === 'failed'
    })
    expect(await attempts(world, id)).toHaveLength(9)
  })

  test('waits as long as a busy endpoint asks', async () => {
    const world = await freshWorld()
    const here = await listening(() => ({ status: 503, headers: { 'retry-after': '900' } }))
    await endpoint(world, here.url)
    carry(world)
    await event(world, await organization(world))
    await eventually(async () => here.received[0])
    const [row] = await eventually(async () => {
      const found = await rows<{ wait: number }>(
        world,
        "select extract(epoch from next_at - $1::timestamptz)::float as wait from outbox where state = 'queued' and last_error is not null",
        [world.clock.now()],
      )
      return found.length ? found : null
    })
    expect(row?.wait).toBe(900)
  })

  test('does not follow a redirect', async () => {
    const world = await freshWorld()
    const here = await listening(() => ({ status: 302, headers: { location: 'http://127.0.0.1:1/' } }))
    const { id } = await endpoint(world, here.url)
    carry(world)
    await event(world, await organization(world))
    await eventually(async () => (await attempts(world, id)).length > 0)
    expect(await attempts(world, id)).toEqual([
      { outcome: 'failed', response_status: 302, error: 'The endpoint answered 302.' },
    ])
  })

  test('is not sent to an address inside, and the attempt does not tell what is there', async () => {
    const world = await freshWorld()
    const { id } = await endpoint(world, 'http://10.0.0.1:22/')
    carry(world)
    await event(world, await organization(world))
    await eventually(async () => (await attempts(world, id)).length > 0)
    expect(await attempts(world, id)).toEqual([
      {
        outcome: 'failed',
        response_status: null,
        error: 'The endpoint lies at an address that is not public.',
      },
    ])
  })

  test('is not sent to this machine in production', async () => {
    const world = await freshWorld({ settings: { production: true } })
    const here = await listening()
    const { id } = await endpoint(world, here.url)
    carry(world)
    await event(world, await organization(world))
    await eventually(async () => (await attempts(world, id)).length > 0)
    expect(here.received).toEqual([])
  })

  test('to a slow endpoint does not hold up the others', async () => {
    const world = await freshWorld()
    const slow = await listening(() => null)
    const quick = await listening()
    const acme = await organization(world)
    await endpoint(world, slow.url, ['slow.*'])
    await endpoint(world, quick.url, ['quick.*'])
    for (let n = 0; n < 40; n += 1) await event(world, acme, 'slow.down')
    carry(world)
    await eventually(async () => slow.received.length >= 4)
    await event(world, acme, 'quick.one')
    await eventually(async () => quick.received[0])
    expect(slow.received.length).toBeLessThan(16)
    await slow.close()
  })

  test('of an endpoint that has ended is dropped', async () => {
    const world = await freshWorld()
    const here = await listening()
    const { id } = await endpoint(world, here.url)
    await event(world, await organization(world))
    await rows(world, 'update webhook_endpoints set ended_at = now() where id = $1', [id])
    carry(world)
    await eventually(
      async () => (await rows<{ state: string }>(world, 'select state from outbox'))[0]?.state === 'failed',
    )
    expect(here.received).toEqual([])
  })
})
