// The mailbox that an employer reads is not the key to the person's account: T-12 and T-37 by way of the primary address.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { finishCodeSignIn } from '../../src/actions/finish-code-sign-in.ts'
import { OUTBOX_PURPOSE } from '../../src/actions/post-mail.ts'
import { startCodeSignIn } from '../../src/actions/start-code-sign-in.ts'
import { inTransaction } from '../../src/actions/transaction.ts'
import { addAddress } from '../../src/store/account-writes.ts'
import { type Client, client, organization } from '../admin/support.ts'

let api: Client
beforeAll(async () => {
  api = await client()
})

interface Known {
  accountId: string
  work: string
}

/** Somebody whom an organization's directory brought, with an account by its domain alone. */
async function provisioned(): Promise<Known> {
  const org = await organization(api)
  const directory = (await api.post(`/organizations/${org.id}/directories`, { name: 'D' })).body
  const { token } = (await api.post(`/directories/${directory.id}/tokens`, { label: 't' })).body
  const work = `ana@${org.domain}`
  const pushed = await api.fresh.api
    .post(`/scim/v2/${directory.id}/Users`)
    .set('Authorization', `Bearer ${token}`)
    .set('Content-Type', 'application/scim+json')
    .send(JSON.stringify({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: work }))
  expect(pushed.status).toBe(201)
  const [account] = (await api.get(`/accounts?email=${work}`)).body.items
  return { accountId: account.id, work }
}

async function byCode(address: string) {
  const key = address
  const browser = `browser-${address}`
  await startCodeSignIn(api.world, { address, key, browser })
  const rows = await api.world.dataSource.query(
    `select payload_encrypted from outbox where kind = 'mail' order by id desc`,
  )
  const { data } = rows
    .map((row: { payload_encrypted: string }) =>
      JSON.parse(api.world.secrets.decrypt(OUTBOX_PURPOSE, row.payload_encrypted)),
    )
    .find((draft: { to: string; kind: string }) => draft.to === address && draft.kind === 'sign-in-code')
  const done = await finishCodeSignIn(api.world, {
    address,
    key,
    code: data.code,
    browser,
    present: null,
    confirmed: false,
  })
  if (done.outcome !== 'signed_in') throw new Error(done.outcome)
  return (await api.get('/session', undefined, { as: done.token })).body
}

async function joinsElsewhere(accountId: string): Promise<string> {
  const other = await organization(api)
  await api.post(`/organizations/${other.id}/members`, { accountId, role: 'owner' })
  return other.id
}

describe('an address that a directory gave', () => {
  test('is primary while it is the only one', async () => {
    const { work } = await provisioned()
    expect((await byCode(work)).account.email).toBe(work)
  })

  for (const by of ['host', 'person'] as const) {
    test(`is primary no longer once the ${by} gives another, and a code at it opens no other organization`, async () => {
      const { accountId, work } = await provisioned()
      const own = `own-${accountId}@mail.test`
      if (by === 'host') await api.post(`/accounts/${accountId}/emails`, { address: own, verified: true })
      else {
        const at = api.world.clock.now()
        const address = {
          address: own,
          key: own,
          verifiedAt: at,
          primary: false,
          givenBy: by,
          restingSince: null,
        }
        await inTransaction(api.world, (tx) => addAddress(tx, accountId, address, 'P1', at))
      }
      const { emails } = (await api.get(`/accounts/${accountId}`)).body
      expect(
        emails.filter((e: { primary: boolean }) => e.primary).map((e: { address: string }) => e.address),
      ).toEqual([own])
      const elsewhere = await joinsElsewhere(accountId)
      const atWork = await byCode(work)
      expect(atWork.ownProofAt).toBeNull()
      expect(atWork.organization?.id).not.toBe(elsewhere)
      expect((await byCode(own)).ownProofAt).not.toBeNull()
    })
  }

  test('does not give way to a claim without proof', async () => {
    const { accountId, work } = await provisioned()
    await api.post(`/accounts/${accountId}/emails`, {
      address: `claim-${accountId}@mail.test`,
      verified: false,
    })
    expect((await byCode(work)).account.email).toBe(work)
  })
})
