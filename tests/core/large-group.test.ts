// A group push about many people: the rows stand at once, and the people are settled one by one after it.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { settleDeferred } from '../../src/actions/deferred-pushes.ts'
import type { World } from '../../src/actions/world.ts'
import { freshWorld } from '../support/world.ts'
import { type Scene, scene } from './scene.ts'

let world: World
beforeAll(async () => {
  world = await freshWorld()
})

const MANY = 60
const EMPTY: Awaited<ReturnType<Scene['memberships']>> = []

async function crowd() {
  const s = await scene(world)
  const records: string[] = []
  for (let n = 0; n < MANY; n++) records.push(await s.push(s.at(`p${n}`)))
  const group = await s.group('Editors')
  await s.map([s.groupRow(group, 'editor')])
  return { s, records, group }
}

const roles = async (s: Scene) => [...new Set((await s.memberships()).map((m) => m.role))]
const waiting = async (s: Scene) =>
  (await s.rows('select 1 from deferred_pushes where directory_id = $1', [s.directory.id])).length

describe('a mapped group of many', () => {
  test('gives everybody its role soon after the push, and takes it from all who leave (C19)', async () => {
    const { s, records, group } = await crowd()
    await s.members(group, { replace: records })
    await settleDeferred(world)
    expect(await roles(s)).toEqual(['editor'])
    await s.members(group, { replace: [] })
    await settleDeferred(world)
    expect(await roles(s)).toEqual(['viewer'])
    expect(await waiting(s)).toBe(0)
  })

  test('C19: who left with many fell at the moment of the push, whatever they do before they are settled', async () => {
    const { s, records, group } = await crowd()
    const email = s.at('p0')
    await s.members(group, { replace: records })
    await settleDeferred(world)
    await s.members(group, { replace: [] })
    expect((await s.signIn({ email, nameId: `x-${email}` })).outcome).toBe('signed_in')
    expect((await s.member(await s.holder(email)))?.role).toBe('viewer')
    await settleDeferred(world)
    expect(await roles(s)).toEqual(['viewer'])
  })

  test('tells of each person once, however many nodes settle them', async () => {
    const { s, records, group } = await crowd()
    const other = { ...world }
    await s.members(group, { replace: records })
    await Promise.all([settleDeferred(world), settleDeferred(other)])
    const told = await s.rows<{ times: number }>(
      "select count(*)::int times from events where organization_id = $1 and type = 'member.role_changed' group by subject_id",
      [s.id],
    )
    expect(told).toEqual(records.map(() => ({ times: 1 })))
  })

  test('forgets nobody whose node ended before they were settled', async () => {
    const { s, records } = await crowd()
    await s.rows('update memberships set role = null where organization_id = $1', [s.id])
    await s.rows(
      'delete from grants where membership_id in (select id from memberships where organization_id = $1)',
      [s.id],
    )
    await s.rows(
      'insert into deferred_pushes (record_id, directory_id, at) select id, directory_id, now() from directory_users where id = any($1)',
      [records],
    )
    await settleDeferred(world)
    expect(await roles(s)).toEqual(['viewer'])
  })

  test('of which no mapping speaks settles nobody who is bound', async () => {
    const { s, records } = await crowd()
    const before = await s.memberships()
    const unmapped = await s.group('Unmapped', records)
    expect(await waiting(s)).toBe(0)
    await s.members(unmapped, { replace: [] })
    expect([await waiting(s), await s.memberships()]).toEqual([0, before])
    expect(before).not.toEqual(EMPTY)
  })
})
