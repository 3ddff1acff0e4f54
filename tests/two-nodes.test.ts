// Two servers on one database: what one of them began, the other goes on with, because nothing of it lies in a process.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { formats } from '../idp-fixtures/response.ts'
import { freshDatabaseUrl } from './support/database.ts'
import { testProvider } from './support/identity-provider.ts'
import {
  buildProgram,
  freePort,
  freshFolder,
  type ServerProcess,
  startProcess,
} from './support/server-process.ts'

const ROOT = `key_${'n'.repeat(43)}`

let one: ServerProcess
let two: ServerProcess

beforeAll(async () => {
  await buildProgram()
  const port = String(await freePort())
  const shared = {
    DATABASE_URL: await freshDatabaseUrl(),
    DATA_DIR: freshFolder(),
    SECRET_KEY: 'k'.repeat(40),
    ROOT_API_KEY: ROOT,
    PUBLIC_URL: `http://127.0.0.1:${port}`,
  }
  one = await startProcess({ ...shared, PORT: port })
  two = await startProcess(shared)
}, 120_000)

describe('two servers on one database', () => {
  let organizationId: string

  test('see at once what the other wrote', async () => {
    organizationId = (await api(one, 'POST', '/organizations', { name: 'Acme', slug: 'acme' })).id
    await api(one, 'POST', `/organizations/${organizationId}/projects`, { slug: 'site', name: 'Site' })
    const seen = await api(two, 'GET', `/organizations/acme`)
    expect(seen.id).toBe(organizationId)
  })

  test('carry one person’s sign-in from the start at the one to the session at the other', async () => {
    const domain = await api(one, 'POST', `/organizations/${organizationId}/domains`, { domain: 'acme.test' })
    await api(two, 'POST', `/organizations/${organizationId}/domains/${domain.id}/verification`, {
      attested: true,
    })
    const provider = await testProvider()
    const connection = await api(one, 'POST', `/organizations/${organizationId}/connections`, {
      name: 'IdP',
      metadataXml: provider.metadataXml,
      status: 'active',
    })

    const person = browser()
    const started = await person.get(one, new URL(connection.signInUrl).pathname)
    const request = new URL(started.headers.get('location') ?? '')
    const relayState = request.searchParams.get('RelayState') ?? ''
    const response = provider.respond({
      acsUrl: connection.acsUrl,
      audience: connection.spEntityId,
      nameId: 'u-17',
      format: formats.persistent,
      inResponseTo: await requestIdOf(request),
      now: new Date(),
      attributes: { email: 'ana@acme.test', firstName: 'Ana', lastName: 'Lind' },
    })
    const posted = { SAMLResponse: response.base64, RelayState: relayState }
    const hop = await person.post(two, new URL(connection.acsUrl).pathname, posted)
    expect(hop.status).toBe(303)
    await person.get(one, pathOf(hop.headers.get('location')))

    const session = await person.get(two, '/api/v1/session')
    expect(session.status).toBe(200)
    const known = (await session.json()) as {
      account: { email: string }
      csrfToken: string
      membership: { status: string }
    }
    expect([known.account.email, known.membership.status]).toEqual(['ana@acme.test', 'active'])

    const replayed = await browser().post(one, new URL(connection.acsUrl).pathname, posted)
    expect(replayed.status).toBe(403)

    const ended = await person.call(one, 'DELETE', '/api/v1/session', { 'X-CSRF-Token': known.csrfToken })
    expect(ended.status).toBe(204)
    expect((await person.get(two, '/api/v1/session')).status).toBe(401)
  }, 60_000)

  test('carry one person’s invitation: made at the one, mailed by either, opened, proven and accepted across both', async () => {
    const invited = await api(one, 'POST', `/organizations/${organizationId}/invitations`, {
      email: 'bo@guest.test',
      role: 'editor',
      projects: ['site'],
    })
    const mail = await mailTo('bo@guest.test', 1)
    const link = /http:\/\/[^\s]+\/invitations\/[^\s]+/.exec(mail)?.[0] ?? ''
    const token = new URL(link).hash.slice(1)
    const person = browser()
    let page = await person.read(two, `/invitations/${invited.id}?${token}`)
    const nodes = [one, two]
    for (let step = 0; step < 6; step += 1) {
      const status = (await api(one, 'GET', `/invitations/${invited.id}`)).status
      if (status === 'accepted') break
      const node = nodes[step % 2] as ServerProcess
      page = await person.submit(node, page, async () => sixDigits(await mailTo('bo@guest.test', 2)))
    }
    expect(await api(two, 'GET', `/invitations/${invited.id}`)).toMatchObject({ status: 'accepted' })
    const session = await person.get(two, '/api/v1/session')
    expect(await session.json()).toMatchObject({
      membership: { role: 'editor', projects: ['site'], status: 'active' },
    })
  }, 60_000)

  async function mailTo(address: string, count: number): Promise<string> {
    for (;;) {
      const answer = await fetch(`${two.url}/dev/mailbox.json?to=${encodeURIComponent(address)}`)
      const { items } = (await answer.json()) as { items: { text: string }[] }
      if (items.length >= count) return items[0]?.text ?? ''
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
})

interface Answer {
  id: string
  status: string
  acsUrl: string
  spEntityId: string
  signInUrl: string
}

async function api(node: ServerProcess, method: string, path: string, body?: object): Promise<Answer> {
  const answer = await fetch(`${node.url}/api/v1${path}`, {
    method,
    headers: { Authorization: `Bearer ${ROOT}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as Answer
}

interface Page {
  path: string
  html: string
}

/** A browser without scripts whose cookies go to both nodes, as behind one public address. */
function browser() {
  const cookies = new Map<string, string>()
  const call = async (
    node: ServerProcess,
    method: string,
    path: string,
    headers: Record<string, string> = {},
    form?: Record<string, string>,
  ): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(`${node.url}${path}`, {
      method,
      redirect: 'manual',
      headers: { Cookie: cookie, ...headers },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    })
    for (const set of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (set.split(';')[0] ?? '').split(/=(.*)/s)
      if (/Max-Age=0|Expires=Thu, 01 Jan 1970/.test(set)) cookies.delete(name)
      else cookies.set(name, value)
    }
    return answer
  }
  const read = async (node: ServerProcess, path: string, answer?: Response): Promise<Page> => {
    let at = path
    let last = answer ?? (await call(node, 'GET', at))
    while (last.status >= 300 && last.status < 400) {
      at = pathOf(last.headers.get('location'))
      last = await call(node, 'GET', at)
    }
    return { path: at, html: await last.text() }
  }
  return {
    call,
    read,
    get: (node: ServerProcess, path: string) => call(node, 'GET', path),
    post: (node: ServerProcess, path: string, form: Record<string, string>) =>
      call(node, 'POST', path, {}, form),
    /** Fills in the page's first form, the code where it asks for one, and presses its first button. */
    submit: async (node: ServerProcess, page: Page, code: () => Promise<string>): Promise<Page> => {
      const form = /<form[\s\S]*?<\/form>/.exec(page.html)?.[0] ?? ''
      const action = unescaped(/<form[^>]*\saction="([^"]*)"/.exec(form)?.[1] ?? page.path)
      const fields: Record<string, string> = {}
      for (const [input] of form.matchAll(/<input[^>]*>/g)) {
        const name = /\sname="([^"]*)"/.exec(input)?.[1]
        if (name === undefined) continue
        const isCode = name === 'code' && !/type="hidden"/.test(input)
        fields[name] = isCode ? await code() : unescaped(/\svalue="([^"]*)"/.exec(input)?.[1] ?? '')
      }
      const button = /<button[^>]*\sname="([^"]*)"[^>]*\svalue="([^"]*)"/.exec(form)
      if (button !== null) fields[button[1] ?? ''] = unescaped(button[2] ?? '')
      return read(
        node,
        action,
        await call(node, 'POST', pathOf(action), { 'Sec-Fetch-Site': 'same-origin' }, fields),
      )
    },
  }
}

function pathOf(location: string | null): string {
  const url = new URL(location ?? '', 'http://here')
  return url.pathname + url.search
}

function unescaped(text: string): string {
  return text
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replaceAll('&amp;', '&')
}

function sixDigits(mail: string): string {
  return (/\b\d{3} ?\d{3}\b/.exec(mail)?.[0] ?? '').replace(' ', '')
}

async function requestIdOf(address: URL): Promise<string> {
  const { inflateRawSync } = await import('node:zlib')
  const deflated = Buffer.from(address.searchParams.get('SAMLRequest') ?? '', 'base64')
  return /\bID="([^"]+)"/.exec(inflateRawSync(deflated).toString('utf8'))?.[1] ?? ''
}
