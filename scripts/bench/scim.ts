// The SCIM benchmark: the hot calls on the built program beside a bare Express + pg server that sends the same SQL, in one run.
//
//   npm run build && npx tsx scripts/bench/scim.ts          (PEOPLE=2000 CALLS=500 SLICES=4)
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import express from 'express'
import { flushDirectoryRequests } from '../../src/actions/log-directory-request.ts'
import { makeWorld } from '../../src/actions/world.ts'
import { roles } from '../../src/config/roles.ts'
import { movableClock } from '../../src/kernel/clock.ts'
import { createLog } from '../../src/kernel/log.ts'
import { createSecrets, sha256 } from '../../src/kernel/secrets.ts'
import { startEmbeddedPostgres } from '../../src/main/embedded-postgres.ts'
import { scimRouter } from '../../src/scim/router.ts'
import { openDatabase, sessionOptions } from '../../src/store/open-database.ts'
import { type Call, load, type Measure, measure, once } from './measure.ts'
import { frozen, listenToClients, madeIds, type Sent, sentBy, withOther } from './recording.ts'

const PEOPLE = Number(process.env.PEOPLE ?? 2000)
/** Calls of a slice; each server sends one slice to warm up and then these many. */
const CALLS = Number(process.env.CALLS ?? 500)
const SLICES = Number(process.env.SLICES ?? 4)
/** How many people the recorded calls are about, so that eight clients do not all wait for one row. */
const PICKED = 64
const ROOT_KEY = 'key_bench_0123456789abcdef0123456789abcdef'
const SECRET_KEY = 'bench-0123456789abcdef0123456789abcdef'
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User'
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group'
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'
const project = path.resolve(import.meta.dirname, '..', '..')

interface Directory {
  id: string
  organizationId: string
  base: string
  headers: Record<string, string>
  people: { id: string; userName: string }[]
  groupId: string
}
type Kind = 'lookup' | 'get' | 'create' | 'activate' | 'member'

