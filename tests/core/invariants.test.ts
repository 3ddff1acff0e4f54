// What holds after every event: random walks through the deeds on a real database, with the invariants asked after each step.
import { beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { apply } from '../../src/actions/apply.ts'
import { blockAddress } from '../../src/actions/block-address.ts'
import { changeMember } from '../../src/actions/change-member.ts'
import { loadPerson } from '../../src/actions/load-person.ts'
import { removeMember } from '../../src/actions/remove-member.ts'
import { restoreMember } from '../../src/actions/restore-member.ts'
import { revokeInvitation } from '../../src/actions/revoke-invitation.ts'
import { suspendMember } from '../../src/actions/suspend-member.ts'
import { inTransaction } from '../../src/actions/transaction.ts'
import { unblockAddress } from '../../src/actions/unblock-address.ts'
import type { World } from '../../src/actions/world.ts'
import { settlePerson } from '../../src/decisions/settle-person.ts'
import { AppError } from '../../src/kernel/errors.ts'
import { reader } from '../../src/store/database.ts'
import { countOwnersWithWaysIn } from '../../src/store/owners.ts'
import { event } from '../decisions/facts.ts'
import { freshWorld } from '../support/world.ts'
import { root, type Scene, scene } from './scene.ts'

let world: World
beforeAll(async () => {
  world = await freshWorld()
})

const kinds = [
  'account',
  'claim',
  'invite',
  'invite outside',
  'accept',
  'revoke',
  'push',
  'push as another',
  'move',
  'on',
  'off',
  'delete',
  'group',
  'ungroup',
  'sign in',
  'sign in as another',
  'sign in renamed',
  'suspend',
  'restore',
  'remove',
  'own',
  'demote',
  'block',
  'unblock',
  'three weeks',
] as const
type Kind = (typeof kinds)[number]
interface Step {
  kind: Kind
  who: 'ana' | 'bo'
}

const steps = fc.array(
  fc.record({ kind: fc.constantFrom(...kinds), who: fc.constantFrom('ana' as const, 'bo' as const) }),
  { minLength: 8, maxLength: 16 },
)

test('the invariants hold after every event', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (walk) => {
      const [s, other] = [await scene(world), await scene(world, { proven: false })]
      const olga = await s.account(`olga@${s.slug}.elsewhere.test`)
      await s.added(olga, 'owner')
      const group = await s.group('Editors')
      await s.map([s.groupRow(group, 'editor', ['shop'])])
      // Bo is known in another organization, too.
      await other.added(await other.account(s.at('bo')), 'editor')
      const known = new Map<string, string>()
      for (const step of walk) {
        const [elsewhere, people] = [await everythingOf(other), await s.people()]
        const refused = await take(s, group, step)
        if (refused) expect([step, refused, await s.people()]).toEqual([step, refused, people])
        if (step.kind !== 'account' && step.kind !== 'claim')
          expect(await everythingOf(other)).toEqual(elsewhere)
        await holds(s, known)
      }
    }),
    { numRuns: 16, interruptAfterTimeLimit: 6_000 },
  )
}, 60_000)

test('invariant 17: the audit trail takes no change, and an event stands or falls with its deed', async () => {
  const s = await scene(world)
  const count = async () => (await s.rows('select 1 from events where organization_id = $1', [s.id])).length
  const before = await count()
  await expect(s.rows("update events set type = 'x' where organization_id = $1", [s.id])).rejects.toThrow(
    'append-only',
  )
  await expect(s.rows('delete from events where organization_id = $1', [s.id])).rejects.toThrow('append-only')
  const scope = { organizationId: s.id, actor: { type: 'system', id: null } } as const
  const told = { type: 'x', subject: { type: 'organization', id: s.id, email: null, key: null } } as const
  const broken = inTransaction(world, async (tx) => {
    await apply(tx, world, scope, [{ kind: 'event', event: told }])
    throw new Error('broken')
  })
  await expect(broken).rejects.toThrow('broken')
  expect(await count()).toBe(before)
})

