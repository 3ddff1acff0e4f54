// Rows that the outbox's tests start from, and servers that receive what leaves it.
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { recordEvent } from '../../src/actions/record-event.ts'
import { inTransaction } from '../../src/actions/transaction.ts'
import { newWebhookSecret, WEBHOOK_PURPOSE } from '../../src/actions/webhook-secret.ts'
import type { World } from '../../src/actions/world.ts'
import { newId } from '../../src/kernel/ids.ts'
import { insertEndpoint } from '../../src/store/webhooks.ts'

export async function organization(world: World, name = 'Acme'): Promise<string> {
  const id = newId()
  await world.dataSource.query(
    `insert into organizations (id, name, slug, policies, created_at) values ($1, $2, $3, '{}', $4)`,
    [id, name, `org-${id}`, world.clock.now()],
  )
  return id
}

/** An account with one verified address that is a member of the organization. */
export async function member(world: World, organizationId: string, name: string, email: string) {
  const accountId = newId()
  const at = world.clock.now()
  await world.dataSource.query('insert into accounts (id, name, created_at) values ($1, $2, $3)', [
    accountId,
    name,
    at,
  ])
  await world.dataSource.query(
    `insert into account_addresses (id, account_id, address, key, verified_at, is_primary, given_by, created_at)
     values ($1, $2, $3, $3, $4, true, 'host', $4)`,
    [newId(), accountId, email, at],
  )
  await world.dataSource.query(
    `insert into memberships (id, organization_id, account_id, status, role, email, email_key, created_at, updated_at)
     values ($1, $2, $3, 'active', 'admin', $4, $4, $5, $5)`,
    [newId(), organizationId, accountId, email, at],
  )
  return accountId
}

export interface InvitationRows {
  organizationId: string
  inviterAccountId?: string | null
  email?: string
  message?: string | null
  role?: string
}

/** A pending invitation with one queued Delivery by mail. */
export async function invitation(world: World, rows: InvitationRows) {
  const id = newId()
  const deliveryId = newId()
  const { organizationId, inviterAccountId = null, email = 'ana@other.test' } = rows
  const at = world.clock.now()
  await world.dataSource.query(
    `insert into invitations (id, organization_id, email, key, role, project_ids, expires_at, message, invited_by_type,
       inviter_account_id, granting, status, created_at, updated_at)
     values ($1, $2, $3, $3, $4, '{}', $5, $6, $7, $8, true, 'pending', $9, $9)`,
    [
      id,
      organizationId,
      email,
      rows.role ?? 'editor',
      new Date(at.getTime() + 7 * 86_400_000),
      rows.message ?? null,
      inviterAccountId ? 'member' : 'host',
      inviterAccountId,
      at,
    ],
  )
  await world.dataSource.query(
    `insert into deliveries (id, invitation_id, channel, token_hash, code_hash, status, created_at)
     values ($1, $2, 'email', $3, 'x', 'queued', $4)`,
    [deliveryId, id, Buffer.from(deliveryId), at],
  )
  return { id, deliveryId, email }
}

export async function endpoint(
  world: World,
  url: string,
  events = ['*'],
  organizationId: string | null = null,
) {
  const id = newId()
  const secret = newWebhookSecret()
  await inTransaction(world, (tx) =>
    insertEndpoint(tx, {
      id,
      organizationId,
      url,
      events,
      secretEncrypted: world.secrets.encrypt(WEBHOOK_PURPOSE, secret),
      createdAt: world.clock.now(),
    }),
  )
  return { id, secret }
}

/** Records one event and answers its id. */
export async function event(world: World, organizationId: string, type = 'member.joined'): Promise<string> {
  const [id] = await inTransaction(world, (tx) =>
    recordEvent(tx, world, {
      organizationId,
      type,
      actor: { type: 'system', id: null },
      subject: { type: 'member', id: newId(), email: 'ana@acme.test', key: 'ana@acme.test' },
      decision: { rule: 'A1', outcome: 'join', reason: 'joined', nextActor: 'nobody', inputs: { own: 1 } },
    }),
  )
  return id as string
}

export function rows<T>(world: World, sql: string, values: unknown[] = []): Promise<T[]> {
  return world.dataSource.query(sql, values)
}

/** Moves the clock on and wakes the carrier, so that what waits is looked at now. */
export function later(world: World, seconds: number): void {
  world.clock.advance(seconds)
  world.onOutbox?.()
}

/** Asks until `look` answers something; the test's own time limit ends the asking. */
export async function eventually<T>(look: () => Promise<T | undefined | null | false>): Promise<T> {
  for (;;) {
    const found = await look()
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** A status, with header fields or not; null never answers. */
type Answer = number | null | { status: number; headers: Record<string, string> }

export interface Received {
  headers: IncomingMessage['headers']
  body: string
}

/** An endpoint on this machine: answers what `answer` says, or nothing at all while it says null. */
export async function receiver(answer: (received: Received, count: number) => Answer) {
  const received: Received[] = []
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const one = { headers: request.headers, body: Buffer.concat(chunks).toString('utf8') }
      received.push(one)
      const given = answer(one, received.length)
      if (given === null) return
      const { status, headers } = typeof given === 'number' ? { status: given, headers: {} } : given
      response.writeHead(status, headers).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    received,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
