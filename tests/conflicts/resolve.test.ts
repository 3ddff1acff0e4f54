// Answers to the questions that wait for an administrator, on a real database through the deeds that raise them.
import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Caller } from '../../src/actions/authorize.ts'
import { removeMember } from '../../src/actions/remove-member.ts'
import { resolveConflict } from '../../src/actions/resolve-conflict.ts'
import { suspendMember } from '../../src/actions/suspend-member.ts'
import type { World } from '../../src/actions/world.ts'
import { newId } from '../../src/kernel/ids.ts'
import { root, type Scene, scene } from '../core/scene.ts'
import { freshWorld } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await freshWorld()
})

interface Question {
  id: string
  kind: string
  choices: string[]
  accountId: string | null
}

function open(s: Scene): Promise<Question[]> {
  return s.rows(
    `select id, kind, choices, account_id "accountId" from conflicts where organization_id = $1 and state = 'open' order by id`,
    [s.id],
  )
}

async function only(s: Scene, kind: string): Promise<Question> {
  const questions = await open(s)
  expect(questions.map((q) => q.kind)).toEqual([kind])
  return questions[0] as Question
}

async function answer(s: Scene, kind: string, choice: string, by: Caller = root): Promise<Question> {
  const question = await only(s, kind)
  world.clock.advance(1)
  await resolveConflict(world, by, question.id, choice)
  return question
}

function subjects(s: Scene): Promise<{ nameId: string; accountId: string; rule: string }[]> {
  return s.rows(
    `select name_id "nameId", account_id "accountId", rule from identities where organization_id = $1 order by name_id`,
    [s.id],
  )
}

/** Ana signs in as u-1; later somebody else's subject, u-2, arrives with her address. */
async function recycled(s: Scene) {
  const email = s.at('ana')
  await s.signIn({ email, nameId: 'u-1' })
  const ana = await s.holder(email)
  const stranger = { email, nameId: 'u-2' }
  expect(await s.signIn(stranger)).toMatchObject({ outcome: 'identity_conflict' })
  return { email, ana, stranger }
}

