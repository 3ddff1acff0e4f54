// Sets of events about one person whose order must not matter, and the orders in which they may happen.

export type EventName =
  | 'account'
  | 'invite'
  | 'accept'
  | 'scim'
  | 'group'
  | 'login'
  | 'domain'
  | 'mapping'
  | 'sso'

/** One world in which the events can happen, once each. */
export interface Happening {
  /** Answers false where the event was refused and is no fact: the person tries again at the end. Throws `NotComparable`. */
  happen(name: EventName): Promise<boolean>
  end(): Promise<EndState>
}

export interface EndState {
  accounts: number
  memberships: number
  status: string | null
  role: string | null
  projects: string[]
  origins: string[]
  /** Open, settled or closed; which door settled an invitation depends on the order by its nature. */
  invitations: string[]
  questions: string[]
}

/** The order holds a command that the server refuses because of what came before: it says nothing about the others. */
export class NotComparable extends Error {}

export interface EventSet {
  title: string
  events: EventName[]
  /** What stands before any of them. */
  given: {
    account?: boolean
    mapping?: boolean
    proven?: boolean
    /** The assertions carry no declared key, so that the address alone leads to the record. */
    keyless?: boolean
  }
  expected: Partial<EndState>
}

/** What must have happened before, because an identifier or a consent depends on it. */
const after: Partial<Record<EventName, EventName[]>> = { accept: ['invite', 'account'], group: ['scim'] }

const admin = {
  status: 'active',
  role: 'admin',
  projects: ['blog'],
  accounts: 1,
  memberships: 1,
  questions: [],
}
const mapped = { ...admin, role: 'editor' }

export const sets: EventSet[] = [
  {
    title: 'invited, accepted, signed in',
    events: ['invite', 'accept', 'login', 'domain'],
    given: { account: true },
    expected: admin,
  },
  {
    title: 'an account of their own, invited, signed in',
    events: ['invite', 'account', 'login', 'domain'],
    given: {},
    expected: admin,
  },
  {
    title: 'invited and provisioned in no mapped group',
    events: ['invite', 'accept', 'scim', 'login', 'domain'],
    given: { account: true },
    expected: admin,
  },
  {
    title: 'invited and provisioned, the domain never proven',
    events: ['invite', 'accept', 'scim', 'group', 'mapping'],
    given: { account: true },
    expected: mapped,
  },
  {
    title: 'invited, provisioned, in a mapped group',
    events: ['invite', 'scim', 'group', 'login', 'domain'],
    given: { mapping: true },
    expected: mapped,
  },
  {
    title: 'the mapping before or after the people',
    events: ['invite', 'scim', 'group', 'mapping'],
    given: { proven: true },
    expected: mapped,
  },
  {
    title: 'provisioned and signed in, not invited',
    events: ['account', 'scim', 'group', 'mapping', 'login', 'domain'],
    given: {},
    expected: { ...mapped, projects: [] },
  },
  {
    title: 'invited, provisioned and signed in without a declared key',
    events: ['invite', 'accept', 'scim', 'login', 'domain'],
    given: { account: true, keyless: true },
    expected: admin,
  },
  {
    title: 'single sign-on is required at some moment',
    events: ['invite', 'accept', 'sso', 'login', 'domain'],
    given: { account: true },
    expected: admin,
  },
  {
    title: 'everything',
    events: ['invite', 'account', 'accept', 'scim', 'group', 'login', 'domain', 'mapping'],
    given: {},
    expected: mapped,
  },
]

/** Whether every event comes after those that it needs. */
export function isPossible(order: readonly EventName[]): boolean {
  return order.every((name, index) =>
    (after[name] ?? []).every((needed) => !order.includes(needed) || order.indexOf(needed) < index),
  )
}

/** Moves what came too early behind what it needs, so that any shuffle becomes a possible order. */
export function possible(order: readonly EventName[]): EventName[] {
  const left = [...order]
  const done: EventName[] = []
  while (left.length) {
    const next = left.findIndex((name) => !(after[name] ?? []).some((needed) => left.includes(needed)))
    done.push(...left.splice(next, 1))
  }
  return done
}

export function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]]
  return items.flatMap((item, index) =>
    permutations([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]),
  )
}

/**
 * Lets the events happen in this order. Who was refused at the identity provider's door, or came through it before the domain was proven, comes
 * once more at the end: a refused sign-in is no fact, and the proof of a domain acts at the person's next event (H1). Null: not comparable.
 */
export async function endOf(happening: Happening, order: readonly EventName[]): Promise<EndState | null> {
  let again = false
  try {
    for (const name of order) {
      const done = await happening.happen(name)
      if (name === 'login') again = !done
    }
    if (again || order.lastIndexOf('login') < order.lastIndexOf('domain')) await happening.happen('login')
  } catch (error) {
    if (error instanceof NotComparable) return null
    throw error
  }
  return happening.end()
}
