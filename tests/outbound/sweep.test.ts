// What is forgotten when it has run out, and what is kept.
import { describe, expect, test } from '@jest/globals'
import { sweepExpired } from '../../src/actions/sweep-expired.ts'
import type { World } from '../../src/actions/world.ts'
import { newId } from '../../src/kernel/ids.ts'
import { freshWorld } from '../support/world.ts'
import { rows } from './fixtures.ts'

async function code(world: World): Promise<void> {
  const at = world.clock.now()
  await rows(
    world,
    `insert into proof_codes (id, purpose, key, browser_hash, code_hash, created_at, expires_at) values ($1, 'sign-in', 'a@b.test', '', '', $2, $3)`,
    [newId(), at, new Date(at.getTime() + 600_000)],
  )
}

async function parcel(world: World, state: string): Promise<void> {
  await rows(
    world,
    `insert into outbox (id, kind, state, next_at, created_at, done_at) values ($1, 'mail', $2, $3, $3, case when $2 = 'queued' then null else $3::timestamptz end)`,
    [newId(), state, world.clock.now()],
  )
}

describe('sweeping', () => {
  test('finds nothing on a fresh database, in every table that it knows', async () => {
    expect(await sweepExpired(await freshWorld())).toEqual({})
  })

  test('forgets a code a day after its end, and not before', async () => {
    const world = await freshWorld()
    await code(world)
    world.clock.advance(86_400)
    expect(await sweepExpired(world)).toEqual({})
    world.clock.advance(601)
    await code(world)
    expect(await sweepExpired(world)).toEqual({ proof_codes: 1 })
    expect(await rows(world, 'select id from proof_codes')).toHaveLength(1)
  })

  test('never forgets what still waits in the outbox', async () => {
    const world = await freshWorld()
    for (const state of ['queued', 'done', 'failed']) await parcel(world, state)
    world.clock.advance(8 * 86_400)
    expect(await sweepExpired(world)).toEqual({ outbox: 2 })
    expect(await rows(world, 'select state from outbox')).toEqual([{ state: 'queued' }])
  })

  test('leaves the newest thousand mails in the development mailbox', async () => {
    const world = await freshWorld()
    await rows(
      world,
      `insert into mailbox (id, to_address, message, sent_at)
       select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'a@b.test', '{}', now() from generate_series(1, 3500) n`,
    )
    expect(await sweepExpired(world)).toEqual({ mailbox: 2500 })
    const [row] = await rows<{ first: string }>(world, 'select min(id::text) as first from mailbox')
    expect(row?.first).toBe('00000000-0000-7000-8000-000000002501')
  })

  test('is done by one node at a time', async () => {
    const world = await freshWorld()
    for (let n = 0; n < 50; n += 1) await parcel(world, 'done')
    world.clock.advance(8 * 86_400)
    const counts = await Promise.all([sweepExpired(world), sweepExpired(world), sweepExpired(world)])
    expect(counts.reduce((sum, { outbox = 0 }) => sum + outbox, 0)).toBe(50)
  })
})
