// The order of one person's events does not matter: random possible orders through the deeds on a real database.
import { beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { changeInvitation } from '../../src/actions/change-invitation.ts'
import type { World } from '../../src/actions/world.ts'
import { freshWorld } from '../support/world.ts'
import {
  type EndState,
  type EventName,
  type EventSet,
  endOf,
  type Happening,
  NotComparable,
  possible,
  sets,
} from './orders.ts'
import { root, type Scene, scene } from './scene.ts'

let world: World
beforeAll(async () => {
  world = await freshWorld()
})

describe('in random orders there is one end', () => {
  test.each(sets)('$title', async ({ events, given, expected }) => {
    const reference = await endOf(await happening(given), events)
    expect(reference).toMatchObject(expected)
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(events, { minLength: events.length }), async (shuffled) => {
        const end = await endOf(await happening(given), possible(shuffled))
        if (end) expect(end).toEqual(reference)
      }),
      { numRuns: 8, interruptAfterTimeLimit: 1500 },
    )
  })
})

/** The events of a set as deeds about Ana in an organization of her own. */
async function happening(given: EventSet['given']): Promise<Happening> {
  const s = await scene(world, { proven: given.proven ?? false })
  const email = s.at('ana')
  const group = await s.group('SEO_Editors')
  const ids: { account?: string; offer?: string; record?: string } = {}
  const account = async () => {
    ids.account = (await s.holders(email)).find((h) => h.verified)?.accountId ?? (await s.account(email))
  }
  const mapping = () => s.map([s.groupRow(group, 'editor')])
  if (given.account) await account()
  if (given.mapping) await mapping()
  const deeds: Record<EventName, () => Promise<unknown>> = {
    account,
    mapping,
    invite: async () => {
      ids.offer = await offer(s, email)
    },
    accept: () => s.accept(ids.offer ?? '', ids.account ?? ''),
    scim: async () => {
      ids.record = await s.push(email, { externalId: 'ana-1' })
    },
    group: () => s.members(group, { add: [ids.record ?? ''] }),
    login: () => s.signIn({ email, nameId: 'ana-1', key: given.keyless ? null : 'ana-1' }),
    domain: () => s.prove(),
    sso: () => s.policies({ ssoRequired: true }),
  }
  return {
    happen: async (name) => {
      const done = await deeds[name]()
      return name !== 'login' || (done as { outcome: string }).outcome === 'signed_in'
    },
    end: () => endState(s, email),
  }
}

/** Invites as admin for the blog, or changes the invitation that the directory made. */
async function offer(s: Scene, email: string): Promise<string> {
  const wanted = { role: 'admin', projects: ['blog'] }
  try {
    return await s.invited(email, wanted)
  } catch (error) {
    const { code, details } = error as { code?: string; details?: { invitationId?: string } }
    if (code !== 'already_invited') throw new NotComparable(code)
    const id = details?.invitationId ?? ''
    await changeInvitation(world, root, id, wanted)
    return id
  }
}

async function endState(s: Scene, email: string): Promise<EndState> {
  const members = await s.memberships()
  const [m] = members
  const offers = await s.offers(email)
  return {
    accounts: (await s.holders(email)).length,
    memberships: members.length,
    status: m?.status ?? null,
    role: m?.role ?? null,
    projects: m?.projects ?? [],
    origins: m?.origins ?? [],
    // What the directory itself offered is its way to reach the person, and may only not stay open.
    invitations: offers
      .filter((o) => o.startsWith('admin') || o.includes('pending') || o.includes('waiting'))
      .map((o) => o.replace(/ (accepted|satisfied)( \w+)?$/, ' settled'))
      .sort(),
    questions: await s.questions(),
  }
}
