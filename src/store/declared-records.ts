// Records of a directory by the key that a Connection declares.
import type { DirectoryRecord } from '../domain/directory.ts'
import { type Reader, statement } from './database.ts'
import { many, recordColumns, reviveDates } from './person-facts.ts'

const declared = statement(
  'records_declared',
  `select ${many(`select ${recordColumns} from directory_users r where r.directory_id = $1
     and (r.external_id = $2 or r.user_name_key = lower($2::text collate "C") or r.email_key = lower($2::text collate "C")) order by r.id`)}::text as records`,
)

/** Records whose externalId, user name or address is the declared key; the caller compares by the Connection's own choice. */
export async function findDeclared(
  read: Reader,
  directoryId: string,
  key: string,
): Promise<DirectoryRecord[]> {
  const [row] = await read.rows<{ records: string }>(declared, [directoryId, key])
  return reviveDates<DirectoryRecord[]>(row?.records ?? '[]')
}
