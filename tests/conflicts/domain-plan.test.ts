// Taking over the people of a domain that was just proven: named first, told by mail, moved only by their own next event.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { OUTBOX_PURPOSE } from '../../src/actions/post-mail.ts'
import { applyDomain, previewDomain } from '../../src/actions/preview-domain.ts'
import type { World } from '../../src/actions/world.ts'
import { root, type Scene, scene } from '../core/scene.ts'
import { freshWorld } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await freshWorld()
})

/** Everybody to whom a mail of this kind was posted. */
async function told(s: Scene, kind: string): Promise<string[]> {
  const rows = await s.rows<{ payload: string }>(
    'select payload_encrypted payload from outbox where organization_id = $1 and payload_encrypted is not null order by id',
    [s.id],
  )
  return rows
    .map(
      ({ payload }) =>
        JSON.parse(world.secrets.decrypt(OUTBOX_PURPOSE, payload)) as { kind: string; to: string },
    )
    .filter((mail) => mail.kind === kind)
    .map((mail) => mail.to)
    .sort()
}

async function domainId(s: Scene): Promise<string> {
  const [row] = await s.rows<{ id: string }>('select id from domains where organization_id = $1', [s.id])
  return row?.id ?? ''
}

describe('a domain that becomes proven (H1)', () => {
  test('H1: moves nobody, names whom it concerns, and tells each of them once when it is applied', async () => {
    const s = await scene(world, { proven: false })
    const ana = await s.account(s.at('ana'))
    await s.account(s.at('nobody-here'))
    await s.push(s.at('ana'))
    await s.invited(s.at('ben'))
    await s.prove()
    expect(await s.member(ana)).toBeNull()
    const id = await domainId(s)
    const plan = await previewDomain(world, root, s.id, id)
    expect(plan.changes.map(({ kind, email }) => `${kind} ${email}`)).toEqual([
      `invitation ${s.at('ana')}`,
      `invitation ${s.at('ben')}`,
      `record ${s.at('ana')}`,
    ])
    await applyDomain(world, root, s.id, id, plan.planHash)
    await applyDomain(world, root, s.id, id, plan.planHash)
    expect(await s.member(ana)).toBeNull()
    expect(await told(s, 'domain-proven')).toEqual([s.at('ana'), s.at('ben')])
    await s.signIn({ email: s.at('ana'), nameId: `x-${s.at('ana')}` })
    expect(await s.member(ana)).toMatchObject({ status: 'active' })
  })

  test('H1: people who came in between make the plan stale', async () => {
    const s = await scene(world)
    const id = await domainId(s)
    const plan = await previewDomain(world, root, s.id, id)
    await s.invited(s.at('cleo'))
    await expect(applyDomain(world, root, s.id, id, plan.planHash)).rejects.toMatchObject({
      code: 'plan_changed',
    })
    expect(await told(s, 'domain-proven')).toEqual([])
  })

  test('invariant 20: nothing is planned for a domain that is not proven now', async () => {
    const s = await scene(world)
    await s.rows(`update domains set status = 'lapsed' where organization_id = $1`, [s.id])
    await expect(previewDomain(world, root, s.id, await domainId(s))).rejects.toMatchObject({
      code: 'domain_unproven',
    })
  })
})
