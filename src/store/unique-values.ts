// Values that one resource of a directory has and no other may have: kept as hashes, whatever table the resource stands in.
import type { UniqueValue } from '../domain/declared-resource.ts'
import { sha256 } from '../kernel/secrets.ts'
import { type Statement, statement, type Transaction } from './database.ts'

export type HolderKind = 'user' | 'group' | 'resource'

interface Statements {
  readonly hold: Statement
  readonly taken: Statement
}

const statements: Readonly<Record<HolderKind, Statements>> = {
  user: statementsOf('user'),
  group: statementsOf('group'),
  resource: statementsOf('resource'),
}

/**
 * Gives a stored resource these values and no others. Answers the name of an attribute whose value another one has, null where it now
 * has them all; two that ask for one value wait for each other.
 */
export async function holdUnique(
  tx: Transaction,
  directoryId: string,
  holder: { kind: HolderKind; id: string },
  values: readonly UniqueValue[],
): Promise<string | null> {
  const { hold, taken } = statements[holder.kind]
  const hashed = values.map(({ name, key }) => ({ name, hash: sha256(key) }))
  // All take them in one order, so that nobody waits for the other crosswise.
  hashed.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : Buffer.compare(a.hash, b.hash)))
  const bound = [directoryId, holder.id, hashed.map(({ name }) => name), hashed.map(({ hash }) => hash)]
  await tx.run(hold, bound)
  if (hashed.length === 0) return null
  const [other] = await tx.rows<{ name: string }>(taken, bound)
  return other?.name ?? null
}

function statementsOf(kind: HolderKind): Statements {
  const holder = `directory_${kind}_id`
  const wanted = 'unnest($3::text[], $4::bytea[]) as n(name, hash)'
  return {
    hold: statement(
      `unique_hold_${kind}`,
      `with gone as (delete from directory_unique_values v where v.${holder} = $2
         and not exists (select 1 from ${wanted} where n.name = v.name and n.hash = v.value_hash))
       insert into directory_unique_values (directory_id, name, value_hash, ${holder})
       select $1::uuid, n.name, n.hash, $2 from ${wanted} order by n.name, n.hash on conflict do nothing`,
    ),
    taken: statement(
      `unique_taken_${kind}`,
      `select n.name from ${wanted} where not exists (select 1 from directory_unique_values v
         where v.directory_id = $1 and v.name = n.name and v.value_hash = n.hash and v.${holder} = $2) limit 1`,
    ),
  }
}
