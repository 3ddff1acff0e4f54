// How invitations fare: how many led to a membership, how long it took, and why others were refused.
import { reader } from '../store/database.ts'
import {
  type FunnelRow,
  listAnnotations,
  listDayCounts,
  listRefusalCounts,
  readFunnel,
} from '../store/insights.ts'
import { authorize, type Caller } from './authorize.ts'
import type { World } from './world.ts'

const DAY_MS = 86_400_000
/** Days before and after a change of configuration that are held against each other. */
const WINDOW_DAYS = 14

type Day = Awaited<ReturnType<typeof listDayCounts>>[number]
type Counts = Pick<Day, 'invited' | 'joined' | 'refused'>

export interface Insights {
  funnel: Omit<FunnelRow, 'medianHoursToJoin'>
  medianHoursToJoin: number | null
  refusals: { reason: string; count: number }[]
  days: Day[]
  annotations: { at: Date; type: string; before: Counts; after: Counts }[]
}

/** Over the last `days` days, days being UTC. */
export async function readInsights(
  world: World,
  caller: Caller,
  ref: string,
  days: number,
): Promise<Insights> {
  const read = reader(world.dataSource)
  const { id } = await authorize(read, caller, ref, 'admin')
  const now = world.clock.now()
  const since = new Date(now.getTime() - days * DAY_MS)
  const [funnel, refusals, counts, annotations] = await Promise.all([
    readFunnel(read, id, since, now),
    listRefusalCounts(read, id, since),
    // A change near the beginning is held against the days before it.
    listDayCounts(read, id, new Date(since.getTime() - WINDOW_DAYS * DAY_MS), now),
    listAnnotations(read, id, since),
  ])
  const { medianHoursToJoin, ...stages } = funnel
  const first = since.toISOString().slice(0, 10)
  return {
    funnel: stages,
    medianHoursToJoin,
    refusals,
    days: counts.filter((day) => day.day >= first),
    annotations: annotations.map(({ at, type }) => ({ at, type, ...windows(counts, at) })),
  }
}

function windows(counts: readonly Day[], at: Date): { before: Counts; after: Counts } {
  const shifted = (days: number) => new Date(at.getTime() + days * DAY_MS).toISOString().slice(0, 10)
  const day = shifted(0)
  const sum = (from: string, to: string): Counts => {
    const total = { invited: 0, joined: 0, refused: 0 }
    for (const one of counts) {
      if (one.day < from || one.day >= to) continue
      total.invited += one.invited
      total.joined += one.joined
      total.refused += one.refused
    }
    return total
  }
  return { before: sum(shifted(-WINDOW_DAYS), day), after: sum(day, shifted(WINDOW_DAYS)) }
}
