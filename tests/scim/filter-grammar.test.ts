// The whole grammar of filters on every kind of attribute: whom the service finds is whom a plain reading of the shown resources finds.
import { beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Body, bodyOf, ENTERPRISE, type TestDirectory, testDirectory, USER } from './directory.ts'
import { at, compares, isEmpty, type Kind, lists, opsOf, single } from './filter-reading.ts'

/** A filter, as the text that is sent and as what it means of a shown resource (or of an element, in brackets). */
interface Clause {
  text: string
  meets(thing: Body): boolean
}

let directory: TestDirectory
let people: Body[]

const words = ['ana', 'Bo', 'bo%', "o'k", 'É', '_', '\\', 'ANA']
beforeAll(async () => {
  directory = await testDirectory('okta')
  const made: string[] = []
  for (let index = 0; index < 18; index++) {
    const pick = (shift: number) => words[(index * 7 + shift) % words.length]
    directory.world.clock.advance(3600)
    const person = await directory.make('/Users', {
      userName: `${pick(1)}${index}`,
      ...(index % 3 ? { externalId: `${pick(2)}-${index}` } : {}),
      ...(index % 4 ? { title: pick(3) } : {}),
      ...(index % 2 ? { displayName: pick(4), name: { familyName: pick(5) } } : {}),
      active: index % 5 !== 0,
      emails: Array.from({ length: index % 3 }, (_, n) => ({
        value: `${pick(n)}x@A.test`,
        type: n ? 'home' : 'Work',
        primary: n === 1,
      })),
      roles: Array.from({ length: index % 2 }, () => ({ value: pick(5), type: 'r' })),
      x509Certificates: index % 4 ? [] : [{ value: 'QUJD' }],
      ...(index % 2 ? { [ENTERPRISE]: { department: pick(6), manager: { value: pick(7) } } } : {}),
    })
    made.push(person.id)
  }
  for (const [n, displayName] of ['Ana', 'staff'].entries()) {
    const members = made.filter((_, index) => index % 4 === n).map((value) => ({ value }))
    await directory.make('/Groups', { displayName, members })
  }
  people = bodyOf(await directory.call('get', '/Users?count=100')).Resources
}, 60_000)

const dates = ['2026-03-02T12:00:00Z', '2026-03-02T19:30:00+01:00', '2026-03-03T00:00:00.000Z']
const literalOf = (kind: Kind): fc.Arbitrary<Body> => {
  if (kind === 'boolean') return fc.boolean()
  if (kind === 'date') return fc.constantFrom(...dates)
  return fc.constantFrom(...words, 'anax@a.test', 'work', 'QUJD', 'x', '', 'W/"1"', USER, ENTERPRISE)
}

/** What can be asked to be present, whole things among it. */
const present: [string, string[]][] = [
  ...single.map(([path, keys]): [string, string[]] => [path, keys]),
  ['name', ['name']],
  ['emails', ['emails']],
  ['roles', ['roles']],
  ['groups', ['groups']],
  ['addresses', ['addresses']],
  ['schemas', ['schemas']],
  ['meta', ['meta']],
  [ENTERPRISE, [ENTERPRISE]],
]

const anyCase = (word: string) => fc.constantFrom(word, word.toUpperCase())

function comparison<T extends [string, Kind]>(
  of: T,
  held: (thing: Body, test: (one: Body) => boolean) => boolean,
) {
  const [path, kind] = of
  return fc
    .tuple(
      fc.constantFrom(...opsOf[kind]).chain((op) => fc.tuple(fc.constant(op), anyCase(op))),
      literalOf(kind),
    )
    .map(
      ([[op, written], value]): Clause => ({
        text: `${path} ${written} ${JSON.stringify(value)}`,
        meets: (thing) => held(thing, (one) => compares(kind, one, op, value)),
      }),
    )
}

const ofSingle = fc
  .constantFrom(...single)
  .chain(([path, keys, kind]) => comparison([path, kind], (thing, test) => test(at(thing, keys))))
const ofList = fc
  .constantFrom(...lists)
  .chain(([path, list, sub, kind]) =>
    comparison([path, kind], (thing, test) =>
      (thing[list] ?? []).some((one: Body) => test(sub === null ? one : one[sub])),
    ),
  )
const ofPresence = fc
  .constantFrom(...present)
  .map(([path, keys]): Clause => ({ text: `${path} pr`, meets: (thing) => !isEmpty(at(thing, keys)) }))
const ofNull = fc.constantFrom('title', 'externalId', 'displayName').chain((path) =>
  fc.boolean().map(
    (equal): Clause => ({
      text: `${path} ${equal ? 'eq' : 'ne'} null`,
      meets: (thing) => isEmpty(thing[path]) === equal,
    }),
  ),
)

const emailTerm = fc
  .constantFrom<[string, Kind]>(
    ['value', 'text'],
    ['type', 'text'],
    ['primary', 'boolean'],
    ['display', 'text'],
  )
  .chain(([sub, kind]) =>
    fc.oneof(
      comparison([sub, kind], (thing, test) => test(thing[sub])),
      fc.constant<Clause>({ text: `${sub} pr`, meets: (thing) => !isEmpty(thing[sub]) }),
    ),
  )
