// The log of a directory's requests as tests read it.
import { expect } from '@jest/globals'
import type { Finding } from '../../src/domain/directory-request.ts'
import { type TestDirectory, USER } from './directory.ts'

export interface Line {
  method: string
  path: string
  status: number
  requestBody: string | null
  responseBody: string | null
  userAgent: string | null
  credential: string | null
  findings: Finding[]
  lostBefore: number
}

/** The log as an administrator reads it, newest first. */
export async function logged(directory: TestDirectory, query = ''): Promise<Line[]> {
  const answer = await directory.api
    .get(`/api/v1/directories/${directory.id}/requests${query}`)
    .set(directory.root)
  expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 })
  return answer.body.items
}

/** The findings of the newest line, without their advice. */
export async function found(
  directory: TestDirectory,
): Promise<Pick<Finding, 'level' | 'code' | 'message'>[]> {
  const [line] = await logged(directory, '?limit=1')
  return (line?.findings ?? []).map(({ level, code, message }) => ({ level, code, message }))
}

/** The body of a person who has a work address in the directory's own domain. */
export const person = (directory: TestDirectory, name: string, more = {}) => ({
  schemas: [USER],
  userName: `${name}@${directory.domain}`,
  active: true,
  emails: [{ value: `${name}@${directory.domain}`, type: 'work', primary: true }],
  ...more,
})
