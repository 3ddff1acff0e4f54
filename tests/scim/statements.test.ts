// How many SQL statements the hot calls send, each named with why it is needed: a further one must be argued for here.
import { beforeAll, expect, test } from '@jest/globals'
import { flushDirectoryRequests } from '../../src/actions/log-directory-request.ts'
import { statementsOf } from '../support/world.ts'
import { type Body, bodyOf, PATCH, type TestDirectory, testDirectory } from './directory.ts'

/** A statement's beginning, and the word for it below. */
const words: readonly [RegExp, string][] = [
  // The token is looked up at every request, so that a revoked one ends at once.
  [/^select d\.id, .* from directory_tokens/, 'token'],
  [/^START TRANSACTION$/, 'begin'],
  [/^COMMIT$/, 'commit'],
  // The person with the groups, in one row; FOR NO KEY UPDATE when it will be changed, so that no update is lost.
  [/^with address as .* for no key update/, 'lock the person'],
  [/^select u\.id, /, 'read the person'],
  // The row and its e-mail rows in one statement; a duplicate is told by the unique constraint, not by a look before.
  [/^with made as \( insert into directory_users/, 'insert the person'],
  [/^update directory_users set user_name/, 'update the person'],
  // Two deeds about one person wait for each other; the account's lock can be taken only when its keys are known.
  [/^select pg_advisory_xact_lock/, 'lock the keys'],
  // Of a person about whom nothing is open one small statement knows all; the two large ones below are for everybody else.
  [/^select o\.name as "organizationName"/, 'facts of the push'],
  // Whose the record is, and what is known of its person: two statements, for the second needs the first's answer.
  [/^with keys as \(select \$4::text as key/, 'facts of the record'],
  [/^with m as \(select \* from memberships/, 'facts of the person'],
  [/^insert into accounts/, 'account'],
  [/^with struck as/, 'strike claims'],
  [/^insert into account_addresses/, 'address'],
  [/^update directory_users set account_id/, 'bind the record'],
  [/^insert into memberships/, 'membership'],
  [/^insert into membership_keys/, 'keys of the membership'],
  [/^with wanted as /, 'grants'],
  [/^update memberships/, 'update the membership'],
  // A suspended person's sessions end in the same transaction.
  [/^with stopped as \(update api_keys .*update sessions/, 'end sessions and stop keys'],
  // The event carries the decision, and its outbox rows come with it.
  [/^with written as \( insert into events/, 'event'],
  // Members come and go by rows alone, in one statement that also tells whether the group is there.
  [/^with g as \(select id, directory_id from directory_groups/, 'member rows'],
  [/ from role_mappings w left join directory_groups/, 'which groups are mapped'],
  [/ from \(select r\.id, r\.directory_id "directoryId"/, 'records of the members'],
  [/^update directory_groups set version/, 'version of the group'],
  // After the commit and for many suspensions together: whether they are too many (H7).
  [/^select policies->'deprovisionBrake'/, 'brake'],
  [/^select count\(\*\)::int suspended/, 'brake'],
  [/^select count\(\*\)::int members/, 'brake'],
]

let directory: TestDirectory
let user: Body
let group: Body

beforeAll(async () => {
  directory = await testDirectory('okta')
  user = await directory.make('/Users', { userName: `a@${directory.domain}` })
  group = await directory.make('/Groups', { displayName: 'Unmapped' })
})

async function sentBy(call: () => PromiseLike<{ status: number; text: string }>): Promise<string[]> {
  // The request log writes behind the answers; what waits must not fall into a count.
  await flushDirectoryRequests(directory.world)
  let status = 0
  const texts = await statementsOf(directory.world, async () => {
    status = (await call()).status
  })
  expect([200, 201, 204]).toContain(status)
  const named = texts.map((text) => {
    const line = text.replace(/\s+/g, ' ').trim()
    return words.find(([pattern]) => pattern.test(line))?.[1] ?? `not known: ${line}`
  })
  return named.filter((word) => word !== 'brake')
}

const patch = (...Operations: unknown[]) => ({ schemas: [PATCH], Operations })
const reconciled = ['lock the keys', 'facts of the push']

test('a lookup by userName sends 2 statements', async () => {
  const filter = encodeURIComponent(`userName eq "A@${directory.domain}"`)
  expect(await sentBy(() => directory.call('get', `/Users?filter=${filter}&startIndex=1&count=100`))).toEqual(
    ['token', 'read the person'],
  )
})

test('a get by id sends 2 statements', async () => {
  expect(await sentBy(() => directory.call('get', `/Users/${user.id}`))).toEqual(['token', 'read the person'])
})

test('a create with account, membership, grant and event sends 14 statements', async () => {
  const body = { schemas: user.schemas, userName: `b@${directory.domain}`, active: true }
  expect(await sentBy(() => directory.call('post', '/Users', body))).toEqual([
    'token',
    'begin',
    'insert the person',
    ...reconciled,
    'account',
    'strike claims',
    'address',
    'bind the record',
    'membership',
    'keys of the membership',
    'grants',
    'event',
    'commit',
  ])
})

test('E1: a deactivation sends 10 statements, a reactivation 9', async () => {
  const set = (active: boolean) =>
    sentBy(() => directory.call('patch', `/Users/${user.id}`, patch({ op: 'replace', value: { active } })))
  const head = [
    'token',
    'begin',
    'lock the person',
    'update the person',
    ...reconciled,
    'update the membership',
  ]
  expect(await set(false)).toEqual([...head, 'end sessions and stop keys', 'event', 'commit'])
  expect(await set(true)).toEqual([...head, 'event', 'commit'])
})

test('adding a member to a group that no mapping names sends 7 statements, removing one as many, whatever the size of the group', async () => {
  const change = (op: string) =>
    sentBy(() =>
      directory.call(
        'patch',
        `/Groups/${group.id}`,
        patch({ op, path: 'members', value: [{ value: user.id }] }),
      ),
    )
  const statements = [
    'token',
    'begin',
    'member rows',
    'which groups are mapped',
    'records of the members',
    'version of the group',
    'commit',
  ]
  expect([await change('add'), await change('remove')]).toEqual([statements, statements])
  expect(bodyOf(await directory.call('get', `/Groups/${group.id}`)).members).toBeUndefined()
})
