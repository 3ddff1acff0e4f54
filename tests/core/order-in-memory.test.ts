// The order of one person's events does not matter: every possible order around the pure decisions, and longer random ones.
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { model } from './model.ts'
import { type EventName, endOf, isPossible, permutations, possible, sets } from './orders.ts'

describe('in every order there is one end', () => {
  test.each(sets)('$title', async ({ events, given, expected }) => {
    const orders = permutations(events).filter(isPossible)
    const ends = new Map<string, EventName[]>()
    for (const order of orders) {
      const end = await endOf(model(given), order)
      if (end && !ends.has(JSON.stringify(end))) ends.set(JSON.stringify(end), order)
    }
    // Printed with the first order that led to each, where they differ.
    expect([...ends].slice(1)).toEqual([])
    expect(JSON.parse([...ends.keys()][0] ?? '{}')).toMatchObject(expected)
  })

  test('so it is when events are repeated and sign-ins are scattered among them (invariant 13)', async () => {
    const everything = sets.at(-1)
    if (!everything) throw new Error('no sets')
    const reference = await endOf(model({}), everything.events)
    const repeatable: EventName[] = ['account', 'domain', 'mapping', 'login', 'group', 'accept']
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(everything.events, { minLength: everything.events.length }),
        fc.array(fc.tuple(fc.constantFrom(...repeatable), fc.nat(12)), { maxLength: 6 }),
        async (shuffled, extra) => {
          const order = possible(shuffled)
          for (const [name, at] of extra) {
            const first = order.indexOf(name)
            order.splice(Math.max(first + 1, Math.min(at, order.length)), 0, name)
          }
          const end = await endOf(model({}), order)
          if (end) expect(end).toEqual(reference)
        },
      ),
      { numRuns: 400 },
    )
  })
})
