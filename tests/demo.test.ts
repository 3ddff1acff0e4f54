// The demo, followed to the letter: what it prints is opened, clicked and sent.
import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { eventually } from './outbound/fixtures.ts'
import { buildProgram, freePort, freshFolder } from './support/server-process.ts'

const project = path.resolve(import.meta.dirname, '..')
const folder = freshFolder()
let demo: Running

interface Running {
  child: ChildProcess
  printed: string
}

interface Member {
  account: { email: string }
  role: string
  projects: string[]
  status: string
}

beforeAll(async () => {
  await buildProgram()
  demo = await startDemo(await freePort())
}, 150_000)
afterAll(() => stop(demo))

async function startDemo(port: number): Promise<Running> {
  // As the script of package.json does: no wrapper stands between a signal and the demo.
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/demo.ts'], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', DATA_DIR: folder, PORT: String(port), LOG_LEVEL: 'warn' },
  })
  let printed = ''
  await new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      printed += chunk.toString('utf8')
      if (printed.includes('Ctrl-C stops everything')) resolve()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('exit', () => reject(new Error(printed)))
  })
  return { child, printed }
}

async function stop({ child }: Running): Promise<void> {
  if (child.exitCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await ended
}

/** The addresses under "Open", in their order. */
function places(): string[] {
  return [...demo.printed.matchAll(/^ {2}(http\S+) {2}/gm)].map(([, url]) => url as string)
}

async function members(): Promise<Member[]> {
  const server = /^Gatehouse is ready at (\S+)$/m.exec(demo.printed)?.[1]
  const key = (await readFile(path.join(folder, 'root-api-key'), 'utf8')).trim()
  const answer = await fetch(`${server}/api/v1/organizations/juniper/members`, {
    headers: { authorization: `Bearer ${key}` },
  })
  return ((await answer.json()) as { items: Member[] }).items
}

const memberOf = async (email: string) => (await members()).find(({ account }) => account.email === email)

/** Sends the printed curl without a curl, which a machine need not have. */
function pushCurl(): Promise<Response> {
  const [, method = '', url = ''] = /^curl -X (\w+) '([^']+)'/m.exec(demo.printed) ?? []
  const headers = [...demo.printed.matchAll(/-H '([^:]+): ([^']+)'/g)].map(([, name, value]) => [name, value])
  const body = /^ {2}-d '(.+)'$/m.exec(demo.printed)?.[1] ?? ''
  return fetch(url, { method, headers: headers as [string, string][], body })
}

/** A browser without scripts that clicks a tile and presses on to the last page. */
async function clickTile(name: string): Promise<{ url: string; html: string }> {
  const tiles = places()[1] ?? ''
  const page = await (await fetch(tiles)).text()
  const href = page.match(new RegExp(`href="([^"]+)"><b>${name}`))?.[1]?.replaceAll('&#38;', '&')
  const form = await (await fetch(new URL(href ?? '', tiles))).text()
  const action = /action="([^"]+)"/.exec(form)?.[1] ?? ''
  const response = /name="SAMLResponse" value="([^"]+)"/.exec(form)?.[1] ?? ''
  const cookies = new Map<string, string>()
  let url = action
  let answer = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ SAMLResponse: response }),
    redirect: 'manual',
  })
  for (let hops = 0; answer.headers.has('location') && hops < 6; hops += 1) {
    for (const cookie of answer.headers.getSetCookie()) {
      const [, key = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      cookies.set(key, value)
    }
    url = new URL(answer.headers.get('location') ?? '', url).href
    const cookie = [...cookies].map(([key, value]) => `${key}=${value}`).join('; ')
    answer = await fetch(url, { headers: { cookie }, redirect: 'manual' })
  }
  return { url, html: await answer.text() }
}

describe('the demo', () => {
  test('prints addresses that each answer a page', async () => {
    expect(places()).toHaveLength(4)
    for (const url of places()) {
      const answer = await fetch(url)
      expect([url, answer.status]).toEqual([url, 200])
      expect(await answer.text()).toContain('<h1')
    }
  })

  test('shows its people, and the invitation that waits in the mailbox', async () => {
    const page = await (await fetch(places()[0] ?? '')).text()
    for (const text of ['Olga Brandt', 'owner', 'Mia Okafor', 'ana@juniper.example', 'pending']) {
      expect(page).toContain(text)
    }
    expect(page).not.toContain('Uma Patel')
    const mailbox = async () => (await fetch(places()[2] ?? '')).text()
    const mailed = await eventually(async () =>
      (await mailbox()).includes('Ben Ito invited you to Juniper Studio'),
    )
    expect(mailed).toBe(true)
  })

  test('signs the invited person in by a click on her tile, and she joins as she was invited', async () => {
    const { url, html } = await clickTile('Ana Ruiz')
    expect(new URL(url).pathname).toBe('/welcome')
    expect(html).toContain('Welcome, Ana Ruiz')
    expect(await memberOf('ana@juniper.example')).toMatchObject({
      role: 'editor',
      projects: ['handbook'],
      status: 'active',
    })
  })

  test('pushes a person by the printed curl, who is a member with the mapped role, sent twice or once', async () => {
    expect(await memberOf('uma@juniper.example')).toBeUndefined()
    for (const _ of [1, 2]) {
      expect((await pushCurl()).status).toBe(200)
      expect(await memberOf('uma@juniper.example')).toMatchObject({
        role: 'editor',
        projects: ['website'],
        status: 'active',
      })
    }
  })

  test('finds everything as it was left at the next start', async () => {
    const before = await members()
    await stop(demo)
    demo = await startDemo(await freePort())
    expect(await members()).toEqual(before)
    expect((await pushCurl()).status).toBe(200)
    expect((await clickTile('Ben Ito')).html).toContain('Welcome, Ben Ito')
    expect(await members()).toHaveLength(before.length)
  }, 150_000)
})
