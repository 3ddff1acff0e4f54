// The seed: an organization with a directory of many people and groups in PostgreSQL, as if an identity provider had pushed them.
//
//   DATABASE_URL=postgres://… npm run bench:seed -- --people 100000 --groups 10 --members 1000
//
//   --people N     how many people: each with a SCIM resource, an account, a proven address, a membership and its grants (1000)
//   --groups N     how many groups (10)
//   --members N    how many members each group has, taken from the first people on (100)
//   --slug WORD    the organization's slug; people are p0000000@WORD.test and so on (seed- and a number of the time)
//   --events       writes the audit events of each person too
//
// It brings the tables up to date, makes a new organization (what is there stays untouched), pushes one person through the SCIM door,
// and copies the rows that the product wrote for that one with other ids and names. At its end it prints the organization's id and
// the directory's address and token. A million people take some minutes. Stop it at any moment: delete the organization, and the rest goes.
import { parseArgs } from 'node:util'
import { seedDirectory } from './seeding/seed-directory.ts'

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '1000' },
    groups: { type: 'string', default: '10' },
    members: { type: 'string', default: '100' },
    slug: { type: 'string', default: `seed-${Date.now().toString(36)}` },
    events: { type: 'boolean', default: false },
  },
})
const databaseUrl = process.env.DATABASE_URL
if (!databaseUrl) throw new Error('DATABASE_URL: the database to seed must be given')

const say = (line: string) => process.stderr.write(`${line}\n`)
const began = performance.now()
const seeded = await seedDirectory({
  databaseUrl,
  people: amount('people', 1),
  groups: Array.from({ length: amount('groups', 0) }, () => amount('members', 0)),
  events: values.events,
  slug: values.slug,
  say,
})
say(`Done in ${((performance.now() - began) / 1000).toFixed(1)} s`)
process.stdout.write(
  `organization ${seeded.organizationId}\ndirectory    ${seeded.base}\ntoken        ${seeded.token}\npeople       ${seeded.people.length}: p0000000@${seeded.domain} and on\n`,
)

function amount(name: 'people' | 'groups' | 'members', least: number): number {
  const number = Number(values[name])
  if (Number.isSafeInteger(number) && number >= least) return number
  throw new Error(`--${name} ${values[name]}: a whole number from ${least} on is accepted`)
}