const say = (line: string) => process.stderr.write(`${line}\n`)
const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-bench-'))
chmodSync(folder, 0o755)
const children: ChildProcess[] = []
listenToClients()
const database = await startEmbeddedPostgres({ dataDir: folder, say })
try {
  await run()
} finally {
  for (const child of children) child.kill('SIGKILL')
  await database.stop()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

async function run(): Promise<void> {
  const ours = await start('Gatehouse', [path.join(project, 'dist', 'main.js')], /is ready at/, {
    ROOT_API_KEY: ROOT_KEY,
    SECRET_KEY,
    RATE_LIMITS: 'off',
    LOG_LEVEL: 'warn',
  })
  const directory = await furnish(ours.url)
  say(`${PEOPLE} people are in; recording the statements`)
  const recordings = await record(directory)
  const file = path.join(folder, 'recordings.json')
  writeFileSync(file, frozen(recordings))
  const bare = await start(
    'the bare server',
    ['--import', 'tsx', path.join(project, 'scripts', 'bench', 'bare.ts')],
    /^ready$/m,
    { RECORDINGS: file, PGOPTIONS: sessionOptions },
  )
  const rows: string[] = []
  for (const [kind, title, calls] of kinds(directory)) {
    // The two take turns in slices, so that what else the machine does falls on both.
    const turns: [Measure[], Measure[]] = [[], []]
    for (let slice = 0; slice <= SLICES; slice++) {
      for (const [which, server] of [ours, bare].entries()) {
        const first = slice * CALLS
        const counted = (index: number) => calls(first + index, which === 0 ? 'o' : 'b')
        const pids = { server: server.pid, database: database.pid }
        const measured = await measure(server.url, pids, counted, CALLS)
        // The first slice warms both up.
        if (slice > 0) turns[which]?.push(measured)
      }
    }
    const statements = recordings[kind]?.[0]?.length ?? 0
    rows.push(row(title, statements, mean(turns[0]), mean(turns[1])))
    say(rows.at(-1) as string)
  }
  process.stdout.write(
    `\n${PEOPLE} people, ${SLICES * CALLS} calls each, 8 clients. CPU seconds a thousand calls. Node ${process.version}.\n\n`,
  )
  process.stdout.write(
    '| call | statements | ours /s | server | PostgreSQL | bare /s | server | PostgreSQL | server, ours to bare |\n|---|---|---|---|---|---|---|---|---|\n',
  )
  process.stdout.write(`${rows.join('\n')}\n`)
}

function mean(measures: readonly Measure[]): Measure {
  const of = (part: keyof Measure) =>
    measures.reduce((sum, measure) => sum + measure[part], 0) / measures.length
  return { perSecond: of('perSecond'), server: of('server'), database: of('database') }
}

function row(title: string, statements: number, ours: Measure, bare: Measure): string {
  const cells = [ours, bare].flatMap((m) => [
    m.perSecond.toFixed(0),
    m.server.toFixed(2),
    m.database.toFixed(2),
  ])
  return `| ${title} | ${statements} | ${cells.join(' | ')} | ${(ours.server / bare.server).toFixed(2)} |`
}

/** The calls of each kind, the same for both servers; `by` keeps the names that they create apart. */
function kinds(directory: Directory): [Kind, string, (index: number, by: string) => Call][] {
  const picked = (index: number) => directory.people[index % PICKED] as { id: string; userName: string }
  const call = (kind: Kind, method: string, at: string, body?: unknown): Call => ({
    method,
    path: `${directory.base}${at}`,
    headers: { ...directory.headers, 'x-bench': kind },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const patch = (...Operations: unknown[]) => ({ schemas: [PATCH], Operations })
  const isOff = (index: number) => Math.floor(index / PICKED) % 2 === 0
  return [
    [
      'lookup',
      'lookup by userName',
      (index) =>
        call(
          'lookup',
          'GET',
          `/Users?filter=${encodeURIComponent(`userName eq "${picked(index).userName}"`)}`,
        ),
    ],
    ['get', 'GET by id', (index) => call('get', 'GET', `/Users/${picked(index).id}`)],
    [
      'create',
      'create, with account, membership and event',
      (index, by) => call('create', 'POST', '/Users', person(`${by}-${index}@bench.test`)),
    ],
    [
      'activate',
      'deactivate / activate by PATCH',
      (index) =>
        call(
          'activate',
          'PATCH',
          `/Users/${picked(index).id}`,
          patch({ op: 'replace', value: { active: !isOff(index) } }),
        ),
    ],
    [
      'member',
      'add / remove one member',
      (index) =>
        call(
          'member',
          'PATCH',
          `/Groups/${directory.groupId}`,
          patch({
            op: isOff(index) ? 'add' : 'remove',
            path: 'members',
            value: [{ value: picked(index).id }],
          }),
        ),
    ],
  ]
}

function person(userName: string): Record<string, unknown> {
  return {
    schemas: [USER],
    userName,
    externalId: userName,
    name: { givenName: 'Bench', familyName: 'Person' },
    displayName: 'Bench Person',
    emails: [{ value: userName, type: 'work', primary: true }],
    active: true,
  }
}

/** An organization with its domain, a directory, and everybody in it, all by the public interfaces. */
async function furnish(url: string): Promise<Directory> {
  const agent = new Agent({ keepAlive: true })
  const send = async (at: string, body: unknown, headers: Record<string, string>) => {
    const { status, text } = await once(agent, url, {
      method: 'POST',
      path: at,
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    if (status > 299) throw new Error(`${at}: ${status} ${text}`)
    return text ? JSON.parse(text) : null
  }
  const root = { Authorization: `Bearer ${ROOT_KEY}` }
  const organization = await send('/api/v1/organizations', { name: 'Bench', slug: 'bench' }, root)
  const domain = await send(
    `/api/v1/organizations/${organization.id}/domains`,
    { domain: 'bench.test' },
    root,
  )
  await send(
    `/api/v1/organizations/${organization.id}/domains/${domain.id}/verification`,
    { attested: true },
    root,
  )
  const { id } = await send(
    `/api/v1/organizations/${organization.id}/directories`,
    { name: 'Bench', preset: 'okta' },
    root,
  )
  const { token } = await send(`/api/v1/directories/${id}/tokens`, { label: 'bench' }, root)
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' }
  const base = `/scim/v2/${id}`
  await load(
    url,
    (index) => ({
      method: 'POST',
      path: `${base}/Users`,
      headers,
      body: JSON.stringify(person(`p${index}@bench.test`)),
    }),
    PEOPLE,
  )
  const listed = await once(agent, url, {
    method: 'GET',
    path: `${base}/Users?count=${PICKED}&attributes=userName`,
    headers,
  })
  const group = await send(`${base}/Groups`, { schemas: [GROUP], displayName: 'Bench' }, headers)
  agent.destroy()
  return {
    id,
    organizationId: organization.id,
    base,
    headers,
    people: JSON.parse(listed.text).Resources,
    groupId: group.id,
  }
}

/** The statements of each call, heard from the same door in this process; each is told anew with other ids. */
async function record(directory: Directory): Promise<Record<Kind, Sent[][]>> {
  const dataSource = await openDatabase(database.url, { poolSize: 2 })
  const world = makeWorld({
    dataSource,
    clock: movableClock(),
    secrets: createSecrets(Buffer.from(SECRET_KEY)),
    log: createLog('silent'),
    publicUrl: 'http://bench.test',
    productName: 'Bench',
    roles,
    rootKeyHash: sha256(ROOT_KEY),
    mail: { smtpUrl: null, from: 'bench@bench.test' },
    dnsServers: null,
    scimSchemasDir: null,
    trustProxy: 0,
    rateLimits: false,
    devClock: false,
    production: false,
  })
  const server = express().use('/scim/v2', scimRouter(world)).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const hear = async (call: Call): Promise<Heard> => {
    await flushDirectoryRequests(world)
    const since = Date.now()
    const sent = await sentBy(async () => {
      const { status, text } = await once(agent, url, call)
      if (status > 299) throw new Error(`${call.path}: ${status} ${text}`)
    })
    return { sent, made: madeIds(sent, since) }
  }
  const recordings = {} as Record<Kind, Sent[][]>
  for (const [kind, , calls] of kinds(directory)) {
    const heard: Heard[] = []
    const calm = kind === 'create' ? 1 : 2 * PICKED
    for (let index = 0; index < calm; index++) heard.push(await hear(calls(index, 'heard')))
    recordings[kind] = Array.from({ length: (SLICES + 1) * CALLS }, (_, index) =>
      anew(heard[index % calm] as Heard, index),
    )
  }
  agent.destroy()
  server.close()
  await dataSource.destroy()
  return recordings
}

interface Heard {
  sent: Sent[]
  made: string[]
}

/** A recorded call told anew: other ids where it made some, another name where it made a person. */
function anew({ sent, made }: Heard, index: number): Sent[] {
  const ids = made.map((id): [string, string] => [id, randomUUID()])
  return withOther(sent, new Map([...ids, ['heard-0@bench.test', `invented-${index}@bench.test`]]))
}

async function start(
  what: string,
  program: string[],
  ready: RegExp,
  environment: Record<string, string>,
): Promise<{ url: string; pid: number }> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const env = {
    PATH: process.env.PATH ?? '',
    DATABASE_URL: database.url,
    PORT: String(port),
    PUBLIC_URL: url,
    ...environment,
  }
  const child = spawn(process.execPath, program, { cwd: project, stdio: ['ignore', 'pipe', 'pipe'], env })
  children.push(child)
  let output = ''
  await new Promise<void>((resolve, reject) => {
    const hear = (text: string) => {
      output += text
      if (ready.test(output)) resolve()
    }
    child.stdout.setEncoding('utf8').on('data', hear)
    child.stderr.setEncoding('utf8').on('data', hear)
    child.once('exit', () => reject(new Error(`${what} ended before it was ready\n${output}`)))
  })
  return { url, pid: child.pid as number }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
