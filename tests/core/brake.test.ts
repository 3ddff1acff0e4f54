// H7: a directory that switches off many at once is not believed at once, through the deeds on a real database.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { settleBrakes, settleHolds } from '../../src/actions/deprovision-brake.ts'
import { disconnectDirectory } from '../../src/actions/disconnect-directory.ts'
import { resolveConflict } from '../../src/actions/resolve-conflict.ts'
import type { World } from '../../src/actions/world.ts'
import { freshWorld } from '../support/world.ts'
import { refusal } from './refusal.ts'
import { root, type Scene, scene } from './scene.ts'

let world: World
beforeAll(async () => {
  world = await freshWorld()
})

interface Person {
  email: string
  record: string
  accountId: string
}

/** An organization whose brake takes hold at the fourth member, and its people from the directory. */
async function crowd(size: number, brake: { members?: number; percent?: number; atLeast?: number } = {}) {
  const s = await scene(world, {
    policies: { deprovisionBrake: { members: 3, percent: 100, atLeast: 100, minutes: 10, ...brake } },
  })
  const people: Person[] = []
  for (let n = 0; n < size; n++) {
    const email = s.at(`p${n}`)
    const record = await s.push(email)
    people.push({ email, record, accountId: await s.holder(email) })
  }
  return { s, people }
}

async function switchOff(s: Scene, people: readonly Person[]): Promise<void> {
  for (const person of people) await s.update(person.record, { active: false })
  await settleBrakes(world)
}

const signIn = (s: Scene, person: Person | undefined) =>
  s.signIn({ email: person?.email ?? '', nameId: `x-${person?.email}` })

const states = async (s: Scene, people: readonly Person[]) =>
  Promise.all(people.map(async (person) => (await s.member(person.accountId))?.status ?? null))

async function hold(s: Scene): Promise<string> {
  const [question] = await s.rows<{ id: string }>(
    "select id from conflicts where organization_id = $1 and kind = 'H7' and state = 'open'",
    [s.id],
  )
  if (!question) throw new Error('nothing is held')
  return question.id
}

describe('H7: the brake', () => {
  test('H7: as many as the policy allows are suspended as any one is', async () => {
    const { s, people } = await crowd(6)
    await switchOff(s, people.slice(0, 3))
    expect(await states(s, people)).toEqual([...Array(3).fill('suspended'), ...Array(3).fill('active')])
    expect(await s.questions()).toEqual([])
  })

  test('H7: one more, and all of them are held: members still, those already suspended too, signed out, and an owner is asked by mail', async () => {
    const { s, people } = await crowd(6)
    const owner = await s.account(s.at('owner'))
    await s.added(owner, 'owner')
    const [first, last] = [people[0] as Person, people[3] as Person]
    const tokens = [await signIn(s, first), await signIn(s, last)]
    const mails = () => s.rows("select 1 from outbox where organization_id = $1 and kind = 'mail'", [s.id])
    const before = (await mails()).length
    await switchOff(s, people.slice(0, 4))
    expect(await states(s, people)).toEqual(Array(6).fill('active'))
    expect(await Promise.all(tokens.map((t) => s.isOpen(t.token)))).toEqual([false, false])
    expect(await s.questions()).toEqual(['H7'])
    expect(await s.decided('member.deprovision_held')).toBe('H7 wait deprovision_held org_admin')
    expect(await mails()).toHaveLength(before + 1)
    // The directory reads back what it said.
    expect(await s.rows('select active from directory_users where id = $1', [first.record])).toEqual([
      { active: false },
    ])
  })

  test('H7: a share of all members counts only from the least number on', async () => {
    const few = await crowd(5, { members: 50, percent: 20, atLeast: 4 })
    await switchOff(few.s, few.people.slice(0, 3))
    expect(await few.s.questions()).toEqual([])
    await switchOff(few.s, few.people.slice(3, 4))
    expect(await few.s.questions()).toEqual(['H7'])
    const many = await crowd(20, { members: 50, percent: 20, atLeast: 4 })
    await switchOff(many.s, many.people.slice(0, 4))
    expect(await many.s.questions()).toEqual([])
    await switchOff(many.s, many.people.slice(4, 5))
    expect(await many.s.questions()).toEqual(['H7'])
  })

  test('H7: those switched off at the same moment are counted together', async () => {
    const { s, people } = await crowd(5)
    world.clock.advance(1)
    await Promise.all(people.slice(0, 4).map((person) => s.update(person.record, { active: false })))
    await settleBrakes(world)
    expect(await states(s, people)).toEqual(Array(5).fill('active'))
  })

  test('H7: slower than the window, each counts alone', async () => {
    const { s, people } = await crowd(5)
    for (const person of people) {
      await switchOff(s, [person])
      world.clock.advance(4 * 60)
    }
    expect(await states(s, people)).toEqual(Array(5).fill('suspended'))
  })

  test('H7: who was brought back is not counted', async () => {
    const { s, people } = await crowd(5)
    await switchOff(s, people.slice(0, 3))
    await s.update(people[0]?.record ?? '', { active: true })
    await switchOff(s, people.slice(3, 4))
    expect(await s.questions()).toEqual([])
  })

  test('H7: deletions are held like deactivations, with the roles that the groups of the deleted gave', async () => {
    const { s, people } = await crowd(4)
    const group = await s.group(
      'Editors',
      people.map((p) => p.record),
    )
    await s.map([s.groupRow(group, 'editor', ['shop'])])
    const before = await s.memberships()
    for (const person of people) await s.remove(person.record)
    await settleBrakes(world)
    expect(await s.memberships()).toEqual(before)
    await resolveConflict(world, root, await hold(s), 'confirm')
    expect(await states(s, people)).toEqual(Array(4).fill('suspended'))
  })
})

