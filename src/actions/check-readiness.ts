// Whether this node can serve: the database answers within two seconds and its tables are current.
import { setTimeout as pause } from 'node:timers/promises'
import { isMigrated } from '../store/database.ts'
import type { World } from './world.ts'

const PATIENCE_MS = 2000

/** False while the database is away, slow or not migrated; never rejects. */
export async function checkReadiness(world: World): Promise<boolean> {
  const stopWaiting = new AbortController()
  const tooLate = pause(PATIENCE_MS, false, { signal: stopWaiting.signal, ref: false }).catch(() => false)
  const checked = isMigrated(world.dataSource).catch(() => false)
  try {
    return await Promise.race([checked, tooLate])
  } finally {
    stopWaiting.abort()
  }
}
