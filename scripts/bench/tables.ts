// The tables that the benchmark prints, in Markdown.
import type { Crawl } from './crawl.ts'
import type { Measure } from './measure.ts'
import { spaced } from './steps.ts'

export interface Row {
  kind: string
  title: string
  size: number
  flat: boolean
  statements: number | null
  ours: Measure | null
  bare: Measure | null
  /** Why there is no figure. */
  failure: string | null
}

const perThousand = (cpu: number, measure: Measure) => (cpu / measure.deeds) * 1000
const rate = (measure: Measure) => (measure.deeds / measure.seconds).toFixed(0)
const costs = (measure: Measure) => [
  perThousand(measure.server, measure).toFixed(2),
  perThousand(measure.database, measure).toFixed(2),
]
const both = (measure: Measure) => perThousand(measure.server + measure.database, measure)

/** Every row, the sizes of one call below one another. */
export function mainTable(rows: readonly Row[]): string {
  const head = [
    'call',
    'people',
    'calls/s',
    'server',
    'PostgreSQL',
    'both',
    'in echoes',
    'statements',
    'bare: server',
    'PostgreSQL',
    'server, ours ÷ bare',
  ]
  const lines = grouped(rows).map((row) => {
    const { ours, bare } = row
    const echo = echoAt(rows, row.size)
    const own = row.failure
      ? [row.failure, '', '', '', '']
      : ours
        ? [rate(ours), ...costs(ours), both(ours).toFixed(2), (both(ours) / echo).toFixed(1)]
        : ['', '', '', '', '']
    const others = bare
      ? [
          ...costs(bare),
          ours ? (perThousand(ours.server, ours) / perThousand(bare.server, bare)).toFixed(2) : '',
        ]
      : ['', '', '']
    return [row.title, spaced(row.size), ...own, row.statements ?? '', ...others]
  })
  return markdown(head, lines)
}

/** What a call costs at the largest size against the smallest. */
export function flatnessTable(rows: readonly Row[], sizes: readonly number[]): string {
  const calls = new Map(rows.filter((row) => row.flat).map((row) => [familyOf(row), row.title]))
  const lines = [...calls].map(([family]) => {
    const ofFamily = rows.filter((row) => familyOf(row) === family && row.ours)
    const cells = sizes.map((size) => ofFamily.filter((row) => row.size === size).at(-1)?.ours)
    const [first, last] = [ofFamily[0]?.ours, ofFamily.at(-1)?.ours]
    const ratio = first && last ? both(last) / both(first) : Number.NaN
    const drift = echoAt(rows, sizes.at(-1) ?? 0) / echoAt(rows, sizes[0] ?? 0)
    const ratios = [ratio.toFixed(2), (ratio / drift).toFixed(2)]
    return [family, ...cells.map((measure) => (measure ? both(measure).toFixed(2) : '')), ...ratios]
  })
  const people = sizes.map((size) => `${spaced(size)} people`)
  return markdown(['call, server + PostgreSQL', ...people, 'largest ÷ smallest', 'the same in echoes'], lines)
}

/** What the yardstick cost while this size was measured: how fast the machine was then. */
function echoAt(rows: readonly Row[], size: number): number {
  const echo = rows.find((row) => row.kind === 'echo' && row.size === size)?.bare
  return echo ? both(echo) : Number.NaN
}

/** Groups of every size are one family: its first row is the empty group's, its last the largest one's. */
function familyOf({ title }: Row): string {
  return title
    .replace(/the group of [\d ]+$/, 'the largest group')
    .replace(/, group of [\d ]+$/, ', group from empty to the largest')
}

export function crawlTable(
  crawls: readonly { size: number; crawl: Crawl | null; failure: string | null }[],
): string {
  const head = [
    'people',
    'pages',
    'seconds',
    'CPU s a thousand pages, first tenth',
    'last tenth',
    'server memory before, highest, after (MiB)',
  ]
  const lines = crawls.map(({ size, crawl, failure }) =>
    crawl
      ? [
          spaced(crawl.people),
          crawl.pages,
          crawl.seconds.toFixed(1),
          crawl.first.toFixed(1),
          crawl.last.toFixed(1),
          `${crawl.memory.before}, ${crawl.memory.highest}, ${crawl.memory.after}`,
        ]
      : [spaced(size), failure ?? '', '', '', '', ''],
  )
  return markdown(head, lines)
}

/** Rows of one call stand together, in the order of the largest size, which has every call. */
function grouped(rows: readonly Row[]): Row[] {
  const largest = Math.max(...rows.map((row) => row.size))
  const ordered = [...rows.filter((row) => row.size === largest), ...rows]
  return [...new Set(ordered.map((row) => row.title))].flatMap((title) =>
    rows.filter((row) => row.title === title),
  )
}

export function markdown(head: readonly string[], lines: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |\n`
  return line(head) + line(head.map(() => '---')) + lines.map(line).join('')
}
