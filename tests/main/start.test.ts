// Starting and stopping as an operator sees it: one line for each trouble, and nothing lost by a crash.
import {
  cpSync,
  existsSync,
  lstatSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../src/main/embedded-postgres.ts'
import { findBinaries, repairLinks } from '../../src/main/postgres-binaries.ts'
import { postgresOwner } from '../../src/main/postgres-owner.ts'
import { startPostgresProcess } from '../../src/main/postgres-process.ts'
import { freshDatabaseUrl } from '../support/database.ts'
import {
  buildProgram,
  freePort,
  freshFolder,
  type ServerProcess,
  startProcess,
} from '../support/server-process.ts'

const isRoot = process.getuid?.() === 0
const asRoot = isRoot ? test : test.skip

beforeAll(buildProgram, 120_000)

describe('a server with the embedded database', () => {
  const dataDir = freshFolder()
  const settings = { DATA_DIR: dataDir, DEV_CLOCK: 'on' }
  // One after another the tests use the server that the one before left running: starts are what takes time here.
  let server: ServerProcess

  test('makes it on the first start, says so, and says where the root key lies', async () => {
    server = await startProcess(settings)
    expect(server.output()).toContain('Making a PostgreSQL 18 database')
    expect(server.output()).toContain(`Gatehouse is ready at ${server.url}`)
    const keyFile = path.join(dataDir, 'root-api-key')
    expect(server.output()).toContain(keyFile)
    expect(statSync(keyFile).mode & 0o777).toBe(0o600)
    expect(readFileSync(keyFile, 'utf8')).toMatch(/^key_[\w-]{43}\n$/)
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
    expect(await encodingOf(dataDir)).toBe('UTF8')
  }, 120_000)

  test('refuses in one line a second server on its data folder', async () => {
    const second = await startProcess(settings, 'ended')
    expect(await second.ended).toBe(1)
    expect(lastLine(second.output())).toMatch(
      /^Gatehouse cannot start: another Gatehouse is running on .*postgres: stop it/,
    )
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
  }, 120_000)

  test('answers a request that was in flight when SIGTERM came, and then ends', async () => {
    const slow = await slowRequest(server)
    server.signal('SIGTERM')
    await refusesConnections(server)
    slow.finish()
    expect(await server.ended).toBe(0)
    expect(await slow.answer).toMatch(/^HTTP\/1\.1 200 /)
    expect(existsSync(path.join(dataDir, 'postgres', 'postmaster.pid'))).toBe(false)
  }, 120_000)

  test('killed without a word keeps its data and starts again', async () => {
    const killed = await startProcess(settings)
    const moved = await moveClock(killed.url, 3600)
    killed.signal('SIGKILL')
    await killed.ended
    server = await startProcess(settings)
    expect(await moveClock(server.url, 0)).toBeGreaterThanOrEqual(moved)
  }, 120_000)

  test('told to stop twice ends at once, whatever is in flight', async () => {
    const slow = await slowRequest(server)
    server.signal('SIGTERM')
    await refusesConnections(server)
    server.signal('SIGTERM')
    expect(await server.ended).toBe(143)
    slow.finish()
  }, 120_000)

  test('starts although the lock file of a dead server names a process that lives', async () => {
    const lockFile = path.join(dataDir, 'postgres', 'postmaster.pid')
    while (existsSync(lockFile)) await pause(50)
    writeFileSync(lockFile, `${process.pid}\n/x\n0\n${await freePort()}\n`)
    server = await startProcess(settings)
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
    server.signal('SIGTERM')
    await server.ended
  }, 120_000)

  test('takes over a PostgreSQL that a killed server left running, and stops it at its own end', async () => {
    const owner = postgresOwner()
    const binaries = await findBinaries(owner, freshFolder(), () => {})
    const left = await startPostgresProcess(binaries, owner, path.join(dataDir, 'postgres'), [])
    server = await startProcess(settings)
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
    server.signal('SIGTERM')
    expect(await server.ended).toBe(0)
    await left.ended
  }, 120_000)

  test('names the version of a data folder that another PostgreSQL made', async () => {
    const folder = freshFolder()
    cpSync(path.join(dataDir, 'postgres'), path.join(folder, 'postgres'), { recursive: true })
    writeFileSync(path.join(folder, 'postgres', 'PG_VERSION'), '14\n')
    const server = await startProcess({ DATA_DIR: folder }, 'ended')
    expect(lastLine(server.output())).toMatch(
      /was made by PostgreSQL 14, but this is PostgreSQL 18: set another DATA_DIR/,
    )
  }, 120_000)

  asRoot(
    'names the owner of a data folder that PostgreSQL may not use',
    async () => {
      const folder = freshFolder()
      cpSync(path.join(dataDir, 'postgres'), path.join(folder, 'postgres'), { recursive: true })
      const server = await startProcess({ DATA_DIR: folder }, 'ended')
      expect(lastLine(server.output())).toMatch(/postgres belongs to user 0, but PostgreSQL runs as user \d+/)
    },
    120_000,
  )

  test('that is stopped in the middle of making it leaves no half database', async () => {
    const folder = freshFolder()
    const server = await startProcess({ DATA_DIR: folder }, 'at once')
    while (!server.output().includes('Making')) await pause(20)
    server.signal('SIGKILL')
    await server.ended
    expect(existsSync(path.join(folder, 'postgres'))).toBe(false)
    const again = await startProcess({ DATA_DIR: folder })
    expect((await fetch(`${again.url}/readyz`)).status).toBe(200)
    again.signal('SIGTERM')
    await again.ended
  }, 120_000)
})

describe('a server', () => {
  test('whose port is in use says so in one line and makes nothing', async () => {
    const port = await freePort()
    const holder = createServer().listen(port, '127.0.0.1')
    const folder = freshFolder()
    rmSync(folder, { recursive: true })
    const server = await startProcess({ PORT: String(port), DATA_DIR: folder }, 'ended')
    holder.close()
    expect(await server.ended).toBe(1)
    expect(server.output()).toBe(
      `Gatehouse cannot start: PORT ${port} on 127.0.0.1 is in use by another program: stop that, or set PORT\n`,
    )
    expect(existsSync(folder)).toBe(false)
  })

  test('with a wrong setting says which in one line', async () => {
    const server = await startProcess({ PUBLIC_URL: 'people.example.com' }, 'ended')
    expect(server.output()).toBe(
      'Gatehouse cannot start: PUBLIC_URL is not such a URL: accepted is an address without path, like https://people.example.com\n',
    )
  })

  test('that waits for its database ends when told to', async () => {
    const server = await startProcess(
      { DATABASE_URL: `postgres://a:b@127.0.0.1:${await freePort()}/x` },
      'at once',
    )
    while (!server.output().includes('Waiting for PostgreSQL')) await pause(20)
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503)
    server.signal('SIGTERM')
    expect(await server.ended).toBe(1)
  }, 30_000)

  test('whose database knows no such user says so without waiting', async () => {
    const url = new URL(await freshDatabaseUrl())
    url.username = 'nobody_like_that'
    url.password = 'x'
    const server = await startProcess({ DATABASE_URL: url.toString() }, 'ended')
    expect(lastLine(server.output())).toMatch(
      /^Gatehouse cannot start: DATABASE_URL: no connection to PostgreSQL at 127/,
    )
    expect(server.output()).not.toContain('Waiting')
  })

  test('outlives its database: not ready while that is away, ready when it is back', async () => {
    const owner = postgresOwner()
    const folder = freshFolder()
    const say = () => {}
    const first = await startEmbeddedPostgres({ dataDir: folder, say })
    const server = await startProcess({ DATABASE_URL: first.url, DATA_DIR: freshFolder() })
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
    await first.stop()
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503)
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    const binaries = await findBinaries(owner, freshFolder(), say)
    const samePort = [`port=${new URL(first.url).port}`]
    const second = await startPostgresProcess(binaries, owner, path.join(folder, 'postgres'), samePort)
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
    server.signal('SIGTERM')
    expect(await server.ended).toBe(0)
    await second.stop()
  }, 120_000)

  test('shares one database with a second server that starts at the same moment', async () => {
    const database = await freshDatabaseUrl()
    const wipe = new pg.Client({ connectionString: database })
    await wipe.connect()
    await wipe.query('drop schema public cascade; create schema public')
    await wipe.end()
    const settings = {
      DATABASE_URL: database,
      DATA_DIR: freshFolder(),
      DEV_CLOCK: 'on',
      SECRET_KEY: 's'.repeat(32),
    }
    const [one, two] = await Promise.all([startProcess(settings), startProcess(settings)])
    const moved = await moveClock(one.url, 7200)
    expect(await moveClock(two.url, 0)).toBeGreaterThanOrEqual(moved)
    for (const server of [one, two]) server.signal('SIGTERM')
    expect(await Promise.all([one.ended, two.ended])).toEqual([0, 0])
  }, 120_000)
})

