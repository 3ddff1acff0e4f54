// A Connection as its protocol door reads it, with its organization's name and our key pair for it.
import type { Connection } from '../domain/connection.ts'
import { type Reader, statement } from './database.ts'
import { connectionColumns } from './person-facts.ts'

export interface ConnectionRow extends Connection {
  organizationName: string
  returnUrls: string[]
  spKeyEncrypted: string
  spCertificate: string
}

const read = statement(
  'connection_for_sign_in',
  `select ${connectionColumns}, g.name "organizationName", coalesce(g.policies->'returnUrls', '[]') "returnUrls", c.sp_key_encrypted "spKeyEncrypted", c.sp_certificate "spCertificate"
   from connections c join organizations g on g.id = c.organization_id where c.id = $1 and c.deleted_at is null`,
)

export async function readConnectionForSignIn(reader: Reader, id: string): Promise<ConnectionRow | null> {
  return (await reader.rows<ConnectionRow>(read, [id]))[0] ?? null
}
