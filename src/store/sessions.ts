// Sessions and their one-time handoffs: tables and queries.
import { EntitySchema } from 'typeorm'
import type { AddressKey } from '../domain/address.ts'
import type { Policies } from '../domain/organization.ts'
import type { SessionAddress, SessionProof } from '../domain/session.ts'
import { type Reader, statement, type Transaction } from './database.ts'

export const SessionSchema = new EntitySchema({
  name: 'sessions',
  columns: {
    id: { type: 'uuid', primary: true, primaryKeyConstraintName: 'sessions_pkey' },
    token_hash: { type: 'bytea' },
    account_id: { type: 'uuid' },
    organization_id: { type: 'uuid', nullable: true },
    proof_type: { type: 'text' },
    connection_id: { type: 'uuid', nullable: true },
    identity_id: { type: 'uuid', nullable: true },
    proof_key: { type: 'text', nullable: true },
    own_proof_at: { type: 'timestamptz', nullable: true },
    created_at: { type: 'timestamptz' },
    expires_at: { type: 'timestamptz' },
    ended_at: { type: 'timestamptz', nullable: true },
    end_reason: { type: 'text', nullable: true },
  },
  uniques: [{ name: 'sessions_token_key', columns: ['token_hash'] }],
  checks: [
    {
      name: 'sessions_proof_check',
      expression: "proof_type = ANY (ARRAY['saml'::text, 'code'::text, 'host'::text])",
    },
  ],
  indices: [{ name: 'sessions_account_idx', columns: ['account_id'], where: 'ended_at IS NULL' }],
  foreignKeys: [
    {
      name: 'sessions_account_fkey',
      target: 'accounts',
      columnNames: ['account_id'],
      referencedColumnNames: ['id'],
      onDelete: 'CASCADE',
    },
    {
      name: 'sessions_organization_fkey',
      target: 'organizations',
      columnNames: ['organization_id'],
      referencedColumnNames: ['id'],
      onDelete: 'CASCADE',
    },
  ],
})

export const SessionHandoffSchema = new EntitySchema({
  name: 'session_handoffs',
  columns: {
    token_hash: { type: 'bytea', primary: true, primaryKeyConstraintName: 'session_handoffs_pkey' },
    session_id: { type: 'uuid' },
    expires_at: { type: 'timestamptz' },
  },
  foreignKeys: [
    {
      name: 'session_handoffs_session_fkey',
      target: 'sessions',
      columnNames: ['session_id'],
      referencedColumnNames: ['id'],
      onDelete: 'CASCADE',
    },
  ],
})

export interface SessionRow {
  id: string
  tokenHash: Buffer
  accountId: string
  organizationId: string | null
  proofType: SessionProof
  connectionId: string | null
  identityId: string | null
  proofKey: AddressKey | null
  ownProofAt: Date | null
  createdAt: Date
  expiresAt: Date
}

/** A live session with all that is looked at on each request. */
export interface SessionFactsRow extends Omit<SessionRow, 'tokenHash'> {
  accountName: string | null
  addresses: SessionAddress[]
  organizationName: string | null
  organizationSlug: string | null
  policies: Policies | null
  /** Of the session's Connection, when it is this organization's and not deleted. */
  connectionStatus: string | null
  membershipId: string | null
  membershipStatus: string | null
  membershipReason: string | null
  membershipRole: string | null
  membershipEmail: string | null
  consentedAt: Date | null
  ownerSince: Date | null
  joinedKeys: AddressKey[]
  projects: string[]
}

