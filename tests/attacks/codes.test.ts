// Guesses at codes from everywhere at once, and proofs that prove less than they are taken for.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { openSession } from '../../src/actions/open-session.ts'
import { inTransaction } from '../../src/actions/transaction.ts'
import type { SessionProof } from '../../src/domain/session.ts'
import { type Client, client, organization, person } from '../admin/support.ts'
import { openBrowser } from '../pages/browser.ts'

let api: Client
beforeAll(async () => {
  api = await client({ settings: { rateLimits: true, trustProxy: 1 } })
})

const network = (n: number) => ({ 'X-Forwarded-For': `2001:4860:${n.toString(16)}::1` })

describe('T-39: codes to one address', () => {
  test('are not to be had without end by asking from ever new networks', async () => {
    const browser = openBrowser(api.fresh.app)
    await browser.open('/sign-in')
    const hidden = browser.page.forms[0]?.hidden ?? {}
    let sent = 0
    for (let n = 1; n <= 130; n += 1) {
      const shown = await browser.post('/sign-in/code', { ...hidden, email: 'ana@code.test' }, network(n))
      if (shown.status === 200) sent += 1
    }
    expect(sent).toBe(100)
    const other = await browser.post('/sign-in/code', { ...hidden, email: 'ben@code.test' }, network(1))
    expect(other.status).toBe(200)
  })
})

describe('an own proof', () => {
  async function sessionBy(proofType: SessionProof, accountId: string, proofKey: string | null) {
    const opened = await inTransaction(api.world, (tx) =>
      openSession(tx, api.world, { accountId, organizationId: null, proofType, proofKey }),
    )
    return opened.token
  }

  test('T-12: is not made by a second code at the address that already opened no account settings', async () => {
    const org = await organization(api)
    const ana = await person(api, org, 'viewer')
    const second = `second-${ana.email}`
    await api.post(`/accounts/${ana.accountId}/emails`, { address: second, verified: true })
    const as = await sessionBy('code', ana.accountId, second)
    const refused = await api.post('/session/proofs', { address: second }, { as })
    expect([refused.status, refused.body.code]).toEqual([403, 'own_proof_required'])
    expect((await api.post('/session/proofs', { address: ana.email }, { as })).status).toBe(201)
    const whole = await sessionBy('code', ana.accountId, ana.email)
    expect((await api.post('/session/proofs', { address: second }, { as: whole })).status).toBe(201)
  })

  test('T-37: is not to be guessed from ever new networks by whoever holds a session', async () => {
    const org = await organization(api)
    const ana = await person(api, org, 'viewer')
    let sent = 0
    for (let n = 1; n <= 35; n += 1) {
      const asked = await api.post('/session/proofs', undefined, { as: ana.token, headers: network(n) })
      if (asked.status === 201) sent += 1
    }
    expect(sent).toBe(30)
  })
})
