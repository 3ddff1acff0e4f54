// Dialects as data: what each preset does where the sources conflict, and that each has advice of its own.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { adviceFor } from '../../src/scim/advice.ts'
import { dialects } from '../../src/scim/quirks.ts'
import { type Body, bodyOf, ENTERPRISE, PATCH, type TestDirectory, testDirectory, USER } from './directory.ts'

const presets = ['generic', 'okta', 'entra', 'google', 'onelogin'] as const
const known = presets.slice(1)

let app: TestDirectory
const directories = new Map<string, TestDirectory>()
beforeAll(async () => {
  app = await testDirectory('generic')
  for (const preset of presets)
    directories.set(preset, await testDirectory(preset, { beside: app, verified: false }))
})

const of = (preset: string) => directories.get(preset) as TestDirectory

let serial = 0
async function fresh(preset: string, more: Record<string, unknown> = {}): Promise<Body> {
  serial += 1
  const directory = of(preset)
  return directory.make('/Users', {
    userName: `u${serial}`,
    name: { givenName: 'G', familyName: 'F' },
    emails: [{ value: `u${serial}@x.test`, type: 'work', display: 'D', primary: true }],
    ...more,
  })
}

async function patched(preset: string, id: string, Operations: Body[], schemas: string[] | null = [PATCH]) {
  const directory = of(preset)
  const answer = await directory.call('patch', `/Users/${id}`, { ...(schemas && { schemas }), Operations })
  return { status: answer.status, body: answer.text ? bodyOf(answer) : null }
}

test('generic has none of the quirks', () => {
  expect(Object.values(dialects.generic)).not.toContain(true)
})

/** Per conflict: what to send, what the letter answers, and what the known products get. */
const conflicts: readonly [
  name: string,
  operations: Body[],
  letter: Record<string, unknown>,
  lenient: Record<string, unknown>,
][] = [
  [
    'a replace whose brackets match nothing',
    [{ op: 'replace', path: 'addresses[type eq "work"].country', value: 'Belize' }],
    { status: 400, body: { scimType: 'noTarget' } },
    { status: 200, body: { addresses: [{ type: 'work', country: 'Belize' }] } },
  ],
  [
    'a replace of what brackets match, in part',
    [{ op: 'replace', path: 'emails[type eq "work"]', value: { value: 'new@x.test' } }],
    { status: 200, body: { emails: [{ value: 'new@x.test' }] } },
    { status: 200, body: { emails: [{ value: 'new@x.test', type: 'work', display: 'D', primary: true }] } },
  ],
  [
    'brackets after a single-valued attribute',
    [
      { op: 'add', path: `${ENTERPRISE}:manager`, value: { value: 'm1' } },
      { op: 'replace', path: `${ENTERPRISE}:manager[value eq "m1"].value`, value: 'm2' },
    ],
    { status: 400, body: { scimType: 'invalidPath' } },
    { status: 200, body: { [ENTERPRISE]: { manager: { value: 'm2' } } } },
  ],
  [
    'an attribute that nobody knows',
    [{ op: 'add', path: 'shoeSize', value: 4 }],
    { status: 400, body: { scimType: 'invalidPath' } },
    { status: 200, body: { userName: expect.stringMatching(/^u\d+$/) } },
  ],
  [
    'no operations',
    [],
    { status: 400, body: { scimType: 'invalidSyntax' } },
    { status: 200, body: { userName: expect.stringMatching(/^u\d+$/) } },
  ],
  [
    'two primary values',
    [
      {
        op: 'replace',
        path: 'emails',
        value: [
          { value: 'a@x.test', primary: true },
          { value: 'b@x.test', primary: true },
        ],
      },
    ],
    { status: 400, body: { scimType: 'invalidValue' } },
    {
      status: 200,
      body: {
        emails: [
          { value: 'a@x.test', primary: true },
          { value: 'b@x.test', primary: false },
        ],
      },
    },
  ],
]

describe.each(conflicts)('%s', (_, operations, letter, lenient) => {
  test('is judged by the letter in generic', async () => {
    expect(await patched('generic', (await fresh('generic')).id, operations)).toMatchObject(letter)
  })
  test.each(known)('is taken as %s means it', async (preset) => {
    expect(await patched(preset, (await fresh(preset)).id, operations)).toMatchObject(lenient)
  })
})

