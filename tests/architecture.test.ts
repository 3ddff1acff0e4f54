// The house as drawn: which room may import which, held against every import of every file.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from '@jest/globals'

const source = path.resolve(import.meta.dirname, '..', 'src')

type Room = keyof typeof HOUSE
type Permission = string | { room: string; only: 'types' | string[] }

/** The table of the README, floor by floor: what a room may import besides itself and packages. */
const HOUSE = {
  main: ['app', 'outbound', 'actions', 'config', 'kernel'],
  app: ['scim', 'saml', 'admin', 'pages', 'http', { room: 'actions', only: 'types' }, 'kernel'],
  scim: ['actions', 'http', 'domain', 'kernel'],
  saml: ['actions', 'http', 'domain', 'kernel', 'xml', { room: 'config', only: ['presets.ts'] }],
  admin: ['actions', 'http', { room: 'domain', only: 'types' }, 'kernel'],
  pages: ['actions', 'http', 'domain', 'kernel'],
  outbound: ['actions', 'domain', 'kernel'],
  actions: ['decisions', 'store', 'domain', 'kernel', 'xml'],
  decisions: ['domain'],
  store: ['domain', 'kernel', 'migrations'],
  http: ['domain', 'kernel', 'config'],
  xml: ['kernel', 'domain'],
  domain: [],
  kernel: [],
  config: [],
  migrations: [],
} as const satisfies Record<string, readonly Permission[]>

interface Import {
  file: string
  from: Room
  to: string
  target: string
  typeOnly: boolean
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.split(path.sep).join('/'))
const imports = files.flatMap(importsOf)

describe('the house', () => {
  test('has only the rooms that are drawn', () => {
    const rooms = new Set(files.map(roomOf))
    expect([...rooms].filter((room) => !(room in HOUSE))).toEqual([])
  })

  test('lets each room import only what the table allows', () => {
    const trespasses = imports
      .filter((found) => found.from !== found.to && !isAllowed(found))
      .map(({ file, target }) => `${file} imports ${target}`)
    expect(trespasses).toEqual([])
  })

  test('has no circle among its rooms', () => {
    const roomsBelow = new Map<string, Set<string>>()
    for (const { from, to } of imports) {
      if (from !== to) roomsBelow.set(from, (roomsBelow.get(from) ?? new Set()).add(to))
    }
    expect(circlesIn(roomsBelow)).toEqual([])
  })

  test('has no circle among its files', () => {
    const below = new Map<string, Set<string>>()
    for (const { file, target } of imports) below.set(file, (below.get(file) ?? new Set()).add(target))
    expect(circlesIn(below)).toEqual([])
  })

  test('opens transactions in actions alone', () => {
    const openers = files.filter((file) =>
      /\btransactionOn\(|\.startTransaction\(|\.transaction\(/.test(textOf(file)),
    )
    expect(
      openers.filter((file) => file !== 'actions/transaction.ts' && file !== 'store/database.ts'),
    ).toEqual([])
  })

  test('asks the time through the clock, and never in a decision', () => {
    const askers = files.filter((file) => /new Date\(\)|Date\.now\(\)/.test(textOf(file)))
    const allowed = new Set(['kernel/clock.ts', 'kernel/ids.ts'])
    expect(askers.filter((file) => !allowed.has(file))).toEqual([])
  })

  test('decides without waiting: no decision is asynchronous', () => {
    const waiting = files.filter((file) => /\b(async|await|Promise)\b/.test(codeOf(file)))
    expect(waiting.filter((file) => roomOf(file) === 'decisions' || roomOf(file) === 'domain')).toEqual([])
  })
})

describe('a file', () => {
  test('bears none of the names that say nothing', () => {
    const forbidden = /(^|\/)(index|types|utils|helpers|interfaces|common|misc)\.ts$/
    expect(files.filter((file) => forbidden.test(file))).toEqual([])
  })

  test('opens with the sentence that says what it is', () => {
    expect(files.filter((file) => !/^\/\/ .+/.test(textOf(file)))).toEqual([])
  })

  test('has no default export, and no class but AppError and migrations', () => {
    expect(files.filter((file) => /^export default/m.test(textOf(file)))).toEqual([])
    const withClasses = files.filter((file) =>
      /^(export )?(abstract )?class (?!AppError\b)/m.test(textOf(file)),
    )
    expect(withClasses.filter((file) => roomOf(file) !== 'migrations')).toEqual([])
  })

  test('never spans more than 300 lines', () => {
    const long = files.filter(
      (file) => roomOf(file) !== 'migrations' && textOf(file).split('\n').length > 301,
    )
    expect(long).toEqual([])
  })
})

function isAllowed({ from, to, target, typeOnly }: Import): boolean {
  const permissions: readonly Permission[] = HOUSE[from]
  return permissions.some((permission) => {
    if (typeof permission === 'string') return permission === to
    if (permission.room !== to) return false
    return permission.only === 'types' ? typeOnly : permission.only.includes(target.slice(to.length + 1))
  })
}

function importsOf(file: string): Import[] {
  const pattern =
    /^\s*(?:import|export)\s+(type\s+)?([^'";]*?\bfrom\s+)?['"](\.{1,2}\/[^'"]+)['"]|\bimport\(\s*['"](\.{1,2}\/[^'"]+)['"]/gm
  return [...codeOf(file).matchAll(pattern)].map((match) => {
    const target = path.posix.join(path.posix.dirname(file), match[3] ?? match[4] ?? '')
    const named = match[2] ?? ''
    // `import { type A, type B }` is erased as `import type` is.
    const allTypes = /^\{(\s*type\s+[\w$]+(\s+as\s+[\w$]+)?\s*,?)+\s*\}\s*from/.test(named.trim())
    return {
      file,
      from: roomOf(file) as Room,
      to: roomOf(target),
      target,
      typeOnly: match[1] !== undefined || allTypes,
    }
  })
}

function roomOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : path.basename(file, '.ts')
}

/** Each circle once, as the names along it. */
function circlesIn(graph: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const circles: string[] = []
  const done = new Set<string>()
  const visit = (name: string, trail: readonly string[]) => {
    const at = trail.indexOf(name)
    if (at >= 0) circles.push([...trail.slice(at), name].join(' → '))
    if (at >= 0 || done.has(name)) return
    for (const next of graph.get(name) ?? []) visit(next, [...trail, name])
    done.add(name)
  }
  for (const name of graph.keys()) visit(name, [])
  return circles
}

function textOf(file: string): string {
  return readFileSync(path.join(source, file), 'utf8')
}

function codeOf(file: string): string {
  return textOf(file)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')
}
