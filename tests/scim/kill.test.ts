// A server killed in the middle of a stream of creates: what it has acknowledged stands, and what it has not can be sent again.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, test } from '@jest/globals'
import { buildProgram, freshFolder, type ServerProcess, startProcess } from '../support/server-process.ts'
import { type Body, GROUP, LIST, PATCH, USER } from './directory.ts'

const WRITERS = 6
const ACKNOWLEDGED_BEFORE_DEATH = 40

beforeAll(buildProgram, 120_000)

interface Client {
  call(method: string, address: string, body?: unknown): Promise<{ status: number; body: Body }>
}

/** What a directory was told by answers that arrived whole. */
interface Acknowledged {
  users: Map<string, string>
  members: Set<string>
}

test('killed with its database in the middle of creates, loses none that it acknowledged', async () => {
  const dataDir = freshFolder()
  let server = await startProcess({ DATA_DIR: dataDir })
  const { base, headers } = await directoryIn(server, dataDir)
  const acknowledged: Acknowledged = { users: new Map(), members: new Set() }
  let groupId = ''
  let serial = 0
  for (const victims of ['server', 'server and database'] as const) {
    const client = clientOf(`${server.url}${base}`, headers)
    if (groupId === '')
      groupId = (await client.call('POST', '/Groups', { schemas: [GROUP], displayName: 'All' })).body.id
    const attempts: string[] = []
    const killed = server
    let dead = false
    const kill = () => {
      dead = true
      if (victims !== 'server') process.kill(postmasterOf(dataDir), 'SIGKILL')
      killed.signal('SIGKILL')
    }
    const enough = acknowledged.users.size + ACKNOWLEDGED_BEFORE_DEATH
    const writer = async () => {
      while (!dead) {
        const userName = `k${++serial}@kill.test`
        attempts.push(userName)
        const made = await client.call('POST', '/Users', { schemas: [USER], userName })
        expect(made.status).toBe(201)
        acknowledged.users.set(made.body.id, userName)
        const Operations = [{ op: 'add', path: 'members', value: [{ value: made.body.id }] }]
        const added = await client.call('PATCH', `/Groups/${groupId}`, { schemas: [PATCH], Operations })
        expect(added.status).toBe(204)
        acknowledged.members.add(made.body.id)
        if (!dead && acknowledged.users.size >= enough) kill()
      }
    }
    const ends = await Promise.allSettled(Array.from({ length: WRITERS }, writer))
    // Writers end by the death or by their broken connections, none by an answer that was wrong.
    for (const end of ends)
      if (end.status === 'rejected') expect(String(end.reason)).toMatch(/fetch failed|terminated/)
    await killed.ended
    server = await startProcess({ DATA_DIR: dataDir })
    await expectKept(clientOf(`${server.url}${base}`, headers), groupId, acknowledged, attempts)
  }
  server.signal('SIGTERM')
  expect(await server.ended).toBe(0)
}, 120_000)

/** Everything acknowledged is there, and everything tried is there once or can be sent again. */
async function expectKept(
  client: Client,
  groupId: string,
  { users, members }: Acknowledged,
  attempts: readonly string[],
): Promise<void> {
  const list = await client.call('GET', '/Users?count=1000')
  expect(list.body.schemas).toEqual([LIST])
  const found = new Map<string, string>(list.body.Resources.map((user: Body) => [user.id, user.userName]))
  expect([...users].filter(([id, userName]) => found.get(id) !== userName)).toEqual([])
  const group = await client.call('GET', `/Groups/${groupId}`)
  const inGroup = new Set(group.body.members.map((member: Body) => member.value))
  expect([...members].filter((id) => !inGroup.has(id))).toEqual([])
  const names = [...found.values()]
  expect(new Set(names).size).toBe(names.length)
  for (const userName of attempts.filter((name) => ![...users.values()].includes(name))) {
    const again = await client.call('POST', '/Users', { schemas: [USER], userName })
    expect([userName, again.status]).toEqual([userName, names.includes(userName) ? 409 : 201])
  }
}

async function directoryIn(server: ServerProcess, dataDir: string) {
  const key = readFileSync(path.join(dataDir, 'root-api-key'), 'utf8').trim()
  const api = clientOf(`${server.url}/api/v1`, {
    Authorization: `Bearer ${key}`,
    'Content-Type': 'application/json',
  })
  await api.call('POST', '/organizations', { name: 'Kill', slug: 'kill' })
  const directory = await api.call('POST', '/organizations/kill/directories', {
    name: 'D',
    preset: 'generic',
  })
  const { id } = directory.body
  const token = await api.call('POST', `/directories/${id}/tokens`, { label: 'first' })
  const headers = {
    Authorization: `Bearer ${token.body.token}`,
    'Content-Type': 'application/scim+json',
  }
  return { base: `/scim/v2/${id}`, headers }
}

function clientOf(base: string, headers: Record<string, string>): Client {
  return {
    call: async (method, address, body) => {
      const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
      const response = await fetch(`${base}${address}`, init)
      const text = await response.text()
      return { status: response.status, body: text === '' ? null : JSON.parse(text) }
    },
  }
}

function postmasterOf(dataDir: string): number {
  const [pid] = readFileSync(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')
  return Number(pid)
}
