// Connecting single sign-on to one's own account, and undoing a link that was made by itself.
import { inflateRawSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { explain } from '../../src/actions/explain.ts'
import { findSession } from '../../src/actions/find-session.ts'
import { openSession } from '../../src/actions/open-session.ts'
import { resolveConflict } from '../../src/actions/resolve-conflict.ts'
import { inTransaction } from '../../src/actions/transaction.ts'
import { undoIdentity } from '../../src/actions/undo-identity.ts'
import type { World } from '../../src/actions/world.ts'
import type { SessionView } from '../../src/domain/session.ts'
import { root, type Scene, scene } from '../core/scene.ts'
import { type Agent, type SignOn, signOn } from '../support/single-sign-on.ts'
import { freshWorld } from '../support/world.ts'

describe('connecting single sign-on (R3)', () => {
  let door: SignOn
  beforeAll(async () => {
    door = await signOn()
  })

  async function account(email: string): Promise<string> {
    const made = await door.api.post('/api/v1/accounts').set(door.root).send({ email, emailVerified: true })
    return made.body.id
  }

  /** A browser that the host product signed in as the account, outside any organization. */
  async function signedIn(accountId: string): Promise<Agent> {
    const agent = door.browser()
    const made = await door.api.post(`/api/v1/accounts/${accountId}/sessions`).set(door.root).send({})
    await agent.get(new URL(made.body.url).pathname + new URL(made.body.url).search)
    return agent
  }

  async function startConnecting(agent: Agent) {
    const { body } = await agent.get('/api/v1/session')
    const started = await agent
      .post('/api/v1/session/identities')
      .set('X-CSRF-Token', body.csrfToken)
      .send({ connectionId: door.connectionId })
    if (started.status !== 200 && started.status !== 201) return { started, id: '' }
    const url = new URL(started.body.url)
    const sent = await agent.get(url.pathname + url.search)
    const query = new URL(sent.headers.location ?? '').searchParams
    const xml = inflateRawSync(Buffer.from(query.get('SAMLRequest') ?? '', 'base64')).toString()
    return { started, id: / ID="([^"]+)"/.exec(xml)?.[1] ?? '' }
  }

  const holders = (nameId: string) =>
    door.rows<{ account_id: string; rule: string }>(
      'select account_id, rule from identities where name_id = $1',
      [nameId],
    )

  test('R3: links the subject that signs in to the account that started it, whatever address it asserts', async () => {
    const accountId = await account('carla@home.test')
    const agent = await signedIn(accountId)
    const { id } = await startConnecting(agent)
    await door.signIn(
      agent,
      door.response({ nameId: 'carla', inResponseTo: id, attributes: { email: 'c@acme.test' } }),
    )
    expect(await holders('carla')).toEqual([{ account_id: accountId, rule: 'R3' }])
  })

  test('T-37: an own proof older than ten minutes starts nothing', async () => {
    const agent = await signedIn(await account('dana@home.test'))
    door.world.clock.advance(601)
    const { started } = await startConnecting(agent)
    expect([started.status, started.body.code]).toEqual([403, 'own_proof_required'])
  })

  test('R3: the address of somebody else makes it a question (B8)', async () => {
    await account('eva@acme.test')
    const agent = await signedIn(await account('frank@home.test'))
    const { id } = await startConnecting(agent)
    const answer = await door.signIn(
      agent,
      door.response({ nameId: 'frank', inResponseTo: id, attributes: { email: 'eva@acme.test' } }),
    )
    expect(answer.headers['gatehouse-reason']).toBe('identity_conflict')
    expect(await holders('frank')).toEqual([])
  })

  test('R3: another browser cannot finish what this one started', async () => {
    const accountId = await account('gina@home.test')
    const { id } = await startConnecting(await signedIn(accountId))
    await door.signIn(
      door.browser(),
      door.response({ nameId: 'gina', inResponseTo: id, attributes: { email: 'g@acme.test' } }),
    )
    expect(await holders('gina')).toEqual([])
  })
})

describe('undoing a link (B5)', () => {
  let world: World
  beforeAll(async () => {
    world = await freshWorld()
  })

  async function ownSession(
    accountId: string,
    ownProofAt: Date | null = world.clock.now(),
  ): Promise<SessionView> {
    const { token } = await inTransaction(world, (tx) =>
      openSession(tx, world, { accountId, organizationId: null, proofType: 'host', ownProofAt }),
    )
    const session = await findSession(world, token)
    if (!session) throw new Error('no session')
    return session
  }

  async function linkOf(s: Scene): Promise<string> {
    const [row] = await s.rows<{ id: string }>('select id from identities where organization_id = $1', [s.id])
    return row?.id ?? ''
  }

  /** Ana had an account; somebody signed in by Acme's provider with her address and was linked to it. */
  async function linked(s: Scene) {
    const email = s.at('ana')
    const ana = await s.account(email)
    const stranger = await s.signIn({ email, nameId: 'u-1' })
    expect(await s.decided('sign_in.accepted')).toMatch(/^R4 /)
    return { email, ana, stranger }
  }

  test('B5: ends the session that came by it and what joining by it gave', async () => {
    const s = await scene(world)
    const { ana, stranger } = await linked(s)
    await undoIdentity(world, await ownSession(ana), await linkOf(s))
    expect(await s.isOpen(stranger.token)).toBe(false)
    expect(await s.member(ana)).toMatchObject({ status: 'removed', origins: [] })
    expect(await linkOf(s)).toBe('')
  })

  test('B5: an undone link is made again by an own proof alone, and a code is none', async () => {
    const s = await scene(world)
    const { email, ana } = await linked(s)
    await undoIdentity(world, await ownSession(ana), await linkOf(s))
    const again = { email, nameId: 'u-1' }
    expect((await s.signIn(again)).outcome).toBe('proof')
    expect((await s.signIn({ ...again, proof: 'code' })).outcome).toBe('proof')
    expect((await s.signIn({ ...again, proof: { ownProofOf: ana } })).outcome).toBe('signed_in')
  })

  test('B5: a record that the undone subject declared is in question, denies nobody, and links nothing', async () => {
    const s = await scene(world)
    const { email, ana } = await linked(s)
    await s.push(email, { externalId: 'u-1' })
    expect(await s.member(ana)).toMatchObject({ status: 'active' })
    await undoIdentity(world, await ownSession(ana), await linkOf(s))
    expect(await s.questions()).toEqual([`E9 ${email}`])
    expect((await s.signIn({ email, nameId: 'u-1' })).outcome).not.toBe('signed_in')
    const [question] = await s.rows<{ id: string }>(
      `select id from conflicts where organization_id = $1 and state = 'open'`,
      [s.id],
    )
    await resolveConflict(world, root, question?.id ?? '', 'keep')
    const found = await explain(world, root, s.id, email)
    expect(found.reason.code).not.toBe('directory_inactive')
    expect((await s.signIn({ email, nameId: 'u-1' })).outcome).toBe('proof')
  })

  test('T-37: needs a fresh own proof, and seven days make a link last', async () => {
    const s = await scene(world)
    const { ana } = await linked(s)
    const id = await linkOf(s)
    await expect(undoIdentity(world, await ownSession(ana, null), id)).rejects.toMatchObject({
      code: 'own_proof_required',
    })
    const other = await s.account(s.at('ben'))
    await expect(undoIdentity(world, await ownSession(other), id)).rejects.toMatchObject({
      kind: 'not_found',
    })
    world.clock.advance(7 * 86_400 + 1)
    await expect(undoIdentity(world, await ownSession(ana), id)).rejects.toMatchObject({
      code: 'undo_too_late',
    })
  })
})
