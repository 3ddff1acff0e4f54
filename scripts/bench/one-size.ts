// One size: a database with so many people, our server and the bare one on it, and every step measured on both in turns.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { sessionOptions } from '../../src/store/open-database.ts'
import { type Crawl, crawl } from './crawl.ts'
import { hear } from './hearing.ts'
import { type Measure, measure, together } from './measure.ts'
import { type Running, start } from './processes.ts'
import { writeRecordings } from './recording.ts'
import { openHouse } from './seeding/house.ts'
import { type Seeded, seedDirectory } from './seeding/seed-directory.ts'
import { type Round, roundsOf, type Scene, type Side, type Step, spaced } from './steps.ts'
import type { Row } from './tables.ts'

export interface Plan {
  databaseUrl: string
  databasePid: number
  /** A folder for the recordings. */
  folder: string
  size: number
  /** Deeds of a slice, and how many slices are counted after the first, which warms up. */
  deeds: number
  slices: number
  say: (line: string) => void
}

export interface Outcome {
  rows: Row[]
  crawl: Crawl | null
  crawlFailure: string | null
}

const project = path.resolve(import.meta.dirname, '..', '..')
const SECRET_KEY = 'bench-0123456789abcdef0123456789abcdef'
const GROUP_SIZES = [0, 1_000, 10_000, 100_000]
/** A step that is slow is measured less often, not longer. */
const SLICE_BUDGET_MS = 4_000
/** The request log writes in batches of half a second: they belong to the slice that caused them. */
const SETTLE_MS = 600

/** Seeds the database and measures; each row is handed to `tell` as soon as it stands. */
export async function measureSize(plan: Plan, tell: (row: Row) => void): Promise<Omit<Outcome, 'rows'>> {
  const { size, say, deeds } = plan
  const seeded = await seed(plan)
  const ours = await startOurs(plan.databaseUrl)
  const running = [ours]
  try {
    const crawled = await crawl(ours, plan.databasePid, seeded).then(
      (done) => ({ crawl: done, crawlFailure: null }),
      (error: unknown) => ({ crawl: null, crawlFailure: wordsOf(error) }),
    )
    say(`${spaced(size)} people crawled${crawled.crawlFailure ? `: ${crawled.crawlFailure}` : ''}`)
    const scene: Scene = {
      seeded,
      size,
      spare: seeded.people.slice(-deeds),
      deepCursor: crawled.crawl?.deepCursor ?? null,
    }
    const rounds = roundsOf(scene)
    const { bare, statements } = await startBare(plan, rounds, scene)
    running.push(bare)
    await measureEcho(plan, bare, scene, tell)
    for (const round of rounds) await measureRound(plan, { ours, bare }, statements, round, tell)
    return crawled
  } finally {
    for (const server of running) await server.stop()
  }
}

/** Everybody, and as many more as a slice has deeds, who are in no group. */
function seed({ databaseUrl, size, deeds, say }: Plan): Promise<Seeded> {
  say(`Seeding ${spaced(size)} people`)
  return seedDirectory({
    databaseUrl,
    people: size + deeds,
    groups: GROUP_SIZES.filter((amount) => amount <= size),
    events: false,
    slug: 'bench',
    say,
  })
}

function startOurs(databaseUrl: string): Promise<Running> {
  return start({
    what: 'Gatehouse',
    cwd: project,
    args: [path.join(project, 'dist', 'main.js')],
    ready: /is ready at/,
    environment: {
      DATABASE_URL: databaseUrl,
      ROOT_API_KEY: 'key_bench_0123456789abcdef0123456789abcdef',
      SECRET_KEY,
      RATE_LIMITS: 'off',
      LOG_LEVEL: 'warn',
    },
  })
}

async function startBare(
  { databaseUrl, folder, deeds, slices, size, say }: Plan,
  rounds: readonly Round[],
  scene: Scene,
): Promise<{ bare: Running; statements: Map<string, number> }> {
  const house = await openHouse(databaseUrl, { secretKey: SECRET_KEY })
  const recordings = await hear(house, rounds, scene, (slices + 1) * deeds).finally(house.close)
  const file = path.join(folder, `recordings-${size}.json`)
  writeFileSync(file, writeRecordings(recordings))
  say(`Heard the statements of ${Object.keys(recordings).length} calls`)
  const bare = await start({
    what: 'the bare server',
    cwd: project,
    args: ['--import', 'tsx', path.join(project, 'scripts', 'bench', 'bare.ts')],
    ready: /^ready$/m,
    environment: { DATABASE_URL: databaseUrl, RECORDINGS: file, PGOPTIONS: sessionOptions },
  })
  const statements = Object.entries(recordings).map(([kind, told]): [string, number] => [
    kind,
    told[0]?.length ?? 0,
  ])
  return { bare, statements: new Map(statements) }
}

async function measureEcho(
  plan: Plan,
  bare: Running,
  { spare }: Scene,
  tell: (row: Row) => void,
): Promise<void> {
  const slices: Measure[] = []
  const pids = { server: bare.pid, database: plan.databasePid }
  for (let slice = 0; slice <= plan.slices; slice++) {
    const measured = await measure(
      bare.url,
      pids,
      async (index, send) =>
        void (await send({ method: 'GET', path: `/echo/${spare[index % spare.length]}`, headers: {} })),
      plan.deeds,
    )
    if (slice > 0) slices.push(measured)
  }
  tell({
    kind: 'echo',
    title: 'Express echo with one statement (the yardstick)',
    size: plan.size,
    flat: false,
    statements: 1,
    ours: null,
    bare: together(slices),
    failure: null,
  })
}

/** Both servers take turns in slices, so that what else the machine does falls on both. */
async function measureRound(
  plan: Plan,
  servers: { ours: Running; bare: Running },
  statements: ReadonlyMap<string, number>,
  round: Round,
  tell: (row: Row) => void,
): Promise<void> {
  const measured = new Map(round.map((step) => [step, { ours: [] as Measure[], bare: [] as Measure[] }]))
  let failure: string | null = null
  try {
    for (let slice = 0; slice <= plan.slices; slice++) {
      for (const side of ['ours', 'bare'] as const) {
        for (const step of round) {
          if (side === 'bare' && step.bare === null) continue
          const one = await measureSlice(plan, servers[side], step, side, slice)
          if (slice > 0) measured.get(step)?.[side].push(one)
        }
      }
    }
  } catch (error) {
    failure = wordsOf(error)
  }
  for (const [step, { ours, bare }] of measured) {
    tell({
      kind: step.kind,
      title: step.title,
      size: plan.size,
      flat: step.flat ?? false,
      statements: statements.get(step.kind) ?? null,
      ours: ours.length > 0 ? together(ours) : null,
      bare: bare.length > 0 ? together(bare) : null,
      failure,
    })
  }
}

function measureSlice(plan: Plan, server: Running, step: Step, side: Side, slice: number): Promise<Measure> {
  const amount = Math.max(1, Math.round(plan.deeds * (step.share ?? 1)))
  return measure(
    server.url,
    { server: server.pid, database: plan.databasePid },
    (index, send) => step.deed(slice * plan.deeds + index, side, send),
    amount,
    // Steps that give back what an earlier one took must be done whole.
    {
      settleMs: side === 'ours' ? SETTLE_MS : 0,
      ...(step.bare === null ? { budgetMs: SLICE_BUDGET_MS } : {}),
    },
  )
}

function wordsOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.replace(/[|\s]+/g, ' ').slice(0, 160)
}