describe('a new subject with a known address (B8)', () => {
  test('B8: keep lets the present subject in, refuses the newcomer and does not ask again', async () => {
    const s = await scene(world)
    const { email, ana, stranger } = await recycled(s)
    expect((await s.signIn({ email, nameId: 'u-1' })).outcome).toBe('identity_conflict')
    await answer(s, 'B8', 'keep')
    expect((await s.signIn({ email, nameId: 'u-1' })).outcome).toBe('signed_in')
    expect((await s.signIn(stranger)).outcome).toBe('identity_conflict')
    expect(await open(s)).toEqual([])
    expect(await subjects(s)).toMatchObject([{ nameId: 'u-1', accountId: ana }])
  })

  test('B8: replace gives the account to the new subject and ends the old one with its sessions', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    const before = await s.signIn({ email, nameId: 'u-1' })
    const ana = await s.holder(email)
    await s.signIn({ email, nameId: 'u-2' })
    await answer(s, 'B8', 'replace')
    expect(await subjects(s)).toMatchObject([{ nameId: 'u-2', accountId: ana, rule: 'B8' }])
    expect(await s.member(ana)).toMatchObject({ status: 'active', role: 'viewer' })
    expect(await s.isOpen(before.token)).toBe(false)
    expect((await s.signIn({ email, nameId: 'u-2' })).outcome).toBe('signed_in')
    expect(await s.memberships()).toHaveLength(1)
  })

  test('T-17: new_account gives the address to the next holder, who inherits nothing', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    await s.accept(await s.invited(email, { role: 'admin' }), await s.account(email))
    await s.signIn({ email, nameId: 'u-1' })
    const ana = await s.holder(email)
    await s.signIn({ email, nameId: 'u-2' })
    await answer(s, 'B8', 'new_account')
    const next = await s.holder(email)
    expect(next).not.toBe(ana)
    expect((await s.signIn({ email, nameId: 'u-2' })).outcome).toBe('signed_in')
    expect(await s.member(next)).toMatchObject({
      status: 'active',
      role: 'viewer',
      projects: [],
      keys: [email],
    })
    expect(await s.member(ana)).toMatchObject({ role: 'admin', keys: [] })
    expect(await open(s)).toEqual([])
  })

  test('T-17: outside the proven domains no answer takes an address from an account', async () => {
    const s = await scene(world, { proven: false })
    const email = s.at('ana')
    const ana = await s.account(email)
    await s.accept(await s.invited(email), ana)
    await s.signIn({ email, nameId: 'u-1', proof: 'code' })
    await s.signIn({ email, nameId: 'u-2', proof: 'code' })
    const { id } = await only(s, 'B8')
    await expect(resolveConflict(world, root, id, 'new_account')).rejects.toMatchObject({
      code: 'domain_unproven',
    })
    expect(await s.holder(email)).toBe(ana)
    expect(await open(s)).toHaveLength(1)
  })

  test('B8: an answer that left things as they were can be changed, one that moved something cannot', async () => {
    const s = await scene(world)
    await recycled(s)
    const { id } = await answer(s, 'B8', 'keep')
    await resolveConflict(world, root, id, 'replace')
    await resolveConflict(world, root, id, 'replace')
    expect(await subjects(s)).toMatchObject([{ nameId: 'u-2' }])
    await expect(resolveConflict(world, root, id, 'keep')).rejects.toMatchObject({ kind: 'conflict' })
  })

  test('T-33: the same answer from two administrators at once is carried out once', async () => {
    const s = await scene(world)
    const { ana } = await recycled(s)
    const { id } = await only(s, 'B8')
    await Promise.all([1, 2, 3].map(() => resolveConflict(world, root, id, 'new_account')))
    const held = await subjects(s)
    expect(held.map((x) => x.nameId)).toEqual(['u-1', 'u-2'])
    expect(held[0]?.accountId).toBe(ana)
    expect(
      await s.rows(`select id from events where organization_id = $1 and type = 'conflict.resolved'`, [s.id]),
    ).toHaveLength(1)
  })

  test('an answer that is not offered names the field, and another organization finds no question', async () => {
    const s = await scene(world)
    await recycled(s)
    const { id } = await only(s, 'B8')
    await expect(resolveConflict(world, root, id, 'perhaps')).rejects.toMatchObject({
      kind: 'invalid',
      details: { errors: [{ path: 'choice' }] },
    })
    const other = await scene(world)
    const olga = await other.account(other.at('olga'))
    await other.added(olga, 'owner')
    const stranger = await other.caller(olga)
    await expect(resolveConflict(world, stranger, id, 'keep')).rejects.toMatchObject({ kind: 'not_found' })
    await expect(resolveConflict(world, root, newId(), 'keep')).rejects.toMatchObject({ kind: 'not_found' })
  })

  test('the audit trail names who answered and what', async () => {
    const s = await scene(world)
    await recycled(s)
    await answer(s, 'B8', 'keep')
    const [event] = await s.rows<{ actor: { type: string }; data: { choice: string } }>(
      `select actor, data from events where organization_id = $1 and type = 'conflict.resolved'`,
      [s.id],
    )
    expect(event).toMatchObject({ actor: { type: 'host' }, data: { choice: 'keep' } })
  })
})

/** Ana's record is deleted and a record with another externalId comes under her address. */
async function recreated(s: Scene) {
  const email = s.at('ana')
  const first = await s.push(email, { externalId: 'x-1' })
  const ana = await s.holder(email)
  await s.remove(first)
  const second = await s.push(email, { externalId: 'x-2' })
  return { email, ana, second }
}