const grouped = (term: fc.Arbitrary<Clause>) =>
  fc.letrec<{ term: Clause; whole: Clause }>((tie) => ({
    term: fc.oneof(
      { weight: 5, arbitrary: term },
      tie('whole').chain((inner) =>
        anyCase('not').map((not) => ({
          text: `${not} (${inner.text})`,
          meets: (thing: Body) => !inner.meets(thing),
        })),
      ),
      tie('whole').map((inner) => ({ ...inner, text: `( ${inner.text} )` })),
    ),
    whole: fc.oneof(
      { maxDepth: 3 },
      tie('term'),
      // `and` binds closer than `or`: a chain of both without brackets is an `or` of `and`s.
      fc
        .array(fc.array(tie('term'), { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 })
        .map((ors) => ({
          text: ors.map((ands) => ands.map((one) => one.text).join(' and ')).join(' or '),
          meets: (thing: Body) => ors.some((ands) => ands.every((one) => one.meets(thing))),
        })),
    ),
  })).whole

const ofBrackets = grouped(emailTerm).map(
  (inner): Clause => ({
    text: `emails[${inner.text}]`,
    meets: (thing) => (thing.emails ?? []).some((one: Body) => inner.meets(one)),
  }),
)
const ofTail = fc
  .tuple(
    grouped(emailTerm),
    comparison(['value', 'text'], (thing, test) => test(thing.value)),
  )
  .map(
    ([inner, tail]): Clause => ({
      text: `emails[${inner.text}].${tail.text}`,
      meets: (thing) => (thing.emails ?? []).some((one: Body) => inner.meets(one) && tail.meets(one)),
    }),
  )
const ofName = comparison(['familyName', 'text'], (thing, test) => test(thing.name?.familyName)).map(
  (inner): Clause => ({ ...inner, text: `name[${inner.text}]` }),
)
const filter = grouped(
  fc.oneof(
    { weight: 6, arbitrary: ofSingle },
    { weight: 5, arbitrary: ofList },
    { weight: 2, arbitrary: ofPresence },
    ofNull,
    ofBrackets,
    ofTail,
    ofName,
  ),
)

const find = async (text: string) => {
  const response = await directory.call(
    'get',
    `/Users?count=100&attributes=id&filter=${encodeURIComponent(text)}`,
  )
  const body = bodyOf(response)
  return {
    status: response.status,
    scimType: body.scimType,
    total: body.totalResults,
    ids: body.Resources?.map((one: Body) => one.id),
  }
}

test('any filter finds exactly whom a plain reading of the shown people finds', async () => {
  await fc.assert(
    fc.asyncProperty(filter, async ({ text, meets }) => {
      const ids = people.filter(meets).map((person) => person.id)
      expect([text, await find(text)]).toEqual([
        text,
        { status: 200, scimType: undefined, total: ids.length, ids },
      ])
    }),
    { numRuns: 250 },
  )
}, 120_000)

describe('each operator on each attribute', () => {
  const some = (kind: Kind): Body => (kind === 'boolean' ? true : kind === 'date' ? dates[1] : 'a')
  const all: [string, (thing: Body) => Body[], Kind][] = [
    ...single.map(([path, keys, kind]): [string, (thing: Body) => Body[], Kind] => [
      path,
      (thing) => [at(thing, keys)],
      kind,
    ]),
    ...lists.map(([path, list, sub, kind]): [string, (thing: Body) => Body[], Kind] => [
      path,
      (thing) => (thing[list] ?? []).map((one: Body) => (sub === null ? one : one[sub])),
      kind,
    ]),
  ]
  test.each(all)('%s', async (path, held, kind) => {
    for (const op of opsOf[kind]) {
      const first = people.flatMap(held).find((one) => !isEmpty(one))
      for (const value of [some(kind), first]) {
        const text = `${path} ${op} ${JSON.stringify(value)}`
        const ids = people
          .filter((one) => held(one).some((of) => compares(kind, of, op, value)))
          .map((one) => one.id)
        expect([text, (await find(text)).ids]).toEqual([text, ids])
      }
    }
  })

  test.each([
    ...(['gt', 'ge', 'lt', 'le', 'co', 'sw', 'ew'] as const).map((op) => `active ${op} true`),
    ...(['gt', 'ge', 'lt', 'le'] as const).map((op) => `x509Certificates.value ${op} "QUJD"`),
    ...(['co', 'sw', 'ew'] as const).map((op) => `meta.created ${op} "2026-03-02T12:00:00Z"`),
    'active eq "yes"',
    'meta.created gt "today"',
    'userName eq 1',
    'userName gt null',
    'name eq "x"',
    'meta eq "x"',
    'schemas eq 1',
    'password pr',
    'emails.shoe eq "x"',
    'name[shoe pr]',
    'title[value pr]',
    `${ENTERPRISE} eq "x"`,
    'urn:none:title pr',
  ])('%s is an invalidFilter', async (text) => {
    expect(await find(text)).toMatchObject({ status: 400, scimType: 'invalidFilter' })
  })
})
