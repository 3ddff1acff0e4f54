// Exchanges recorded from identity providers, each file of `idp-fixtures/scim` one conversation with a directory of its own.
import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { type FreshApp, freshApp } from '../support/app.ts'
import { type Body, type Method, testDirectory } from './directory.ts'

interface Recording {
  title: string
  preset: string
  headers: Record<string, string>
  exchanges: {
    name: string
    request: { method: string; path: string; headers?: Record<string, string>; body?: unknown }
    /** `body` must be found in the answer; lists in full, in any order where `unordered` names their path. */
    response: { status: number; body?: unknown; present?: string[]; absent?: string[]; unordered?: string[] }
    /** Keeps the answer under a name, for `{{name.id}}` in what follows. */
    save?: string
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
  test(`${recording.title}: every answer is as it expects`, async () => {
    const directory = await testDirectory(recording.preset, { beside: app })
    const saved: Body = { domain: directory.domain }
    for (const { name, request, response: expected, save } of recording.exchanges) {
      const path = filled(request.path, saved, encodeURIComponent)
      const call = directory.call(request.method.toLowerCase() as Method, path)
      for (const [header, value] of Object.entries({ ...recording.headers, ...request.headers }))
        call.set(header, value)
      const sent = request.body === undefined ? undefined : filled(JSON.stringify(request.body), saved)
      const response = await (sent === undefined ? call : call.send(sent))
      const body: Body = response.text ? JSON.parse(response.text) : undefined
      const wanted = JSON.parse(filled(JSON.stringify(expected), saved)) as typeof expected
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
    }
  })
})

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