describe('a record that comes back as another (E9)', () => {
  test('E9: keep leaves the record unbound, and its later pushes ask no more', async () => {
    const s = await scene(world)
    const { ana, second } = await recreated(s)
    await answer(s, 'E9', 'keep')
    await s.update(second, { displayName: 'Ana B' })
    expect(await open(s)).toEqual([])
    expect(await s.member(ana)).toMatchObject({ status: 'suspended', statusReason: 'directory' })
    expect(
      await s.rows('select id from directory_users where id = $1 and account_id is null', [second]),
    ).toHaveLength(1)
  })

  test('E9: replace binds the record to the person, who is back with what was theirs', async () => {
    const s = await scene(world)
    const { ana } = await recreated(s)
    await answer(s, 'E9', 'replace')
    expect(await s.member(ana)).toMatchObject({ status: 'active', role: 'viewer' })
    expect(await s.memberships()).toHaveLength(1)
  })

  test('E9: new_account makes the next holder a member, and the former one stays closed out', async () => {
    const s = await scene(world)
    const { email, ana } = await recreated(s)
    await answer(s, 'E9', 'new_account')
    const next = await s.holder(email)
    expect(next).not.toBe(ana)
    expect(await s.member(next)).toMatchObject({ status: 'active', keys: [email] })
    expect(await s.member(ana)).toMatchObject({ status: 'suspended', statusReason: 'directory' })
    expect(await open(s)).toEqual([])
  })

  test('E9: a second live record replaces the first, which is kept apart without a further question', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    const first = await s.push(email, { externalId: 'x-1', userName: 'ana-1', emails: [mail(email)] })
    const ana = await s.holder(email)
    const second = await s.push(email, { externalId: 'x-2', userName: 'ana-2', emails: [mail(email)] })
    await answer(s, 'E9', 'replace')
    const bound = await s.rows('select id from directory_users where account_id = $1', [ana])
    expect(bound).toEqual([{ id: second }])
    await s.update(first, { userName: 'ana-1', emails: [mail(email)], active: false })
    expect(await open(s)).toEqual([])
    expect(await s.member(ana)).toMatchObject({ status: 'active' })
  })
})

describe('a directory that wants somebody back (C9)', () => {
  test('C9: Allow lifts the removal and grants nothing but what the directory gives', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    await s.accept(await s.invited(email, { role: 'admin' }), await s.account(email))
    const ana = await s.holder(email)
    await removeMember(world, root, (await s.member(ana))?.id ?? '', { hold: true })
    await s.push(email)
    expect(await s.member(ana)).toMatchObject({ status: 'removed' })
    await answer(s, 'C9', 'allow')
    expect(await s.member(ana)).toMatchObject({ status: 'active', role: 'viewer', projects: [] })
  })

  test('C9: keep leaves the membership closed', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    await s.accept(await s.invited(email), await s.account(email))
    const ana = await s.holder(email)
    await suspendMember(world, root, (await s.member(ana))?.id ?? '')
    await s.push(email)
    await answer(s, 'C9', 'keep')
    expect(await s.member(ana)).toMatchObject({ status: 'suspended', statusReason: 'admin' })
  })
})

describe('two directories of which one says no (C12)', () => {
  async function disagreeing(s: Scene) {
    const email = s.at('ana')
    const first = await s.push(email)
    const second = await s.newDirectory()
    await s.push(email, { externalId: 'y-1' }, second)
    await s.update(first, { active: false })
    const ana = await s.holder(email)
    expect(await s.member(ana)).toMatchObject({ status: 'suspended', statusReason: 'directory' })
    return { ana, first }
  }

  test('C12: allow lets the directory that says yes prevail until the other says no anew', async () => {
    const s = await scene(world)
    const { ana, first } = await disagreeing(s)
    await answer(s, 'C12', 'allow')
    expect(await s.member(ana)).toMatchObject({ status: 'active' })
    await s.update(first, { active: true })
    await s.update(first, { active: false })
    expect(await s.member(ana)).toMatchObject({ status: 'suspended' })
    await only(s, 'C12')
  })

  test('C12: keep_closed leaves the membership suspended', async () => {
    const s = await scene(world)
    const { ana } = await disagreeing(s)
    await answer(s, 'C12', 'keep_closed')
    expect(await s.member(ana)).toMatchObject({ status: 'suspended' })
  })
})

function mail(value: string) {
  return { value, type: null, isPrimary: true }
}
