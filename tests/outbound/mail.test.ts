// Mails from the deed that posts them to the server that takes them.
import { afterEach, describe, expect, test } from '@jest/globals'
import { claimMails } from '../../src/actions/claim-mails.ts'
import { listMailbox } from '../../src/actions/list-mailbox.ts'
import { postMail } from '../../src/actions/post-mail.ts'
import { settleMail } from '../../src/actions/settle-mail.ts'
import { inTransaction } from '../../src/actions/transaction.ts'
import type { World } from '../../src/actions/world.ts'
import type { MailDraft } from '../../src/domain/mail.ts'
import { type Outbound, startOutbound } from '../../src/outbound/outbound.ts'
import { freshWorld } from '../support/world.ts'
import { eventually, invitation, later, member, organization, rows } from './fixtures.ts'
import { smtpReceiver } from './smtp-receiver.ts'

const started: { stop(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const one of started.splice(0).reverse()) await one.stop()
})

function carry(world: World): Outbound {
  const outbound = startOutbound(world)
  started.push(outbound)
  return outbound
}

async function mailServer(refuse?: (recipient: string, count: number) => string | null) {
  const server = await smtpReceiver(refuse)
  started.push({ stop: server.close })
  return server
}

const post = (world: World, draft: MailDraft) => inTransaction(world, (tx) => postMail(tx, world, draft))
const outbox = (world: World, id: string) =>
  rows<{ state: string; payload_encrypted: string | null; attempts: number; last_error: string | null }>(
    world,
    'select state, payload_encrypted, attempts, last_error from outbox where id = $1',
    [id],
  ).then(([row]) => row)
const settled = (world: World, id: string, state: string) =>
  eventually(async () => {
    const row = await outbox(world, id)
    return row?.state === state ? row : null
  })
const delivery = (world: World, id: string) =>
  rows<{ status: string; status_detail: string | null }>(
    world,
    'select status, status_detail from deliveries where id = $1',
    [id],
  ).then(([row]) => row)

const TOKEN = `inv_${'k'.repeat(43)}`

async function invited(world: World) {
  const organizationId = await organization(world)
  const inviterAccountId = await member(world, organizationId, 'Ben Ito', 'ben@acme.test')
  const { id, deliveryId, email } = await invitation(world, { organizationId, inviterAccountId })
  const draft: MailDraft = {
    kind: 'invitation',
    to: email,
    organizationId,
    deliveryId,
    data: { token: TOKEN, code: 'K7QM-4D2P' },
  }
  return { organizationId, invitationId: id, deliveryId, email, draft }
}

