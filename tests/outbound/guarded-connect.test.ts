// Which addresses the product connects to when somebody else names them.
import type { LookupAddress } from 'node:dns'
import { describe, expect, test } from '@jest/globals'
import { Agent, request } from 'undici'
import { ADDRESS_REFUSED, guardedConnector } from '../../src/kernel/guarded-connect.ts'
import { isPublicAddress } from '../../src/kernel/public-address.ts'
import { receiver } from './fixtures.ts'

describe('an address', () => {
  test.each([
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '192.0.0.192',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd12::1',
    'ff02::1',
    '64:ff9b::a00:1',
    '2002:7f00:1::',
    '::ffff:10.0.0.1',
    '::ffff:a00:1',
    '2001:db8::1',
    '2001::1',
    'localhost',
    '',
  ])('that is not public is refused everywhere: %s', (address) => {
    expect(isPublicAddress(address, true)).toBe(false)
    expect(isPublicAddress(address, false)).toBe(false)
  })

  test.each(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])(
    'of this machine is for development alone: %s',
    (address) => {
      expect(isPublicAddress(address, true)).toBe(true)
      expect(isPublicAddress(address, false)).toBe(false)
    },
  )

  test.each(['1.1.1.1', '172.32.0.1', '198.20.0.1', '2606:4700::1111', '2a00:1450::1'])(
    'that is public is taken: %s',
    (address) => {
      expect(isPublicAddress(address, false)).toBe(true)
    },
  )
})

describe('a connection', () => {
  const outcome = async (
    url: string,
    options: { loopback: boolean; names?: Record<string, LookupAddress[]> },
  ) => {
    const lookup = ((
      name: string,
      _: unknown,
      callback: (error: Error | null, found: LookupAddress[]) => void,
    ) => callback(null, options.names?.[name] ?? [])) as unknown as typeof import('node:dns').lookup
    const agent = new Agent({
      connect: guardedConnector({ allowLoopback: options.loopback, connectTimeoutMs: 2000, lookup }),
    })
    try {
      return (await request(url, { dispatcher: agent })).statusCode
    } catch (error) {
      return (error as { code?: string }).code
    } finally {
      await agent.destroy()
    }
  }

  test('to a literal address inside is refused, though nothing is looked up', async () => {
    expect(await outcome('http://169.254.169.254/latest', { loopback: true })).toBe(ADDRESS_REFUSED)
    expect(await outcome('http://[fd00::1]/', { loopback: true })).toBe(ADDRESS_REFUSED)
    expect(await outcome('http://2130706433/', { loopback: false })).toBe(ADDRESS_REFUSED)
    expect(await outcome('http://0x7f.1/', { loopback: false })).toBe(ADDRESS_REFUSED)
  })

  test('to a name is refused when any of its addresses lies inside', async () => {
    const names = {
      'rebound.test': [
        { address: '1.1.1.1', family: 4 },
        { address: '10.0.0.5', family: 4 },
      ],
    }
    expect(await outcome('http://rebound.test/', { loopback: true, names })).toBe(ADDRESS_REFUSED)
  })

  test('goes to the address that was looked at', async () => {
    const here = await receiver(() => 204)
    const names = { 'hooks.test': [{ address: '127.0.0.1', family: 4 }] }
    const url = here.url.replace('127.0.0.1', 'hooks.test')
    expect(await outcome(url, { loopback: true, names })).toBe(204)
    expect(await outcome(url, { loopback: false, names })).toBe(ADDRESS_REFUSED)
    expect(here.received).toHaveLength(1)
    await here.close()
  })
})