describe("PostgreSQL's programs", () => {
  test('run although npm made none of their library links', async () => {
    const { postgres } = await findBinaries(postgresOwner(), freshFolder(), () => {})
    const copy = path.join(freshFolder(), 'native')
    cpSync(path.dirname(path.dirname(postgres)), copy, { recursive: true, verbatimSymlinks: true })
    const links = JSON.parse(readFileSync(path.join(copy, 'pg-symlinks.json'), 'utf8')) as {
      target: string
    }[]
    for (const { target } of links) unlinkSync(path.join(copy, '..', target))
    repairLinks(copy)
    expect(links.length).toBeGreaterThan(0)
    for (const { target } of links)
      expect(lstatSync(path.join(copy, '..', target)).isSymbolicLink()).toBe(true)
    expect(links.every(({ target }) => existsSync(path.join(copy, '..', target)))).toBe(true)
  })

  asRoot(
    'get a reachable place when root keeps its data in a private folder',
    async () => {
      const parent = freshFolder(0o700)
      const said: string[] = []
      const options = {
        dataDir: path.join(parent, 'data'),
        sharedDir: freshFolder(),
        say: (line: string) => said.push(line),
      }
      const first = await startEmbeddedPostgres(options)
      await first.stop()
      expect(said.some((line) => line.includes('cannot enter'))).toBe(true)
      const second = await startEmbeddedPostgres(options)
      await second.stop()
    },
    120_000,
  )
})