describe('a body without its schemas', () => {
  test.each(presets)('in a directory of %s', async (preset) => {
    const { id } = await fresh(preset)
    const { status } = await patched(preset, id, [{ op: 'replace', path: 'title', value: 'x' }], null)
    expect(status).toBe(preset === 'generic' ? 400 : 200)
    const created = await of(preset).call('post', '/Users', { userName: `bare-${preset}` })
    expect(created.status).toBe(preset === 'generic' ? 400 : 201)
  })
})

describe('in every dialect', () => {
  test.each(presets)(
    '%s takes op in any case, no path, texts for booleans and the older URNs',
    async (preset) => {
      const { id } = await fresh(preset, { schemas: ['urn:scim:schemas:core:2.0', USER] })
      expect(await patched(preset, id, [{ op: 'Replace', value: { active: 'False' } }])).toMatchObject({
        status: 200,
        body: { active: false },
      })
      const found = await of(preset).call('get', `/Users?filter=id%20eq%20%22${id}%22&`)
      expect(found.status).toBe(200)
    },
  )

  test.each(presets)('%s takes values of formats that are none, as validators send them', async (preset) => {
    const strange = {
      profileUrl: 'https://x.test/RVSZJGLGMDLF',
      addresses: [{ type: 'qq', country: 'Belize' }],
    }
    expect(await fresh(preset, { ...strange, roles: [{ type: 'zzz', value: 'v' }] })).toMatchObject(strange)
  })
})

describe('/Schemas', () => {
  const emails = async (preset: string, path: string) => {
    const body = bodyOf(await of(preset).call('get', path))
    const schema = body.Resources?.find((one: Body) => one.id === USER) ?? body
    const attribute = schema.attributes.find((one: Body) => one.name === 'emails')
    return attribute.subAttributes.map((one: Body) => one.name)
  }

  test.each(['/Schemas', `/Schemas/${USER}`])(
    '%s tells Entra only what its validator can map',
    async (path) => {
      expect(await emails('entra', path)).toEqual(['value', 'type'])
      expect(await emails('generic', path)).toEqual(
        expect.arrayContaining(['value', 'type', 'display', 'primary']),
      )
    },
  )

  test.each(presets)('of %s holds no null, no password, and names types', async (preset) => {
    const { text } = await of(preset).call('get', '/Schemas')
    expect(text).not.toMatch(/null|"password"/)
    expect(text).toContain('"canonicalValues":["work"')
  })
})

/** Every code with which a line of the log may speak. */
const codes = [
  ...[
    'invalid_token',
    'uniqueness',
    'invalidValue',
    'invalidSyntax',
    'invalidFilter',
    'invalidPath',
    'noTarget',
  ],
  ...['mutability', 'tooMany', 'sensitive', 'invalidVers', 'invalidCursor', 'expiredCursor', 'invalidCount'],
  ...[
    'not_found',
    'precondition_failed',
    'too_large',
    'rate_limited',
    'seat_unavailable',
    'forbidden',
    'internal',
  ],
  ...['method_not_allowed', 'not_implemented', 'unsupported_media_type', 'not_acceptable', 'unavailable'],
  ...['unknown_attributes', 'unknown_members', 'other_preset', 'password_forgotten', 'identity_conflict'],
  ...['removed_by_admin', 'left', 'suspended_by_admin', 'blocked', 'directory_inactive', 'seat_waiting'],
  ...[
    'sso_required',
    'approval_required',
    'deprovision_held',
    'stays_member',
    'awaiting_person',
    'address_kept',
  ],
]

describe('advice', () => {
  test.each(presets)('for %s is there for every code, with every place filled in', (preset) => {
    const fallback = adviceFor(['nobody-described-this'], preset)
    for (const code of codes) {
      const advice = adviceFor([code], preset)
      expect({ code, advice }).toEqual({ code, advice: expect.stringMatching(/^[A-Z].*\.$/s) })
      expect({ code, advice }).not.toEqual({ code, advice: fallback })
      expect(advice).not.toMatch(/[{}]/)
    }
  })

  test('sends administrators of different products to different places', () => {
    for (const code of ['invalid_token', 'uniqueness', 'not_found', 'unknown_members', 'unknown_attributes'])
      expect(new Set(presets.map((preset) => adviceFor([code], preset))).size).toBe(presets.length)
  })

  test('takes the kind of an error where nobody described its code, and never a word of JavaScript', () => {
    expect(adviceFor(['body_too_large', 'too_large'], 'okta')).toBe(adviceFor(['too_large'], 'okta'))
    expect(adviceFor(['constructor', '__proto__', 'toString'], 'okta')).toBe(adviceFor(['nothing'], 'okta'))
  })
})