describe('a mail to a mail server', () => {
  test('arrives as its reader should see it, and its secret is erased', async () => {
    const smtp = await mailServer()
    const world = await freshWorld({ settings: { mail: { smtpUrl: smtp.url, from: 'Hq <hq@mail.test>' } } })
    carry(world)
    const { draft, deliveryId, invitationId } = await invited(world)
    const id = await post(world, draft)
    const row = await settled(world, id, 'done')

    expect(row.payload_encrypted).toBeNull()
    expect(smtp.taken).toHaveLength(1)
    const [{ parsed, recipients, raw } = { parsed: null, recipients: [], raw: '' }] = smtp.taken
    expect(recipients).toEqual(['ana@other.test'])
    expect(parsed?.from?.value).toEqual([{ name: 'Acme via Acme', address: 'hq@mail.test' }])
    expect(parsed?.replyTo?.value[0]?.address).toBe('ben@acme.test')
    expect(parsed?.headers.get('auto-submitted')).toBe('auto-generated')
    expect(parsed?.messageId).toBe(`<${id}@mail.test>`)
    expect(parsed?.text).toContain(`http://gatehouse.test/invitations/${invitationId}#t=${TOKEN}`)
    expect(parsed?.html).toContain('K7QM-4D2P')
    expect(raw).toMatch(/^Content-Type: multipart\/alternative/im)
    expect(await delivery(world, deliveryId)).toEqual({ status: 'sent', status_detail: null })
    expect(await rows(world, "select type from events where type like 'invitation.mail%'")).toEqual([
      { type: 'invitation.mail_sent' },
    ])
  })

  test('does not leave when the deed rolls back', async () => {
    const world = await freshWorld()
    carry(world)
    const failed = inTransaction(world, async (tx) => {
      await postMail(tx, world, { kind: 'sign-in-code', to: 'never@acme.test', data: { code: '123456' } })
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    await settled(
      world,
      await post(world, { kind: 'sign-in-code', to: 'later@acme.test', data: { code: '123456' } }),
      'done',
    )
    expect((await listMailbox(world)).map(({ to }) => to)).toEqual(['later@acme.test'])
  })

  test('that refuses the recipient for good bounces: the Delivery says why, the inviter is told, nothing is tried again', async () => {
    const smtp = await mailServer((to) => (to.startsWith('ana') ? '550 no such mailbox' : null))
    const world = await freshWorld({ settings: { mail: { smtpUrl: smtp.url, from: 'hq@mail.test' } } })
    carry(world)
    const { draft, deliveryId } = await invited(world)
    const row = await settled(world, await post(world, draft), 'failed')
    expect(row.payload_encrypted).toBeNull()
    expect(await delivery(world, deliveryId)).toMatchObject({
      status: 'bounced',
      status_detail: expect.stringContaining('no such mailbox'),
    })
    await eventually(async () => smtp.taken[0])
    expect(smtp.taken[0]?.recipients).toEqual(['ben@acme.test'])
    expect(smtp.taken[0]?.parsed.subject).toContain('ana@other.test')
  })

  test('that is busy is tried again later, by the product’s clock', async () => {
    const smtp = await mailServer((_, count) => (count === 1 ? '451 try later' : null))
    const world = await freshWorld({ settings: { mail: { smtpUrl: smtp.url, from: 'hq@mail.test' } } })
    carry(world)
    const { draft, deliveryId } = await invited(world)
    const id = await post(world, draft)
    await eventually(async () => (await delivery(world, deliveryId))?.status === 'deferred')
    expect(await outbox(world, id)).toMatchObject({ state: 'queued', attempts: 1 })
    expect(smtp.taken).toHaveLength(0)
    later(world, 60)
    expect(await settled(world, id, 'done')).toMatchObject({ attempts: 2 })
    expect(await delivery(world, deliveryId)).toEqual({ status: 'sent', status_detail: null })
    expect(smtp.taken).toHaveLength(1)
  })

  test('that is away for days is given up, and the Delivery says so', async () => {
    const world = await freshWorld({
      settings: { mail: { smtpUrl: 'smtp://127.0.0.1:1', from: 'hq@mail.test' } },
    })
    const { draft, deliveryId } = await invited(world)
    const id = await post(world, draft)
    carry(world)
    await eventually(async () => {
      later(world, 12 * 3600)
      return (await outbox(world, id))?.state === 'failed'
    })
    expect((await delivery(world, deliveryId))?.status).toBe('bounced')
  })
})

describe('a posted mail', () => {
  test('stands in the outbox encrypted', async () => {
    const world = await freshWorld()
    const { draft } = await invited(world)
    const row = await outbox(world, await post(world, draft))
    expect(row?.payload_encrypted).toMatch(/^[\w-]{40,}$/)
    const dump = JSON.stringify(await rows(world, 'select * from outbox'))
    expect(dump).not.toContain(TOKEN)
    expect(dump).not.toContain('4D2P')
  })

  test('is carried again when its carrier dies between claim and send', async () => {
    const world = await freshWorld()
    const id = await post(world, { kind: 'joined', to: 'ana@acme.test' })
    const options = { limit: 5, leaseSeconds: 180, except: [] }
    const [dead] = await claimMails(world, options)
    expect(dead?.id).toBe(id)
    expect(await claimMails(world, options)).toEqual([])
    world.clock.advance(181)
    const [alive] = await claimMails(world, options)
    expect(alive).toMatchObject({ id, attempts: 2 })
  })

  test('keeps the word of its last attempt when an earlier one comes back from the dead', async () => {
    const world = await freshWorld()
    const { draft, deliveryId } = await invited(world)
    const id = await post(world, draft)
    const options = { limit: 5, leaseSeconds: 180, except: [] }
    const [early] = await claimMails(world, options)
    world.clock.advance(181)
    const [late] = await claimMails(world, options)
    if (!early || !late) throw new Error('both attempts claim the row')
    await settleMail(world, late, { outcome: 'sent' })
    await settleMail(world, early, { outcome: 'bounced', detail: 'too late' })
    expect(await outbox(world, id)).toMatchObject({ state: 'done', last_error: null })
    expect((await delivery(world, deliveryId))?.status).toBe('sent')
  })

  test('is taken by one of several nodes that look at once', async () => {
    const world = await freshWorld()
    for (let n = 0; n < 20; n += 1) await post(world, { kind: 'joined', to: `p${n}@acme.test` })
    const looks = await Promise.all(
      [1, 2, 3, 4].map(() => claimMails(world, { limit: 20, leaseSeconds: 180, except: [] })),
    )
    const ids = looks.flat().map(({ id }) => id)
    expect(ids).toHaveLength(20)
    expect(new Set(ids).size).toBe(20)
  })

  test.each(['revoked', 'superseded'])('of an invitation that is %s meanwhile is dropped', async (status) => {
    const world = await freshWorld()
    const { draft, invitationId } = await invited(world)
    const id = await post(world, draft)
    await rows(world, 'update invitations set status = $2 where id = $1', [invitationId, status])
    carry(world)
    expect((await settled(world, id, 'done')).last_error).toBe(`the invitation is ${status}`)
    expect(await listMailbox(world)).toEqual([])
  })

  test('with a link that was replaced is dropped', async () => {
    const world = await freshWorld()
    const { draft, deliveryId } = await invited(world)
    const id = await post(world, draft)
    await rows(world, 'update deliveries set replaced_at = now() where id = $1', [deliveryId])
    carry(world)
    expect((await settled(world, id, 'done')).last_error).toBe('the link was replaced')
  })

  test('with a code that has run out is dropped', async () => {
    const world = await freshWorld()
    const id = await post(world, { kind: 'proof-code', to: 'ana@acme.test', data: { code: '123456' } })
    world.clock.advance(11 * 60)
    carry(world)
    expect((await settled(world, id, 'done')).last_error).toBe('the code has run out')
  })

  test('that another SECRET_KEY sealed fails without holding up the others', async () => {
    const world = await freshWorld()
    const id = await post(world, { kind: 'joined', to: 'ana@acme.test' })
    await rows(world, "update outbox set payload_encrypted = 'x' || payload_encrypted where id = $1", [id])
    const other = await post(world, { kind: 'joined', to: 'bob@acme.test' })
    carry(world)
    await settled(world, other, 'done')
    expect((await settled(world, id, 'failed')).attempts).toBe(1)
  })
})

describe('the development mailbox', () => {
  test('shows the newest mail first, and those of one address by its key', async () => {
    const world = await freshWorld()
    carry(world)
    for (const to of ['Ana@Acme.test', 'bob@acme.test', 'ana@acme.test']) {
      await settled(world, await post(world, { kind: 'joined', to }), 'done')
    }
    expect((await listMailbox(world)).map(({ to }) => to)).toEqual([
      'ana@acme.test',
      'bob@acme.test',
      'Ana@Acme.test',
    ])
    const [mail] = await listMailbox(world, { to: 'ANA@acme.test' })
    expect(mail).toMatchObject({
      to: 'ana@acme.test',
      from: '"Acme" <no-reply@acme.test>',
      replyTo: null,
      subject: expect.any(String),
      text: expect.any(String),
      html: expect.any(String),
      headers: { 'Auto-Submitted': 'auto-generated' },
      sentAt: expect.any(Date),
    })
    expect(await listMailbox(world, { to: 'ANA@acme.test' })).toHaveLength(2)
  })

  test.each([{ production: true }, { mail: { smtpUrl: 'smtp://127.0.0.1:1', from: 'a@b.test' } }])(
    'does not exist where mail is sent or in production: %j',
    async (settings) => {
      const world = await freshWorld({ settings })
      await expect(listMailbox(world)).rejects.toMatchObject({ kind: 'not_found' })
    },
  )
})
