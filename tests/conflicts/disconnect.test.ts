// A directory that is disconnected leaves its people as they are, in the administrators' hands.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { authenticateDirectory } from '../../src/actions/authenticate-directory.ts'
import { createDirectoryToken } from '../../src/actions/create-directory-token.ts'
import { disconnectDirectory } from '../../src/actions/disconnect-directory.ts'
import { restoreMember } from '../../src/actions/restore-member.ts'
import type { World } from '../../src/actions/world.ts'
import { newId } from '../../src/kernel/ids.ts'
import { root, scene } from '../core/scene.ts'
import { freshWorld } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await freshWorld()
})

describe('a disconnected directory (H6)', () => {
  test('H6: nobody is suspended, grants stay, and its tokens stop at once', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    const record = await s.push(email)
    const group = await s.group('Editors', [record])
    await s.map([s.groupRow(group, 'editor')])
    const { token } = await createDirectoryToken(world, root, s.directory.id, { label: 'first' })
    expect(await authenticateDirectory(world, s.directory.id, token)).toMatchObject({ id: s.directory.id })
    await disconnectDirectory(world, root, s.directory.id)
    expect(await s.member(await s.holder(email))).toMatchObject({ status: 'active', role: 'editor' })
    await expect(authenticateDirectory(world, s.directory.id, token)).rejects.toMatchObject({
      kind: 'unauthenticated',
    })
    expect((await s.signIn({ email, nameId: `x-${email}` })).outcome).toBe('signed_in')
    expect(await s.member(await s.holder(email))).toMatchObject({ role: 'editor' })
  })

  test("H6: whom the directory had suspended stays closed and is an administrator's to open", async () => {
    const s = await scene(world)
    const email = s.at('ana')
    const record = await s.push(email)
    await s.update(record, { active: false })
    const ana = await s.holder(email)
    await disconnectDirectory(world, root, s.directory.id)
    expect(await s.member(ana)).toMatchObject({ status: 'suspended', statusReason: 'admin' })
    expect((await s.signIn({ email, nameId: `x-${email}` })).outcome).toBe('suspended_by_admin')
    await restoreMember(world, root, (await s.member(ana))?.id ?? '')
    expect(await s.member(ana)).toMatchObject({ status: 'active' })
  })

  test('H6: whose record was deleted stays closed too', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    await s.remove(await s.push(email))
    const ana = await s.holder(email)
    await disconnectDirectory(world, root, s.directory.id)
    expect(await s.member(ana)).toMatchObject({ status: 'suspended', statusReason: 'admin' })
  })

  test('H6: an unbound record says nothing any more', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    await s.push(email, { active: false })
    expect((await s.signIn({ email })).outcome).toBe('directory_inactive')
    await disconnectDirectory(world, root, s.directory.id)
    expect((await s.signIn({ email })).outcome).toBe('signed_in')
  })

  test("H6: the directory's own invitations end, those of people stay", async () => {
    const s = await scene(world, { proven: false })
    await s.push('ben@elsewhere.test')
    await s.invited('cleo@elsewhere.test')
    await s.push('cleo@elsewhere.test')
    await disconnectDirectory(world, root, s.directory.id)
    expect(await s.offers('ben@elsewhere.test')).toEqual(['viewer revoked directory'])
    expect(await s.offers('cleo@elsewhere.test')).toEqual(['editor pending'])
  })

  test('C12: what another directory says stands on its own', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    const first = await s.push(email)
    const other = await s.newDirectory()
    const second = await s.push(email, { externalId: 'y-1' }, other)
    await s.update(first, { active: false })
    await s.update(second, { active: false }, other)
    await disconnectDirectory(world, root, s.directory.id)
    expect(await s.member(await s.holder(email))).toMatchObject({
      status: 'suspended',
      statusReason: 'directory',
    })
  })

  test('disconnecting twice is once, and strangers find no directory', async () => {
    const s = await scene(world)
    await disconnectDirectory(world, root, s.directory.id)
    await disconnectDirectory(world, root, s.directory.id)
    const told = await s.rows(
      `select id from events where organization_id = $1 and type = 'directory.disconnected'`,
      [s.id],
    )
    expect(told).toHaveLength(1)
    await expect(disconnectDirectory(world, root, newId())).rejects.toMatchObject({ kind: 'not_found' })
    const outsider = await scene(world)
    const olga = await outsider.account(outsider.at('olga'))
    await outsider.added(olga, 'owner')
    await expect(
      disconnectDirectory(world, await outsider.caller(olga), s.directory.id),
    ).rejects.toMatchObject({ kind: 'not_found' })
  })
})
