// What holds of PATCH whatever the operations are.
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { patched, refusal, start } from './asset-patch.ts'
import { ASSET, LEASE } from './asset-type.ts'

describe('always', () => {
  const text = fc.constantFrom('a', 'A', 'b', 'Red', 'p1')
  const port = fc.record(
    {
      value: text,
      type: fc.constantFrom('data', 'power', 'DATA'),
      speed: fc.double({ noNaN: true, noDefaultInfinity: true }),
    },
    { requiredKeys: ['value'] },
  )
  const write = fc.oneof(
    fc.record({ path: fc.constantFrom('label', 'remark', `${LEASE}:contract`), value: text }),
    fc.record({ path: fc.constant('count'), value: fc.integer() }),
    fc.record({ path: fc.constant('insured'), value: fc.boolean() }),
    fc.record({ path: fc.constant('room'), value: fc.record({ building: text, floor: fc.integer() }) }),
    fc.record({ path: fc.constant('ports'), value: fc.array(port, { maxLength: 4 }) }),
    fc.record({ path: fc.constant('colours'), value: fc.array(text, { maxLength: 4 }) }),
    fc.record({ path: fc.constantFrom('ports[type eq "data"].speed', 'ports.speed'), value: fc.integer() }),
  )

  test('a replace twice is a replace once', () => {
    fc.assert(
      fc.property(write, (operation) => {
        const once = patched([{ op: 'replace', ...operation }])
        expect(patched([{ op: 'replace', ...operation }], once)).toEqual(once)
      }),
    )
  })

  test('an add twice is an add once, and moves nothing the second time', () => {
    fc.assert(
      fc.property(write, (operation) => {
        const once = patched([{ op: 'add', ...operation }])
        expect(patched([{ op: 'add', ...operation }], once)).toEqual(once)
      }),
    )
  })

  test('what is added to a list and removed again leaves it as it was', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme-ascii' }), (value) => {
        fc.pre(!['red', 'blue'].includes(value.toLowerCase()))
        const path = `colours[value eq ${JSON.stringify(value)}]`
        expect(
          patched([
            { op: 'add', path: 'colours', value },
            { op: 'remove', path },
          ]),
        ).toEqual(start)
        const added = { value: `new ${value}` }
        const chosen = `ports[value eq ${JSON.stringify(added.value)}]`
        expect(
          patched([
            { op: 'add', path: 'ports', value: [added] },
            { op: 'remove', path: chosen },
          ]),
        ).toEqual(start)
      }),
    )
  })

  test('operations on different attributes do the same in either order', () => {
    const root = (path: string) => path.split(/[.[]/)[0]
    const op = fc.constantFrom('add', 'replace')
    fc.assert(
      fc.property(write, write, op, op, (a, b, opA, opB) => {
        fc.pre(root(a.path) !== root(b.path))
        const [one, two] = [
          { op: opA, ...a },
          { op: opB, ...b },
        ]
        expect(patched([one, two])).toEqual(patched([two, one]))
      }),
    )
  })

  test('a refusal is an AppError, whatever is sent', () => {
    const path = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'ports',
        'room.floor',
        'ports[value eq "p1"]',
        'colours[value pr]',
        LEASE,
        ASSET,
        'pin',
        'owner.value',
        'firmware',
      ),
    )
    const operation = fc.record(
      { op: fc.constantFrom('add', 'replace', 'remove'), path, value: fc.jsonValue() },
      { requiredKeys: ['op'] },
    )
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 4 }), (operations) => {
        expect(typeof refusal(() => patched(operations))).toBe('string')
      }),
      { numRuns: 500 },
    )
  })
})
