// Roles whose inviter may no longer give them, confirmed or declined by somebody who may.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { changeMember } from '../../src/actions/change-member.ts'
import { decideApproval } from '../../src/actions/decide-approval.ts'
import type { World } from '../../src/actions/world.ts'
import { newId } from '../../src/kernel/ids.ts'
import { root, type Scene, scene } from '../core/scene.ts'
import { freshWorld } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await freshWorld()
})

/** Ida, an administrator, invites Ana as admin and is made a viewer before Ana accepts. */
async function waiting(s: Scene) {
  const owner = await s.account(s.at('olga'))
  await s.added(owner, 'owner')
  const inviter = await s.account(s.at('ida'))
  const idas = await s.added(inviter, 'admin')
  const email = s.at('ana')
  const offer = await s.invited(email, { role: 'admin' }, await s.caller(inviter))
  world.clock.advance(1)
  await changeMember(world, root, idas, { role: 'viewer' })
  const ana = await s.account(email)
  await s.accept(offer, ana)
  expect(await s.member(ana)).toMatchObject({ status: 'waiting', statusReason: 'approval' })
  const [approval] = await s.rows<{ id: string }>(
    `select id from approvals where organization_id = $1 and state = 'open'`,
    [s.id],
  )
  return { ana, inviter, owner, offer, email, approvalId: approval?.id ?? '' }
}

describe('an approval (A16)', () => {
  test('A16: confirmed, the person joins with the invited role and project', async () => {
    const s = await scene(world)
    const { ana, owner, approvalId, email } = await waiting(s)
    await decideApproval(world, await s.caller(owner), approvalId, true)
    expect(await s.member(ana)).toMatchObject({ status: 'active', role: 'admin', projects: ['blog'] })
    expect(await s.offers(email)).toEqual(['admin accepted'])
  })

  test('A16: declined, the invitation ends with its consent and nobody joins', async () => {
    const s = await scene(world)
    const { ana, approvalId, email } = await waiting(s)
    await decideApproval(world, root, approvalId, false)
    expect(await s.offers(email)).toEqual(['admin revoked approval'])
    expect(await s.member(ana)).toMatchObject({ status: 'removed', projects: [] })
    expect(await s.rows('select id from consents where account_id = $1 and ended_at is null', [ana])).toEqual(
      [],
    )
  })

  test('A16: declined for a member, the role counts no more and the projects stay', async () => {
    const s = await scene(world)
    const { ana, approvalId, email } = await waiting(s)
    await s.push(email)
    expect(await s.member(ana)).toMatchObject({ status: 'active', role: 'viewer' })
    await decideApproval(world, root, approvalId, false)
    expect(await s.member(ana)).toMatchObject({ status: 'active', role: 'viewer', projects: ['blog'] })
  })

  test('T-32: whoever may not grant the role cannot confirm it either', async () => {
    const s = await scene(world)
    const { ana, inviter, approvalId } = await waiting(s)
    await expect(decideApproval(world, await s.caller(inviter), approvalId, true)).rejects.toMatchObject({
      kind: 'forbidden',
    })
    expect(await s.member(ana)).toMatchObject({ status: 'waiting' })
  })

  test('A16: deciding the same twice is once, deciding otherwise is refused, and strangers find nothing', async () => {
    const s = await scene(world)
    const { approvalId } = await waiting(s)
    await decideApproval(world, root, approvalId, true)
    await decideApproval(world, root, approvalId, true)
    await expect(decideApproval(world, root, approvalId, false)).rejects.toMatchObject({
      code: 'already_decided',
    })
    await expect(decideApproval(world, root, newId(), true)).rejects.toMatchObject({ kind: 'not_found' })
    const other = await scene(world)
    const olga = await other.account(other.at('olga'))
    await other.added(olga, 'owner')
    await expect(decideApproval(world, await other.caller(olga), approvalId, true)).rejects.toMatchObject({
      kind: 'not_found',
    })
  })
})