describe('H7: while it is held', () => {
  test('H7: a held person may sign in anew', async () => {
    const { s, people } = await crowd(4)
    await switchOff(s, people)
    expect((await signIn(s, people[0])).outcome).toBe('signed_in')
  })

  test('H7: the next within the window are held at once, one after it is suspended', async () => {
    const { s, people } = await crowd(6)
    await switchOff(s, people.slice(0, 4))
    await switchOff(s, people.slice(4, 5))
    expect((await states(s, people)).slice(0, 5)).toEqual(Array(5).fill('active'))
    world.clock.advance(11 * 60)
    await switchOff(s, people.slice(5))
    expect(await states(s, people)).toEqual([...Array(5).fill('active'), 'suspended'])
  })

  test('H7: whom the directory switches on again is held no longer', async () => {
    const { s, people } = await crowd(4)
    await switchOff(s, people)
    await s.update(people[0]?.record ?? '', { active: true })
    expect(await s.decided('member.hold_released')).not.toBeNull()
    await resolveConflict(world, root, await hold(s), 'confirm')
    expect(await states(s, people)).toEqual(['active', ...Array(3).fill('suspended')])
  })

  test("H7: an administrator's own suspension counts whatever is held", async () => {
    const { s, people } = await crowd(4)
    await switchOff(s, people)
    await s.rows('update memberships set suspended_by_admin_at = now() where account_id = $1', [
      people[0]?.accountId,
    ])
    await s.members(await s.group('G'), { add: people.map((p) => p.record) })
    expect((await signIn(s, people[0])).outcome).toBe('suspended_by_admin')
  })

  test('H6: disconnecting the directory ends the hold, and its people stay', async () => {
    const { s, people } = await crowd(4)
    await switchOff(s, people)
    await disconnectDirectory(world, root, s.directory.id)
    expect(await s.questions()).toEqual([])
    await settleHolds(world)
    expect(await states(s, people)).toEqual(Array(4).fill('active'))
  })
})

describe("H7: an owner's answer", () => {
  test('H7: confirm suspends them, as of the moment when the directory said so, and asks no second time', async () => {
    const { s, people } = await crowd(6)
    await switchOff(s, people.slice(0, 4))
    const id = await hold(s)
    await resolveConflict(world, root, id, 'confirm')
    await resolveConflict(world, root, id, 'confirm')
    expect(await states(s, people)).toEqual([...Array(4).fill('suspended'), ...Array(2).fill('active')])
    await switchOff(s, people.slice(4, 5))
    expect(await s.questions()).toEqual([])
    expect((await states(s, people))[4]).toBe('suspended')
  })

  test('H7: restore keeps them, until the directory says anything new about one of them', async () => {
    const { s, people } = await crowd(4)
    await switchOff(s, people)
    await resolveConflict(world, root, await hold(s), 'restore')
    expect(await states(s, people)).toEqual(Array(4).fill('active'))
    // The same word again is no news; on and off again is.
    await switchOff(s, people.slice(0, 2))
    expect(await states(s, people)).toEqual(Array(4).fill('active'))
    await s.update(people[0]?.record ?? '', { active: true })
    await switchOff(s, people.slice(0, 1))
    expect(await states(s, people)).toEqual(['suspended', ...Array(3).fill('active')])
  })

  test('H7: only an owner or the host product may answer', async () => {
    const { s, people } = await crowd(4)
    const admin = await s.account(s.at('admin'))
    await s.added(admin, 'admin')
    await switchOff(s, people)
    const id = await hold(s)
    expect(await refusal(resolveConflict(world, await s.caller(admin), id, 'confirm'))).toBe('forbidden')
    expect(await states(s, people)).toEqual(Array(4).fill('active'))
  })

  test('H7: what one node left undone another one finishes', async () => {
    const { s, people } = await crowd(4)
    await switchOff(s, people)
    const id = await hold(s)
    await s.rows(
      "update deprovision_holds set state = 'confirmed', until_at = least(until_at, now() + interval '1 day') where id = $1",
      [id],
    )
    await settleHolds(world)
    expect(await states(s, people)).toEqual(Array(4).fill('suspended'))
  })
})