const INSERT = statement(
  'sessions_insert',
  `insert into sessions (id, token_hash, account_id, organization_id, proof_type, connection_id, identity_id,
     proof_key, own_proof_at, created_at, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
)

export async function insertSession(tx: Transaction, row: SessionRow): Promise<void> {
  await tx.run(INSERT, [
    row.id,
    row.tokenHash,
    row.accountId,
    row.organizationId,
    row.proofType,
    row.connectionId,
    row.identityId,
    row.proofKey,
    row.ownProofAt,
    row.createdAt,
    row.expiresAt,
  ])
}

const FACTS = `select s.id, s.account_id as "accountId", s.organization_id as "organizationId",
     s.proof_type as "proofType", s.connection_id as "connectionId", s.identity_id as "identityId",
     s.proof_key as "proofKey", s.own_proof_at as "ownProofAt", s.created_at as "createdAt",
     s.expires_at as "expiresAt", a.name as "accountName", o.name as "organizationName",
     o.slug as "organizationSlug", o.policies, c.status as "connectionStatus", m.id as "membershipId",
     m.status as "membershipStatus", m.status_reason as "membershipReason", m.role as "membershipRole",
     m.email as "membershipEmail", m.consented_at as "consentedAt", m.owner_since as "ownerSince",
     (select coalesce(json_agg(json_build_object('address', e.address, 'key', e.key,
        'verified', e.verified_at is not null, 'primary', e.is_primary,
        'resting', e.resting_since is not null) order by e.is_primary desc, e.created_at, e.id), '[]')
      from account_addresses e where e.account_id = a.id) as addresses,
     array(select k.key from membership_keys k where k.membership_id = m.id and k.kind = 'joined') as "joinedKeys",
     array(select distinct p.slug from grants g join projects p on p.id = g.project_id
      where g.membership_id = m.id order by p.slug) as projects
   from sessions s
   join accounts a on a.id = s.account_id
   left join organizations o on o.id = s.organization_id
   left join memberships m on m.organization_id = s.organization_id and m.account_id = s.account_id
   left join connections c on c.id = s.connection_id and c.organization_id = s.organization_id
     and c.deleted_at is null`

const BY_TOKEN = statement(
  'sessions_by_token',
  `${FACTS} where s.token_hash = $1 and s.ended_at is null and s.expires_at > $2`,
)

/** The live session of a token hash with its facts, or null. */
export async function findSessionFacts(
  read: Reader,
  tokenHash: Buffer,
  now: Date,
): Promise<SessionFactsRow | null> {
  return (await read.rows<SessionFactsRow>(BY_TOKEN, [tokenHash, now]))[0] ?? null
}

const END = statement(
  'sessions_end',
  'update sessions set ended_at = $2, end_reason = $3 where id = $1 and ended_at is null',
)

/** Ends a session; answers whether it was live. */
export async function endSessionRow(
  tx: Transaction,
  id: string,
  now: Date,
  reason: string,
): Promise<boolean> {
  return (await tx.run(END, [id, now, reason])) === 1
}

const OWN_PROOF = statement(
  'sessions_own_proof',
  'update sessions set own_proof_at = $2 where id = $1 and ended_at is null',
)

export async function setOwnProof(tx: Transaction, id: string, now: Date): Promise<void> {
  await tx.run(OWN_PROOF, [id, now])
}

const INSERT_HANDOFF = statement(
  'session_handoffs_insert',
  'insert into session_handoffs (token_hash, session_id, expires_at) values ($1, $2, $3)',
)

export async function insertHandoff(
  tx: Transaction,
  tokenHash: Buffer,
  sessionId: string,
  expiresAt: Date,
): Promise<void> {
  await tx.run(INSERT_HANDOFF, [tokenHash, sessionId, expiresAt])
}

const USE_HANDOFF = statement(
  'session_handoffs_use',
  `with used as (delete from session_handoffs where token_hash = $1 returning session_id, expires_at)
   select s.id, s.account_id as "accountId", s.organization_id as "organizationId", s.proof_type as "proofType",
     s.connection_id as "connectionId", s.identity_id as "identityId", s.proof_key as "proofKey",
     s.own_proof_at as "ownProofAt", s.created_at as "createdAt", s.expires_at as "expiresAt"
   from used join sessions s on s.id = used.session_id
   where used.expires_at > $2 and s.ended_at is null and s.expires_at > $2`,
)

/** Consumes a handoff; the live session it stands for, or null where it was used, is too old or never was. */
export async function consumeHandoff(
  tx: Transaction,
  tokenHash: Buffer,
  now: Date,
): Promise<Omit<SessionRow, 'tokenHash'> | null> {
  return (await tx.rows<Omit<SessionRow, 'tokenHash'>>(USE_HANDOFF, [tokenHash, now]))[0] ?? null
}

const LOOK_HANDOFF = statement(
  'session_handoffs_look',
  `select s.account_id as "accountId" from session_handoffs h join sessions s on s.id = h.session_id
   where h.token_hash = $1 and h.expires_at > $2 and s.ended_at is null and s.expires_at > $2`,
)

/** Whose session a handoff stands for, without consuming it. */
export async function lookHandoff(read: Reader, tokenHash: Buffer, now: Date): Promise<string | null> {
  return (await read.rows<{ accountId: string }>(LOOK_HANDOFF, [tokenHash, now]))[0]?.accountId ?? null
}
