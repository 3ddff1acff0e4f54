// The key sets that issuers publish, remembered by this process for a while.
import type { KeySet } from '../domain/oauth-client.ts'
import { fetchDocument } from './fetch-document.ts'
import { readKeySet } from './read-key-set.ts'
import type { World } from './world.ts'

const FRESH_MS = 15 * 60_000
/** A key that was read within a day still counts while its address does not answer. */
const STALE_MS = 24 * 3_600_000
/** A set is asked for again at most this often, whoever shows unknown keys. */
const COOL_MS = 60_000
const REMEMBERED_MAX = 500
const LIMIT_BYTES = 256_000

interface Remembered {
  set: KeySet | null
  readAt: number
  triedAt: number
  reading: Promise<void> | null
}

const remembered = new WeakMap<World, Map<string, Remembered>>()

/**
 * The set at `url` in which the key `kid` stands (any key, where undefined), or null: not published, or not to be read now. An unknown key
 * has the set read once more, because issuers change their keys unannounced.
 */
export async function fetchKeySet(
  world: World,
  url: string,
  kid: string | undefined,
): Promise<KeySet | null> {
  const entry = entryOf(world, url)
  const now = world.clock.now().getTime()
  if (now - entry.readAt < FRESH_MS && holds(entry.set, kid)) return entry.set
  if (entry.reading === null && now - entry.triedAt >= COOL_MS) {
    entry.triedAt = now
    entry.reading = read(world, url, entry, now).finally(() => {
      entry.reading = null
    })
  }
  await entry.reading
  return now - entry.readAt < STALE_MS && holds(entry.set, kid) ? entry.set : null
}

function entryOf(world: World, url: string): Remembered {
  const known = remembered.get(world) ?? new Map<string, Remembered>()
  remembered.set(world, known)
  const entry = known.get(url) ?? { set: null, readAt: -Infinity, triedAt: -Infinity, reading: null }
  // The one asked for last stands last; the one longest unasked is forgotten first.
  known.delete(url)
  known.set(url, entry)
  if (known.size > REMEMBERED_MAX) known.delete(known.keys().next().value as string)
  return entry
}

async function read(world: World, url: string, entry: Remembered, now: number): Promise<void> {
  const accept = 'application/jwk-set+json, application/json'
  const fetched = await fetchDocument(world, url, { accept, limitBytes: LIMIT_BYTES })
  const found = 'fault' in fetched ? { ...fetched, at: null } : readKeySet(parsed(fetched.text), false)
  if ('fault' in found) {
    world.log.warn({ url, fault: found.fault }, 'a key set could not be read')
    return
  }
  entry.set = found.set
  entry.readAt = now
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function holds(set: KeySet | null, kid: string | undefined): boolean {
  return set !== null && (kid === undefined || set.keys.some((key) => key.kid === kid))
}
