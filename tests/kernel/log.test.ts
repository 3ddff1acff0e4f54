// The log: what is a secret by its name is not in it.
import { expect, test } from '@jest/globals'
import { createLog } from '../../src/kernel/log.ts'

test('secrets are taken out of the log by their names, at the top and below', () => {
  const lines: string[] = []
  const log = createLog('info', { write: (line: string) => lines.push(line) })
  log.info({
    token: 'tok-1',
    headers: { authorization: 'Bearer tok-2', cookie: 'tok-3' },
    mail: { data: { code: 'tok-4' } },
  })
  log.info({ user: { password: 'tok-5' }, path: '/invitations/1' }, 'seen')
  expect(lines).toHaveLength(2)
  expect(lines.join('')).not.toContain('tok-')
  expect(lines.join('')).toContain('/invitations/1')
})
