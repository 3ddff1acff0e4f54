// The sign-in log: what each Connection's last Responses said and what came of them.
import { newId } from '../kernel/ids.ts'
import { type Reader, statement, type Transaction } from './database.ts'

export interface SignInEntry {
  organizationId: string
  connectionId: string
  at: Date
  outcome: 'accepted' | 'refused' | 'proof_required' | 'test'
  rule: string | null
  reason: string | null
  nameId: string | null
  attributes: Record<string, string[]>
  checks: { name: string; ok: boolean; detail: string | null }[]
  responseXml: string | null
  idpInitiated: boolean
}

const log = statement(
  'sign_in_log',
  `insert into sign_ins (id, organization_id, connection_id, at, outcome, rule, reason, name_id, attributes, checks, response_xml, idp_initiated)
   values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)`,
)

export async function logSignIn(tx: Transaction, entry: SignInEntry): Promise<void> {
  await tx.run(log, [
    newId(),
    entry.organizationId,
    entry.connectionId,
    entry.at,
    entry.outcome,
    entry.rule,
    entry.reason,
    entry.nameId,
    JSON.stringify(entry.attributes),
    JSON.stringify(entry.checks),
    entry.responseXml,
    entry.idpInitiated,
  ])
}

/** An entry as it is listed. */
export type SignInRow = Omit<SignInEntry, 'organizationId' | 'connectionId'> & { id: string }

const signIns = statement(
  'sign_ins.page',
  `select s.id, s.at, s.outcome, s.rule, s.reason, s.name_id "nameId", s.attributes, s.checks, s.response_xml "responseXml",
     s.idp_initiated "idpInitiated" from sign_ins s where s.connection_id = $1 and ($2::uuid is null or s.id < $2) order by s.id desc limit $3`,
)

/** The last sign-ins by a Connection, newest first. */
export function listSignInRows(
  read: Reader,
  connectionId: string,
  before: string | null,
  limit: number,
): Promise<SignInRow[]> {
  return read.rows(signIns, [connectionId, before, limit])
}
