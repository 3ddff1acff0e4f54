// Exchanges recorded from identity providers, each file of `idp-fixtures/scim` one conversation with a directory of its own.
import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { type FreshApp, freshApp } from '../support/app.ts'
import { type Body, bodyOf, type Method, type TestDirectory, testDirectory } from './directory.ts'

interface Recording {
  title: string
  preset: string
  headers: Record<string, string>
  /** Roles that groups of these names give. */
  mappings?: Record<string, string>
  exchanges: {
    name: string
    request: { method: string; path: string; headers?: Record<string, string>; body?: unknown }
    /** `body` must be found in the answer; lists in full, in any order where `unordered` names their path. */
    response: { status: number; body?: unknown; present?: string[]; absent?: string[]; unordered?: string[] }
    /** Keeps the answer under a name, for `{{name.id}}` in what follows. */
    save?: string
    /** What has become of people: status and role by address, null where nobody is a member; and who is in which group. */
    then?: { members?: Record<string, string | null>; groups?: Record<string, string[]> }
  }[]
}

const folder = new URL('../../idp-fixtures/scim/', import.meta.url)
const recordings = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name): [string, Recording] => [name, JSON.parse(readFileSync(new URL(name, folder), 'utf8'))])

let app: FreshApp
beforeAll(async () => {
  app = await freshApp()
})

describe.each(recordings)('%s', (_, recording) => {
  test(`${recording.title}: every answer, and what becomes of people, is as it expects`, async () => {
    const directory = await testDirectory(recording.preset, { beside: app })
    if (recording.mappings) await map(directory, recording.mappings)
    const saved: Body = { domain: directory.domain }
    for (const { name, request, response: expected, save, then } of recording.exchanges) {
      const path = filled(request.path, saved, encodeURIComponent)
      const call = directory.call(request.method.toLowerCase() as Method, path)
      for (const [header, value] of Object.entries({ ...recording.headers, ...request.headers }))
        call.set(header, filled(value, saved))
      const sent =
        request.body === undefined ? undefined : filled(JSON.stringify(request.body), saved, asJson)
      const response = await (sent === undefined ? call : call.send(sent))
      const body: Body = response.text ? JSON.parse(response.text) : undefined
      const wanted = JSON.parse(filled(JSON.stringify(expected), saved, asJson)) as typeof expected
      const shown = { step: name, status: response.status, body }
      expect(shown).toMatchObject({ step: name, status: wanted.status })
      if (wanted.body !== undefined) {
        for (const list of wanted.unordered ?? [])
          for (const side of [body, wanted.body]) sort(at(side, list))
        expect(shown).toMatchObject({ body: wanted.body })
      }
      for (const place of wanted.present ?? [])
        expect({ name, place, value: at(body, place) }).not.toMatchObject({ value: undefined })
      for (const place of wanted.absent ?? [])
        expect({ name, place, value: at(body, place) }).toEqual({ name, place, value: undefined })
      if (save) saved[save] = body
      if (then) await checkPeople(directory, name, JSON.parse(filled(JSON.stringify(then), saved, asJson)))
    }
  })
})

/** Maps groups to roles by their names, before there are any. */
async function map({ id, organizationId, api, root }: TestDirectory, roles: Record<string, string>) {
  const at = `/api/v1/organizations/${organizationId}/role-mappings`
  const rows = Object.entries(roles).map(([displayName, role]) => ({
    group: { directoryId: id, displayName },
    role,
    projects: [],
  }))
  const { planHash } = bodyOf(await api.post(`${at}/preview`).set(root).send(rows))
  expect((await api.put(at).set(root).set('If-Match', planHash).send(rows)).status).toBe(200)
}

type Then = NonNullable<Recording['exchanges'][number]['then']>

async function checkPeople(directory: TestDirectory, step: string, { members, groups }: Then) {
  if (members) {
    const at = `/api/v1/organizations/${directory.organizationId}/members?limit=200`
    const { items } = bodyOf(await directory.api.get(at).set(directory.root)) as { items: Body[] }
    const found = Object.keys(members).map((email) => {
      const one = items.find((item) => item.email.toLowerCase() === email.toLowerCase())
      return [email, one === undefined ? null : [one.status, one.role].filter(Boolean).join(' ')]
    })
    expect({ step, members: Object.fromEntries(found) }).toEqual({ step, members })
  }
  if (groups) {
    const rows: { name: string; people: string[] }[] = await directory.world.dataSource.query(
      `select g.display_name as name, array(select u.user_name from directory_group_members m join directory_users u on u.id = m.directory_user_id
         where m.group_id = g.id order by lower(u.user_name)) as people from directory_groups g where g.directory_id = $1`,
      [directory.id],
    )
    const found = Object.fromEntries(rows.map(({ name, people }) => [name, people]))
    expect({ step, groups: found }).toEqual({ step, groups })
  }
}

/** A text as it stands inside a JSON string. */
const asJson = (value: string) => JSON.stringify(value).slice(1, -1)

/** Puts saved answers in place of `{{name.path}}`. */
function filled(text: string, saved: Body, encode: (value: string) => string = (value) => value): string {
  return text.replace(/\{\{([^}]+)\}\}/g, (_, place: string) => encode(String(at(saved, place))))
}

/** The value at a path whose keys may be URNs, with the dots of their versions. */
function at(value: Body, path: string): Body {
  if (value === undefined || value === null || path === '') return value
  if (Object.hasOwn(value, path)) return value[path]
  for (let cut = path.indexOf('.'); cut >= 0; cut = path.indexOf('.', cut + 1)) {
    if (Object.hasOwn(value, path.slice(0, cut))) return at(value[path.slice(0, cut)], path.slice(cut + 1))
  }
  return undefined
}

function sort(list: Body): void {
  if (Array.isArray(list)) list.sort((a, b) => String(a.value).localeCompare(String(b.value)))
}