/** Takes the step; answers the refusal of an acceptance or a sign-in, which must leave nothing behind (invariant 12). */
async function take(s: Scene, group: string, { kind, who }: Step): Promise<string | null> {
  const email = s.at(who)
  try {
    return await deeds(s, group, email)[kind]()
  } catch (error) {
    if (error instanceof AppError && error.kind !== 'internal') return kind === 'accept' ? error.code : null
    throw error
  }
}

function deeds(s: Scene, group: string, email: string): Record<Kind, () => Promise<string | null>> {
  const quietly = (deed: Promise<unknown>) => deed.then(() => null)
  const holder = async () => {
    const found = [...(await s.holders(email)), ...(await s.holders(`new${email}`))]
    return found.find((h) => h.verified)?.accountId ?? null
  }
  const member = async () => {
    const accountId = await holder()
    return (accountId && (await s.member(accountId))?.id) ?? crypto.randomUUID()
  }
  const offer = async () =>
    one(
      s,
      'select id from invitations where organization_id = $1 and key = $2 order by id desc limit 1',
      email,
    )
  const record = async () =>
    one(
      s,
      "select id from directory_users where organization_id = $1 and external_id in ('1-' || $2, '2-' || $2) order by id",
      email,
    )
  const arrive = async (nameId: string, as = email) => {
    const { outcome } = await s.signIn({ email: as, nameId })
    return outcome === 'signed_in' || outcome === 'proof' ? null : outcome
  }
  return {
    account: () => quietly(s.account(email)),
    claim: () => quietly(s.account(email, false)),
    invite: () => quietly(s.invited(email, { role: 'admin' })),
    'invite outside': () => quietly(s.invited(`x${email}.elsewhere.test`)),
    accept: async () => {
      const accountId = await holder()
      return accountId === null ? null : quietly(s.accept(await offer(), accountId))
    },
    revoke: async () => quietly(revokeInvitation(world, root, await offer())),
    push: () => quietly(s.push(email, { externalId: `1-${email}` })),
    'push as another': () => quietly(s.push(email, { externalId: `2-${email}` })),
    move: async () => quietly(s.update(await record(), { userName: `new${email}` })),
    on: async () => quietly(s.update(await record(), { active: true })),
    off: async () => quietly(s.update(await record(), { active: false })),
    delete: async () => quietly(s.remove(await record())),
    group: async () => quietly(s.members(group, { add: [await record()] })),
    ungroup: async () => quietly(s.members(group, { remove: [await record()] })),
    'sign in': () => arrive(`1-${email}`),
    'sign in as another': () => arrive(`2-${email}`),
    'sign in renamed': () => arrive(`1-${email}`, `new${email}`),
    suspend: async () => quietly(suspendMember(world, root, await member())),
    restore: async () => quietly(restoreMember(world, root, await member())),
    remove: async () => quietly(removeMember(world, root, await member(), { hold: true })),
    own: async () => quietly(changeMember(world, root, await member(), { role: 'owner' })),
    demote: async () => quietly(changeMember(world, root, await member(), { role: 'viewer' })),
    block: () => quietly(blockAddress(world, root, s.id, email)),
    unblock: () => quietly(unblockAddress(world, root, s.id, email)),
    'three weeks': async () => {
      world.clock.advance(21 * 86_400)
      return null
    },
  }
}

async function one(s: Scene, text: string, email: string): Promise<string> {
  const [found] = await s.rows<{ id: string }>(text, [s.id, email])
  return found?.id ?? crypto.randomUUID()
}

/** All that the organization has of people. */
async function everythingOf(s: Scene) {
  return [
    await s.memberships(),
    await s.rows('select id, ended_at from sessions where organization_id = $1 order by id', [s.id]),
    await s.rows('select display_name, email from memberships where organization_id = $1 order by id', [
      s.id,
    ]),
  ]
}

