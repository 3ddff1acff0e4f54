// Directory tokens as the SCIM door checks them.
import type { Change } from '../domain/change.ts'
import type { Directory } from '../domain/directory.ts'
import type { Announcer } from '../domain/security-event.ts'
import { type Reader, statement, type Transaction } from './database.ts'

/** What a directory's requests need to know of it. */
export type DirectoryScope = Pick<Directory, 'id' | 'organizationId' | 'preset' | 'notify' | 'status'> & {
  /** Whether a stream listens to it; the door then gives its deeds an announcer. */
  announces?: boolean
  announcer?: Announcer
  /** Told what its pushes are about to write; a deed that is run again tells again. */
  told?: ((changes: readonly Change[]) => void) | undefined
  /** Told the ids of members that are no person of it (C17). */
  passedOver?: (ids: readonly string[]) => void
}

export interface TokenHolder extends DirectoryScope {
  announces: boolean
  tokenId: string
  expiresAt: Date | null
  lastUsedAt: Date | null
}

const findToken = statement(
  'scim_token_find',
  `select d.id, d.organization_id as "organizationId", d.preset, d.notify, d.status, d.announces, t.id as "tokenId", t.expires_at as "expiresAt",
   t.last_used_at as "lastUsedAt" from directory_tokens t join directories d on d.id = t.directory_id where t.token_hash = $1`,
)

/** The directory of the token whose SHA-256 is `hash`, or null. One lookup in one index, hit or miss. */
export async function findTokenHolder(reader: Reader, hash: Buffer): Promise<TokenHolder | null> {
  const [holder] = await reader.rows<TokenHolder>(findToken, [hash])
  return holder ?? null
}

const touchTokens = statement(
  'scim_tokens_touch',
  `update directory_tokens t set last_used_at = u.at from json_to_recordset($1::json) as u(id uuid, at timestamptz)
   where t.id = u.id and (t.last_used_at is null or t.last_used_at < u.at)`,
)

/** Notes when tokens were last used. */
export async function touchDirectoryTokens(tx: Transaction, uses: ReadonlyMap<string, Date>): Promise<void> {
  await tx.run(touchTokens, [JSON.stringify([...uses].map(([id, at]) => ({ id, at })))])
}
