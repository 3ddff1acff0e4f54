// Reasons: the stable codes by which every refusal, wait and outcome is explained, with who must act next.

export const reasonCodes = [
  'joined',
  'already_member',
  'already_invited',
  'member_suspended',
  'expired',
  'revoked',
  'superseded',
  'declined',
  'wrong_account',
  'account_exists',
  'address_unproven',
  'proof_required',
  'sso_required',
  'jit_off',
  'domain_unproven',
  'directory_inactive',
  'suspended_by_admin',
  'removed_by_admin',
  'blocked',
  'seat_unavailable',
  'approval_required',
  'identity_conflict',
  'owner_not_invitable',
  'inviter_lost_authority',
  'guest_refused',
  'governed_elsewhere',
  'governed_by_directory',
  'role_governed_by_mapping',
  'last_owner',
  'deprovision_held',
  'lockout_risk',
  'rate_limited',
  'code_wrong',
  'code_expired',
  'link_incomplete',
  'saml_response_invalid',
  'assertion_replayed',
  'request_unknown',
  'connection_off',
  'idp_initiated_off',
  'attribute_missing',
  'test_mode',
  'awaiting_person',
  'delivery_failed',
  'own_proof_required',
  'left',
  'unknown_person',
] as const

export type ReasonCode = (typeof reasonCodes)[number]

export type NextActor = 'person' | 'inviter' | 'org_admin' | 'idp_admin' | 'operator' | 'nobody'

/** Why something was not done: the rule that said so, the code, and who must act next. */
export interface Refusal {
  rule: string
  reason: ReasonCode
  nextActor: NextActor
  /** One sentence for the reader; never tells more than the reader may know. */
  message: string
  details?: Record<string, unknown>
}

/** Who did it. `host` is the root key, `key` an organization's key, `system` the product itself. */
export interface Actor {
  type: 'host' | 'key' | 'member' | 'person' | 'directory' | 'connection' | 'system'
  id: string | null
  /** The account behind a member or a person; null elsewhere. */
  accountId?: string | null
}
