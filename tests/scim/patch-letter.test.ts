// PATCH by the letter of RFC 7644 §3.5.2 on a type with an attribute of every kind: what each operation does, and each refusal.
import { describe, expect, test } from '@jest/globals'
import type { Values } from '../../src/scim/values.ts'
import { patched, refusal, start } from './asset-patch.ts'
import { ASSET, LEASE } from './asset-type.ts'

const [p1, p2] = start.ports as [Values, Values]

describe('add', () => {
  const table: [string, unknown, Values][] = [
    ['puts what is not there', { path: 'weight', value: 1 }, { weight: 1 }],
    ['replaces a single value', { path: 'label', value: 'x' }, { label: 'x' }],
    [
      'completes a complex value',
      { path: 'room', value: { floor: 2 } },
      { room: { building: 'B', floor: 2 } },
    ],
    ['appends to a list', { path: 'ports', value: [{ value: 'p3' }] }, { ports: [p1, p2, { value: 'p3' }] }],
    [
      'takes a single value for a list',
      { path: 'colours', value: 'Green' },
      { colours: ['Red', 'Blue', 'Green'] },
    ],
    ['adds nothing that is there, by the case rule', { path: 'colours', value: ['red', 'BLUE'] }, {}],
    ['adds nothing twice', { path: 'colours', value: ['x', 'X'] }, { colours: ['Red', 'Blue', 'x'] }],
    [
      'completes a value of the same type',
      { path: 'ports', value: [{ value: 'p2', type: 'POWER', speed: 1 }] },
      { ports: [p1, { value: 'p2', type: 'POWER', speed: 1 }] },
    ],
    [
      'takes primary from another',
      { path: 'ports', value: [{ value: 'p3', primary: true }] },
      { ports: [{ ...p1, primary: false }, p2, { value: 'p3', primary: true }] },
    ],
    [
      'writes into what brackets choose',
      { path: 'ports[value eq "p2"]', value: { speed: 2 } },
      { ports: [p1, { ...p2, speed: 2 }] },
    ],
    [
      'sets what is immutable once',
      { path: `${LEASE}:ends`, value: '2027-01-01T00:00:00Z' },
      { [LEASE]: { contract: 'C', rate: 1, ends: '2027-01-01T00:00:00Z' } },
    ],
    ['says the same of what is immutable', { path: 'serial', value: 'S' }, {}],
    [
      'without a path takes each key for one',
      { value: { label: 'x', 'room.floor': 3, [LEASE]: { rate: 2 }, id: 'i', schemas: [], meta: {} } },
      { label: 'x', room: { building: 'B', floor: 3 }, [LEASE]: { contract: 'C', rate: 2 } },
    ],
    ['takes the URN of the core schema', { path: ASSET, value: { label: 'x' } }, { label: 'x' }],
    [
      'takes the URN of an extension',
      { path: LEASE, value: { rate: 3 } },
      { [LEASE]: { contract: 'C', rate: 3 } },
    ],
    ['of nothing adds nothing', { path: 'colours', value: [] }, {}],
    ['of a secret is checked and forgotten', { path: 'pin', value: 'x' }, {}],
  ]
  test.each(table)('%s', (_, operation, changed) => {
    expect(patched([{ op: 'add', ...(operation as object) }])).toEqual({ ...start, ...changed })
  })
})

describe('replace', () => {
  const table: [string, unknown, Values][] = [
    ['of what is not there adds it', { path: 'weight', value: 1 }, { weight: 1 }],
    ['replaces a whole list', { path: 'ports', value: [{ value: 'x' }] }, { ports: [{ value: 'x' }] }],
    [
      'replaces the parts of a complex value that are given',
      { path: 'room', value: { floor: 9 } },
      { room: { building: 'B', floor: 9 } },
    ],
    [
      'replaces the whole of what brackets choose',
      { path: 'ports[value eq "p2"]', value: { value: 'p9' } },
      { ports: [p1, { value: 'p9' }] },
    ],
    [
      'replaces a part of what brackets choose',
      { path: 'ports[type eq "POWER"].speed', value: 4 },
      { ports: [p1, { ...p2, speed: 4 }] },
    ],
    [
      'replaces a part of every value',
      { path: 'ports.type', value: 'x' },
      {
        ports: [
          { ...p1, type: 'x' },
          { ...p2, type: 'x' },
        ],
      },
    ],
    [
      'replaces a plain value that brackets choose',
      { path: 'colours[value eq "red"]', value: 'Pink' },
      { colours: ['Pink', 'Blue'] },
    ],
    ['by null unassigns', { path: 'label', value: null }, { label: undefined }],
    ['by an empty list unassigns', { path: 'ports', value: [] }, { ports: undefined }],
    [
      'may choose by what is not, and by dates',
      { path: 'ports[not (value eq "p1")].speed', value: 1 },
      { ports: [p1, { ...p2, speed: 1 }] },
    ],
  ]
  test.each(table)('%s', (_, operation, changed) => {
    const wanted = Object.entries({ ...start, ...changed }).filter(([, value]) => value !== undefined)
    expect(patched([{ op: 'replace', ...(operation as object) }])).toEqual(Object.fromEntries(wanted))
  })
})