/** A request that the server has begun to read and whose body is still on its way until `finish`. */
async function slowRequest(server: ServerProcess): Promise<{ finish(): void; answer: Promise<string> }> {
  const body = '{"advanceSeconds": 0}'
  const head = `POST /dev/clock HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  socket.on('error', () => {})
  const answer = new Promise<string>((resolve) => {
    let text = ''
    socket.setEncoding('utf8').on('data', (more: string) => {
      text += more
    })
    socket.once('close', () => resolve(text))
  })
  socket.write(head + body.slice(0, 5))
  // Connections are taken in their order: when later ones are answered, this one has been read.
  for (let later = 0; later < 3; later += 1) await fetch(`${server.url}/healthz`)
  return { finish: () => socket.write(body.slice(5)), answer }
}

async function refusesConnections(server: ServerProcess): Promise<void> {
  for (;;) {
    const answered = await fetch(`${server.url}/healthz`, { headers: { Connection: 'close' } }).catch(
      () => null,
    )
    if (answered === null) return
    await pause(20)
  }
}

async function moveClock(url: string, advanceSeconds: number): Promise<number> {
  const answer = await fetch(`${url}/dev/clock`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ advanceSeconds }),
  })
  const { now } = (await answer.json()) as { now: string }
  return new Date(now).getTime()
}

async function encodingOf(dataDir: string): Promise<string> {
  const cluster = path.join(dataDir, 'postgres')
  const port = readFileSync(path.join(cluster, 'postmaster.pid'), 'utf8').split('\n')[3]
  const password = readFileSync(path.join(cluster, 'gatehouse-password'), 'utf8').trim()
  const client = new pg.Client({
    connectionString: `postgres://gatehouse:${password}@127.0.0.1:${port}/postgres`,
  })
  await client.connect()
  const { rows } = await client.query<{ server_encoding: string }>('show server_encoding')
  await client.end()
  return rows[0]?.server_encoding ?? ''
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) ?? ''
}
