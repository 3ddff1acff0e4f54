// Recorded Responses of identity providers, each at its own frozen time: to add a case is to add a file to idp-fixtures/saml.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { runChecks } from '../../src/saml/checks.ts'
import { attributeSources, toProfile } from '../../src/saml/profile.ts'
import { verifyResponse } from '../../src/saml/response.ts'

interface Recorded {
  title: string
  now: string
  connection: {
    acsUrl: string
    spEntityId: string
    idpEntityId: string
    preset: string
    maxAssertionMinutes: number
  }
  certificates: string[]
  decryptionKey?: string
  legacy?: { sha1: boolean; encryption: boolean }
  response: string
  expect: { signed: string[]; profile: Record<string, unknown> }
}

const folder = new URL('../../idp-fixtures/saml/', import.meta.url)
const recorded = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Recorded)
const named = recorded.map((one) => [one.title, one] as const)

const verify = (one: Recorded, field = one.response) =>
  verifyResponse({
    field,
    certificates: one.certificates,
    decryptionKeys: one.decryptionKey ? [one.decryptionKey] : [],
    legacy: one.legacy ?? { sha1: false, encryption: false },
  })

test('there are recordings', () => {
  expect(recorded.length).toBeGreaterThanOrEqual(8)
})

test.each(named)('%s is verified, passes every check and gives its Profile', async (_, one) => {
  const verified = await verify(one)
  expect(verified).toMatchObject({ ok: true, signed: one.expect.signed })
  if (!verified.ok || verified.assertion === null) return
  const { head, assertion } = verified
  const report = runChecks({ head, assertion, connection: one.connection, now: new Date(one.now) })
  expect(report.failed).toBeNull()
  expect(toProfile(assertion, assertion.nameId!, attributeSources(one.connection.preset, {}))).toMatchObject(
    one.expect.profile,
  )
})

test.each(named)('%s is refused an hour and a half later, and with one character changed', async (_, one) => {
  const verified = await verify(one)
  if (!verified.ok || verified.assertion === null) throw new Error('it does not verify')
  const later = new Date(Date.parse(one.now) + 95 * 60_000)
  const { head, assertion } = verified
  expect(runChecks({ head, assertion, connection: one.connection, now: later }).failed).not.toBeNull()
  const xml = Buffer.from(one.response, 'base64').toString('utf8')
  const tampered = one.decryptionKey
    ? xml.replace(
        /(CipherValue>.{200})(.)/,
        (_all, before: string, letter: string) => before + (letter === 'A' ? 'B' : 'A'),
      )
    : xml.replace('ana@acme.test', 'anb@acme.test').replace('Ana@acme.test', 'Anb@acme.test')
  expect(tampered).not.toBe(xml)
  expect(await verify(one, Buffer.from(tampered, 'utf8').toString('base64'))).toMatchObject({ ok: false })
})

const judge = (() => {
  try {
    execFileSync('xmlsec1', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    if (process.env.REQUIRE_ALL === '1') throw new Error('xmlsec1 is not installed (apt-get install xmlsec1)')
    process.stderr.write('Skipped: the second opinion of xmlsec1, which is not installed.\n')
    return false
  }
})()

describe('xmlsec1, an independent judge', () => {
  const withJudge = judge ? test : test.skip
  withJudge.each(named)('agrees about %s', (_, one) => {
    const home = mkdtempSync(join(tmpdir(), 'gatehouse-xmlsec-'))
    try {
      writeFileSync(join(home, 'cert.pem'), one.certificates[0]!)
      writeFileSync(join(home, 'response.xml'), Buffer.from(one.response, 'base64'))
      const ids = [
        '--id-attr:ID',
        'urn:oasis:names:tc:SAML:2.0:assertion:Assertion',
        '--id-attr:ID',
        'urn:oasis:names:tc:SAML:2.0:protocol:Response',
      ]
      execFileSync(
        'xmlsec1',
        ['--verify', '--pubkey-cert-pem', join(home, 'cert.pem'), ...ids, join(home, 'response.xml')],
        { stdio: 'pipe' },
      )
    } finally {
      rmSync(home, { recursive: true })
    }
  })
})