async function holds(s: Scene, known: Map<string, string>): Promise<void> {
  const members = await s.memberships()
  expect(await broken(s)).toEqual([])
  for (const { id, accountId } of members) stays(known, `membership ${id}`, accountId)
  const identities = await s.rows<{ id: string; account_id: string }>(
    'select id, account_id from identities where organization_id = $1',
    [s.id],
  )
  for (const { id, account_id } of identities) stays(known, `identity ${id}`, account_id)
  // Invariant 6.
  const { owners } = await countOwnersWithWaysIn(reader(world.dataSource), s.id)
  expect(owners).toBeGreaterThan(0)
  for (const { accountId } of members) await followsFromFacts(s, accountId)
}

/** Invariants 2 and 4: what belongs to an account stays with it. */
function stays(known: Map<string, string>, what: string, accountId: string): void {
  expect([what, known.get(what) ?? accountId]).toEqual([what, accountId])
  known.set(what, accountId)
}

/** Invariant 9: role and grants are what follows from the facts as they stand, and nothing else. */
async function followsFromFacts(s: Scene, accountId: string): Promise<void> {
  const facts = await loadPerson(reader(world.dataSource), world, {
    organizationId: s.id,
    accountId,
    keys: [],
    recordIds: [],
  })
  const settled = settlePerson(
    facts,
    event({ door: 'configuration', rule: 'H5', email: null, displayName: null }),
  )
  if ('refused' in settled) throw new Error('a configuration is never refused')
  const lines = (
    grants: readonly { role: string | null; projectId: string | null; origin: { type: string } }[],
  ) => grants.map((g) => `${g.origin.type}:${g.role ?? g.projectId}`)
  // What time alone ends (a return after 30 days, a grace time), and a later invitation of somebody who was removed, is written at the
  // person's next event.
  if (facts.membership?.directorySuspendedAt || facts.membership?.status === 'removed') return
  expect(lines(settled.derived?.grants ?? [])).toEqual(lines(facts.grants))
  expect(settled.membership?.status).toBe(facts.membership?.status)
}

/** Rows that must not be, each with the invariant that it breaks. */
async function broken(s: Scene): Promise<unknown[]> {
  return s.rows(
    `select 'invariant 1' as broken, key as what from account_addresses where verified_at is not null group by key having count(*) > 1
     union all select 'invariant 5', key from invitations where organization_id = $1 and status in ('pending', 'accepted_waiting') group by key having count(*) > 1
     union all select 'invariant 7: suspended by hand, yet in', m.id::text from memberships m where m.organization_id = $1 and m.suspended_by_admin_at is not null and m.status in ('active', 'waiting')
     union all select 'invariant 7: inactive in the directory, yet in', m.id::text from memberships m join directory_users u on u.account_id = m.account_id and u.organization_id = m.organization_id
       where m.organization_id = $1 and not u.active and m.guard_cause is null and m.status in ('active', 'waiting')
     union all select 'invariant 7: blocked, yet in', m.id::text from memberships m join membership_keys k on k.membership_id = m.id join blocks b on b.organization_id = m.organization_id and b.key = k.key
       where m.organization_id = $1 and m.status in ('active', 'waiting')
     union all select 'invariant 10', g.membership_id::text from grants g join memberships m on m.id = g.membership_id where m.organization_id = $1 and g.role = 'owner' and g.origin_type <> 'owner'
     union all select 'invariant 10: owner without having been made one', m.id::text from memberships m where m.organization_id = $1 and m.role = 'owner' and m.owner_since is null
     union all select 'invariant 16', x.id::text from sessions x join memberships m on m.account_id = x.account_id and m.organization_id = x.organization_id
       where x.organization_id = $1 and x.ended_at is null and m.status in ('suspended', 'removed')
     union all select 'a consent without its account''s settlement', i.id::text from invitations i where i.organization_id = $1 and i.status in ('accepted', 'accepted_waiting', 'satisfied') and i.account_id is null`,
    [s.id],
  )
}