describe('remove', () => {
  const table: [string, string, Values][] = [
    ['a single value', 'label', { label: undefined }],
    ['a whole list', 'ports', { ports: undefined }],
    ['what brackets choose', 'ports[value eq "p1"]', { ports: [p2] }],
    ['the last of a list, which is then unassigned', 'ports[value pr]', { ports: undefined }],
    [
      'a part of what brackets choose',
      'ports[value eq "p1"].primary',
      { ports: [{ value: 'p1', type: 'data' }, p2] },
    ],
    ['a part of a complex value', 'room.floor', { room: { building: 'B' } }],
    ['a whole complex value, immutable parts and all', 'owner', { owner: undefined }],
    ['an extension', LEASE, { [LEASE]: undefined }],
    ['nothing where nothing is', 'weight', {}],
    ['nothing where brackets match nothing', 'ports[value eq "p9"]', {}],
  ]
  test.each(table)('takes away %s', (_, path, changed) => {
    const wanted = Object.entries({ ...start, ...changed }).filter(([, value]) => value !== undefined)
    expect(patched([{ op: 'remove', path }])).toEqual(Object.fromEntries(wanted))
  })
})

describe('a refusal', () => {
  const table: [string, string, unknown][] = [
    ['invalidPath', 'an unknown attribute', { op: 'add', path: 'nobody', value: 1 }],
    ['invalidPath', 'an unknown key without a path', { op: 'add', value: { nobody: 1 } }],
    ['invalidPath', 'an unknown part', { op: 'add', path: 'room.nobody', value: 1 }],
    ['invalidPath', 'an unknown schema', { op: 'add', path: 'urn:x:y:label', value: 1 }],
    ['invalidPath', 'a path that is none', { op: 'add', path: 'ports[value eq "a"', value: 1 }],
    ['invalidPath', 'brackets behind a single value', { op: 'replace', path: 'room[floor eq 1]', value: {} }],
    ['invalidPath', 'brackets behind a schema', { op: 'remove', path: `${LEASE}[rate eq 1]` }],
    ['invalidFilter', 'brackets that cannot be read', { op: 'remove', path: 'ports[value is "a"]' }],
    ['invalidFilter', 'brackets with an unknown part', { op: 'remove', path: 'ports[nobody pr]' }],
    [
      'noTarget',
      'a replace that brackets find nothing for',
      { op: 'replace', path: 'ports[value eq "p9"].type', value: 'x' },
    ],
    [
      'noTarget',
      'an add that brackets find nothing for',
      { op: 'add', path: 'ports[value eq "p9"].type', value: 'x' },
    ],
    ['noTarget', 'a remove without a path', { op: 'remove' }],
    ['mutability', 'what is read-only', { op: 'replace', path: 'state', value: 'x' }],
    ['mutability', 'what is read-only, without a path', { op: 'add', value: { state: 'x' } }],
    ['mutability', 'a part that is read-only', { op: 'remove', path: 'owner.display' }],
    ['mutability', 'the id', { op: 'replace', path: 'id', value: 'x' }],
    ['mutability', 'what is immutable and has another value', { op: 'replace', path: 'serial', value: 'x' }],
    ['mutability', 'the removal of what is immutable', { op: 'remove', path: 'serial' }],
    ['mutability', 'an immutable part', { op: 'add', path: 'owner', value: { value: 'x' } }],
    ['mutability', 'the removal of an immutable part', { op: 'remove', path: 'owner.value' }],
    ['mutability', 'the removal of what is required', { op: 'remove', path: 'tag' }],
    ['mutability', 'the removal of a required part', { op: 'remove', path: 'room.building' }],
    [
      'mutability',
      'the removal of a part that each value needs',
      { op: 'remove', path: 'ports[value eq "p1"].value' },
    ],
    ['mutability', 'the removal of what an extension requires', { op: 'remove', path: `${LEASE}:contract` }],
    ['mutability', 'the removal of the core schema', { op: 'remove', path: ASSET }],
    ['invalidValue', 'null for what is required', { op: 'replace', path: 'tag', value: null }],
    ['invalidValue', 'a blank for what is required', { op: 'replace', path: 'tag', value: ' ' }],
    [
      'invalidValue',
      'a value without its required part',
      { op: 'add', path: 'ports', value: [{ type: 'fax' }] },
    ],
    [
      'invalidValue',
      'an extension without what it requires',
      { op: 'replace', path: LEASE, value: { contract: null } },
    ],
    ['invalidValue', 'a number for a text', { op: 'add', path: 'label', value: 1 }],
    ['invalidValue', 'a text for a number', { op: 'add', path: 'count', value: '1' }],
    ['invalidValue', 'a fraction for an integer', { op: 'add', path: 'count', value: 1.5 }],
    ['invalidValue', 'a list for a single value', { op: 'add', path: 'label', value: ['x'] }],
    ['invalidValue', 'a text for a complex value', { op: 'add', path: 'room', value: 'x' }],
    ['invalidValue', 'a secret of the wrong type', { op: 'add', path: 'pin', value: 5 }],
    [
      'invalidValue',
      'two primary values',
      {
        op: 'add',
        path: 'ports',
        value: [
          { value: 'x', primary: true },
          { value: 'y', primary: true },
        ],
      },
    ],
    ['invalidValue', 'an add without a value', { op: 'add', path: 'label' }],
    ['invalidSyntax', 'an unknown op', { op: 'move', path: 'label', value: 'x' }],
    ['invalidSyntax', 'a path that is no text', { op: 'add', path: 5, value: 'x' }],
  ]
  test.each(table)('%s answers %s', (code, _, operation) => {
    expect(refusal(() => patched([operation]))).toBe(code)
  })

  test('leaves all as it was, whatever stood before it', () => {
    const before = structuredClone(start)
    expect(
      refusal(() =>
        patched([
          { op: 'add', path: 'label', value: 'x' },
          { op: 'remove', path: 'tag' },
        ]),
      ),
    ).toBe('mutability')
    expect(start).toEqual(before)
  })

  test('spares what was stored before its file required it', () => {
    const { tag: _, ...older } = start
    expect(patched([{ op: 'add', path: 'label', value: 'x' }], older)).toEqual({ ...older, label: 'x' })
  })
})
