// The fixture identity provider as a server: a page of people as tiles, IdP-initiated and SP-initiated sign-in, metadata.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inflateRawSync } from 'node:zlib'
import { makeProvider, type Provider, type ProviderKey } from './provider.ts'
import { escapeText } from './response.ts'

export interface FixturePerson {
  nameId: string
  email: string
  firstName: string
  lastName: string
  groups?: readonly string[]
}

/** The service provider that the tiles lead to. */
export interface FixtureTarget {
  acsUrl: string
  spEntityId: string
  /** The product's name on the tiles. */
  title: string
}

export interface FixtureIdp {
  url: string
  provider: Provider
  /** Set once the Connection exists; until then the tiles say so. */
  target(target: FixtureTarget): void
  close(): Promise<void>
}

interface State {
  provider: Provider
  people: readonly FixturePerson[]
  target: FixtureTarget | null
}

/** Starts it on 127.0.0.1; port 0 takes a free one. */
export async function startFixtureIdp(
  key: ProviderKey,
  people: readonly FixturePerson[],
  port = 0,
): Promise<FixtureIdp> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const state: State = { provider: makeProvider(`${url}/metadata`, `${url}/sso`, key), people, target: null }
  server.on('request', (req, res) => answer(state, req, res))
  return {
    url,
    provider: state.provider,
    target: (target) => {
      state.target = target
    },
    close: () => close(server),
  }
}

function answer(state: State, req: IncomingMessage, res: ServerResponse): void {
  const url = new URL(req.url ?? '/', state.provider.ssoUrl)
  const known = ['/', '/metadata', '/sso', '/tile'].includes(url.pathname)
  if (!known || (req.method !== 'GET' && req.method !== 'HEAD')) {
    send(res, known ? 405 : 404, 'text/plain', known ? 'Only GET.' : 'Not here.')
  } else if (url.pathname === '/metadata') {
    send(res, 200, 'application/samlmetadata+xml', state.provider.metadataXml)
  } else if (url.pathname === '/tile') {
    tile(state, url, res)
  } else {
    choose(state, url, res)
  }
}

/** The page of people: at `/` each tile starts at the provider, at `/sso` it answers the request that came with it. */
function choose(state: State, url: URL, res: ServerResponse): void {
  const asked = url.pathname === '/sso' ? readRequest(url.searchParams.get('SAMLRequest') ?? '') : null
  if (url.pathname === '/sso' && asked === null) {
    send(res, 400, 'text/plain', 'This is no AuthnRequest.')
    return
  }
  const relayState = url.searchParams.get('RelayState') ?? ''
  const tiles = state.people.map((person) => {
    const query = new URLSearchParams({ person: person.nameId })
    if (asked) query.set('answers', asked.id)
    if (asked) query.set('to', asked.acsUrl)
    if (relayState !== '') query.set('RelayState', relayState)
    const groups = person.groups?.length
      ? `<br><small>${person.groups.map(escapeText).join(', ')}</small>`
      : ''
    return `<a class="tile" href="/tile?${escapeText(query.toString())}"><b>${escapeText(`${person.firstName} ${person.lastName}`)}</b><br>${escapeText(person.email)}${groups}</a>`
  })
  const heading = asked ? 'Who signs in?' : `Open ${escapeText(state.target?.title ?? 'the application')} as`
  send(res, 200, 'text/html', page(heading, tiles.join('')))
}

/** The answer for one person: a form that carries the Response to the service provider, sent by a script or by its button. */
function tile(state: State, url: URL, res: ServerResponse): void {
  const person = state.people.find((one) => one.nameId === url.searchParams.get('person'))
  if (person === undefined || state.target === null) {
    send(res, 404, 'text/plain', person ? 'No service provider is connected yet.' : 'Nobody of that name.')
    return
  }
  const { acsUrl, spEntityId } = state.target
  if (url.searchParams.has('to') && url.searchParams.get('to') !== acsUrl) {
    send(res, 400, 'text/plain', 'The request names an address that is not the service provider’s.')
    return
  }
  const { base64 } = state.provider.respond({
    acsUrl,
    audience: spEntityId,
    nameId: person.nameId,
    now: new Date(),
    inResponseTo: url.searchParams.get('answers') ?? undefined,
    attributes: {
      email: person.email,
      firstName: person.firstName,
      lastName: person.lastName,
      groups: person.groups,
    },
  })
  const relay = url.searchParams.get('RelayState')
  const fields = { SAMLResponse: base64, ...(relay === null ? {} : { RelayState: relay }) }
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${escapeText(value)}">`,
  )
  const form = `<form method="post" action="${escapeText(acsUrl)}">${inputs.join('')}<button>Continue</button></form>`
  send(res, 200, 'text/html', page('One moment', `${form}<script>document.forms[0].submit()</script>`))
}

/** The ID and the answer's address in a redirected AuthnRequest; null where it cannot be read. */
export function readRequest(parameter: string): { id: string; acsUrl: string } | null {
  try {
    const xml = inflateRawSync(Buffer.from(parameter, 'base64'), { maxOutputLength: 65_536 }).toString('utf8')
    const id = /\sID="([^"]+)"/.exec(xml)?.[1]
    const acsUrl = /\sAssertionConsumerServiceURL="([^"]+)"/.exec(xml)?.[1]
    return id && acsUrl ? { id, acsUrl: unescapeText(acsUrl) } : null
  } catch {
    return null
  }
}

function unescapeText(text: string): string {
  return text
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/&lt;/g, '<')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')
}

function page(heading: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${heading} · Fixture identity provider</title>
<style>body{font:16px/1.5 system-ui,sans-serif;margin:3rem auto;max-width:44rem;padding:0 1rem;background:#f4f2ee;color:#222}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:1rem}
.tile{display:block;padding:1rem;background:#fff;border:1px solid #d8d4cb;border-radius:.6rem;color:inherit;text-decoration:none}
.tile:hover,.tile:focus{border-color:#7a5cff}button{font:inherit;padding:.6rem 1.2rem}small{color:#666}</style>
<h1>${heading}</h1><div class="tiles">${body}</div><p><small>An identity provider for trying things out: it asks for no password.</small></p></html>`
}

function send(res: ServerResponse, status: number, type: string, body: string): void {
  res.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' }).end(body)
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
