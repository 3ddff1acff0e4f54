// The settings: what each variable means when it is unset, and what is said of a wrong one.
import { describe, expect, test } from '@jest/globals'
import { readSettings, type Settings } from '../../src/config/settings.ts'

function settings(environment: Record<string, string>): Settings {
  const read = readSettings(environment)
  if (!read.ok) throw new Error(read.faults.join('\n'))
  return read.settings
}

function faults(environment: Record<string, string>): string[] {
  const read = readSettings(environment)
  return read.ok ? [] : read.faults
}

describe('settings', () => {
  test('need nothing to be set', () => {
    expect(settings({})).toEqual({
      port: 3000,
      host: '127.0.0.1',
      publicUrl: null,
      databaseUrl: null,
      poolSize: 10,
      dataDir: '.gatehouse',
      secretKey: null,
      rootApiKey: null,
      productName: 'Gatehouse',
      trustProxy: 0,
      smtpUrl: null,
      mailFrom: null,
      scimSchemasDir: null,
      dnsServers: null,
      rateLimits: true,
      devClock: false,
      logLevel: 'info',
      production: false,
    })
  })

  test('that are set but empty count as unset', () => {
    expect(settings({ PORT: '', SECRET_KEY: '', PUBLIC_URL: '' })).toEqual(settings({}))
  })

  test('are read as they are written', () => {
    const read = settings({
      PUBLIC_URL: 'https://people.example.com/',
      TRUST_PROXY: '2',
      DNS_SERVERS: '127.0.0.1:5353, [::1]:53,9.9.9.9',
      RATE_LIMITS: 'off',
    })
    expect(read.publicUrl).toBe('https://people.example.com')
    expect(read.trustProxy).toBe(2)
    expect(read.dnsServers).toEqual(['127.0.0.1:5353', '[::1]:53', '9.9.9.9'])
    expect(read.rateLimits).toBe(false)
  })

  test.each([
    ['PORT', 'http'],
    ['PORT', '70000'],
    ['HOST', 'a b'],
    ['PUBLIC_URL', 'people.example.com'],
    ['PUBLIC_URL', 'https://people.example.com/app'],
    ['DATABASE_URL', 'mysql://localhost/x'],
    ['DATABASE_POOL_SIZE', '1'],
    ['SECRET_KEY', 'short'],
    ['ROOT_API_KEY', 'short'],
    ['PRODUCT_NAME', 'Two\nlines'],
    ['TRUST_PROXY', 'yes'],
    ['SMTP_URL', 'mail.example.com'],
    ['MAIL_FROM', 'nobody'],
    ['DNS_SERVERS', 'dns.example.com'],
    ['RATE_LIMITS', 'true'],
    ['DEV_CLOCK', '1'],
    ['LOG_LEVEL', 'loud'],
  ])('wrong in %s=%j are told in one line that names it and what is accepted', (name, value) => {
    const told = faults({ [name]: value })
    expect(told).toHaveLength(1)
    expect(told[0]).toMatch(new RegExp(`^${name} .+: accepted is .+`))
    expect(told[0]).not.toContain('\n')
  })

  test('never repeat a secret that was wrong', () => {
    const told = faults({
      SECRET_KEY: 'hunter2',
      ROOT_API_KEY: 'hunter3',
      DATABASE_URL: 'pg://u:hunter4@h/d',
    })
    expect(told).toHaveLength(3)
    expect(told.join()).not.toContain('hunter')
  })

  test('in production want a SECRET_KEY beside DATABASE_URL, and no movable clock', () => {
    const production = { NODE_ENV: 'production', DATABASE_URL: 'postgres://u:p@h/d' }
    expect(faults(production)).toEqual([expect.stringMatching(/^SECRET_KEY is not set/)])
    expect(faults({ ...production, SECRET_KEY: 's'.repeat(32), DEV_CLOCK: 'on' })).toEqual([
      expect.stringMatching(/^DEV_CLOCK is on/),
    ])
    expect(faults({ ...production, SECRET_KEY: 's'.repeat(32) })).toEqual([])
  })
})
