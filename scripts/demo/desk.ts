// The desk: one page that shows the demo organization's members and invitations, each time read from the API.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { escapeText } from '../../idp-fixtures/response.ts'
import type { Api } from './api.ts'
import type { Demo } from './organization.ts'

interface Member {
  account: { email: string; name: string | null }
  role: string
  projects: string[]
  status: string
  grants: { because: string }[]
}

interface Invitation {
  email: string
  role: string
  projects: string[]
  status: string
  statusReason: string | null
}

/** Starts it on 127.0.0.1. */
export async function startDesk(
  api: Api,
  { organization }: Demo,
  port: number,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((_request, response) => {
    void desk(api, organization).then(
      (html) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html),
      (error: unknown) => response.writeHead(502, { 'content-type': 'text/plain' }).end(String(error)),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve)
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => close(server) }
}

async function desk(api: Api, organization: Demo['organization']): Promise<string> {
  const at = `/organizations/${organization.id}`
  const members = await api.list<Member>(`${at}/members`)
  const invitations = await api.list<Invitation>(`${at}/invitations`)
  return page(organization.name, [
    `<h2>Members</h2>${table(
      ['Person', 'Role', 'Projects', 'Status', 'Because'],
      members.map(({ account, role, projects, status, grants }) => [
        `${account.name ?? ''} <${account.email}>`,
        role,
        projects.join(', '),
        status,
        [...new Set(grants.map(({ because }) => because))].join(' '),
      ]),
    )}`,
    `<h2>Invitations</h2>${table(
      ['Address', 'Role', 'Projects', 'Status'],
      invitations.map(({ email, role, projects, status, statusReason }) => [
        email,
        role,
        projects.join(', '),
        statusReason ? `${status} (${statusReason})` : status,
      ]),
    )}`,
  ])
}

function table(head: string[], rows: string[][]): string {
  const cells = (tag: string, texts: string[]) =>
    texts.map((text) => `<${tag}>${escapeText(text)}</${tag}>`).join('')
  return `<div class="wide"><table><tr>${cells('th', head)}</tr>${rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('')}</table></div>`
}

function page(title: string, parts: string[]): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark"><meta http-equiv="refresh" content="5"><title>${escapeText(title)}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem}h2{margin-top:2rem}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.5rem .75rem;border-bottom:1px solid #8884;vertical-align:top}
th{font-size:.85rem;opacity:.7}</style>
<h1>${escapeText(title)}</h1>${parts.join('')}<p><small>Read from the API every five seconds.</small></p></html>`
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
