// Loading the facts about one person in one organization, under the locks that the deed holds.
import type { PersonFacts } from '../domain/person.ts'
import { notFound } from '../kernel/errors.ts'
import type { Reader } from '../store/database.ts'
import { readHolds } from '../store/deprovision-holds.ts'
import { type PersonQuery, readPersonFacts } from '../store/person-facts.ts'
import type { World } from './world.ts'

/** Reads the facts and adds the clock and the role catalogue; throws not_found for an unknown organization. */
export async function loadPerson(reader: Reader, world: World, query: PersonQuery): Promise<PersonFacts> {
  const stored = await readPersonFacts(reader, query, world.roles)
  if (!stored) throw notFound('The organization')
  const isDenied = stored.tombstones.length > 0 || stored.records.some((r) => !r.active)
  return {
    ...stored,
    written: stored.membership,
    holds: isDenied ? await readHolds(reader, query.organizationId) : [],
    organization: { ...stored.organization, roles: world.roles },
    now: world.clock.now(),
  }
}
