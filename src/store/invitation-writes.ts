// Writes to invitations, consents and approvals.
import type { InvitationPatch } from '../domain/change.ts'
import type { Invitation } from '../domain/invitation.ts'
import { newId } from '../kernel/ids.ts'
import { statement, type Transaction } from './database.ts'

const create = statement(
  'invitation_create',
  `insert into invitations (id, organization_id, email, key, role, project_ids, expires_at, message, language, invited_by_type, invited_by_id, inviter_account_id,
     granting, directory_user_id, status, created_at, updated_at) values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$16)`,
)

export async function createInvitation(tx: Transaction, i: Invitation): Promise<void> {
  await tx.run(create, [
    i.id,
    i.organizationId,
    i.email,
    i.key,
    i.role,
    i.projectIds,
    i.expiresAt,
    i.message,
    i.language,
    i.invitedBy.type,
    i.invitedBy.id,
    i.inviterAccountId,
    i.granting,
    i.directoryUserId,
    i.status,
    i.createdAt,
  ])
}

const columns: Record<keyof InvitationPatch, string> = {
  status: 'status',
  statusReason: 'status_reason',
  settledAt: 'settled_at',
  accountId: 'account_id',
  supersededBy: 'superseded_by',
  roleEndedAt: 'role_ended_at',
  endedAt: 'ended_at',
  role: 'role',
  projectIds: 'project_ids',
  email: 'email',
  key: 'key',
  expiresAt: 'expires_at',
  granting: 'granting',
  inviterAccountId: 'inviter_account_id',
}

/** Writes the fields that the patch has; one statement, prepared once for each set of fields. */
export async function updateInvitation(
  tx: Transaction,
  invitationId: string,
  patch: InvitationPatch,
  at: Date,
): Promise<void> {
  const fields = (Object.keys(columns) as (keyof InvitationPatch)[]).filter((f) => f in patch)
  const sets = fields.map((f, index) => `${columns[f]} = $${index + 3}`).join(', ')
  const mask = (Object.keys(columns) as (keyof InvitationPatch)[])
    .map((f) => (f in patch ? '1' : '0'))
    .join('')
  const update = statement(
    `invitation_update_${mask}`,
    `update invitations set updated_at = $2${sets ? `, ${sets}` : ''} where id = $1`,
  )
  await tx.run(update, [invitationId, at, ...fields.map((f) => patch[f])])
}

const consentRecord = statement(
  'consent_record',
  `insert into consents (id, invitation_id, account_id, proof, at) values ($1,$2,$3,$4,$5) on conflict (invitation_id) where ended_at is null do nothing`,
)

export async function recordConsent(
  tx: Transaction,
  consent: { invitationId: string; accountId: string; proof: string },
  at: Date,
): Promise<void> {
  await tx.run(consentRecord, [newId(), consent.invitationId, consent.accountId, consent.proof, at])
}

const consentEnd = statement(
  'consent_end',
  'update consents set ended_at = $2 where invitation_id = $1 and ended_at is null',
)

export async function endConsent(tx: Transaction, invitationId: string, at: Date): Promise<void> {
  await tx.run(consentEnd, [invitationId, at])
}

const approvalAsk = statement(
  'approval_ask',
  `insert into approvals (id, organization_id, kind, state, invitation_id, account_id, created_at)
   select $1, i.organization_id, 'role', 'open', i.id, $3, $4 from invitations i where i.id = $2 on conflict (invitation_id, kind, account_id) do nothing`,
)

/** Asks an administrator to confirm a role whose inviter may no longer grant it (A16); asking twice is once. */
export async function askApproval(
  tx: Transaction,
  invitationId: string,
  accountId: string,
  at: Date,
): Promise<void> {
  await tx.run(approvalAsk, [newId(), invitationId, accountId, at])
}
