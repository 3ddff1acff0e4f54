// Events of the audit trail as sentences for an administrator.

export interface TraceEvent {
  at: Date
  type: string
  actor: string
  rule: string | null
  outcome: string | null
  reason: string | null
  data: Record<string, unknown> | null
  after: Record<string, unknown> | null
}

const actors: Record<string, string> = {
  host: 'the host product',
  key: 'an API key',
  member: 'an administrator',
  person: 'the person',
  directory: 'the directory',
  connection: 'single sign-on',
  system: 'the product',
}

const sentences: Record<string, string> = {
  'invitation.created': 'Invited as {role} by {actor}.',
  'invitation.changed': 'The invitation was changed by {actor}.',
  'invitation.extended': 'The invitation was given {days} more days by {actor}.',
  'invitation.delivered': 'The invitation was carried once more ({channel}).',
  'invitation.mail_sent': 'The mail was handed over to the mail server.',
  'invitation.mail_bounced': 'The mail bounced: {detail}.',
  'invitation.mail_deferred': 'The mail was deferred and will be tried again.',
  'invitation.revoked': 'The invitation was withdrawn by {actor}.',
  'invitation.declined': 'The person declined.',
  'invitation.asked': 'The person asked for a new invitation.',
  'invitation.accepted': 'The person accepted the invitation as {role}.',
  'invitation.accepted_waiting': 'The person accepted; the membership waits ({statusReason}).',
  'invitation.satisfied':
    'The invitation was settled by another door ({statusReason}), with its role {role}.',
  'invitation.acceptance_refused': 'An acceptance was refused.',
  'member.joined': 'Became a member as {newRole}.',
  'member.waiting': 'Became a member in waiting.',
  'member.restored': 'The membership was opened again.',
  'member.suspended': 'The membership was suspended.',
  'member.removed': 'The membership ended.',
  'member.role_changed': 'The role became {newRole}.',
  'member.allowed': 'An administrator allowed the person again.',
  'member.deprovision_held':
    'The directory switched the person off among too many at once; the membership is held until an owner decides.',
  'member.hold_released': 'The membership is held no longer.',
  'owner.guarded': 'The last owner who can sign in was kept, against the directory.',
  'sign_in.accepted': 'Signed in by single sign-on.',
  'sign_in.refused': 'A sign-in by single sign-on was refused.',
  'sign_in.proof_required': 'A sign-in by single sign-on waits for a proof of the address.',
  'sign_in.test': 'A sign-in came by a connection in test, which lets nobody in.',
  'directory_user.created': 'The directory created {userName}, active: {active}.',
  'directory_user.updated': 'The directory changed {userName}, active: {active}.',
  'directory_user.groups_changed': 'The directory changed the groups of {userName}.',
  'directory_user.refused': 'The directory was refused.',
  'directory_user.deleted': 'The directory deleted {userName}.',
  'conflict.opened': 'A question for an administrator came up: {detail}',
  'conflict.resolved': 'A question was answered with {choice}.',
  'approval.approved': 'The role {role} was confirmed by {actor}.',
  'approval.declined': 'The role {role} was declined by {actor}.',
  'identity.undone': 'The person undid the link of a sign-in.',
  'address.blocked': 'The address was blocked by {actor}.',
  'address.unblocked': 'The block was lifted by {actor}.',
}

/** The sentence, with the rule and the reason that the decision left behind. */
export function describeEvent(event: TraceEvent): string {
  const { type, rule, reason, data, after } = event
  const places: Record<string, unknown> = {
    ...data,
    newRole: after?.role,
    actor: actors[event.actor] ?? event.actor,
  }
  const template = sentences[type] ?? `${type.replace(/[._]/g, ' ')} by {actor}.`
  const text = template
    .replace(/\{(\w+)\}/g, (_, name: string) => String(places[name] ?? '–'))
    .replace(' as –', '')
  const because = [rule && `rule ${rule}`, reason].filter(Boolean).join(', ')
  return because ? `${text} [${because}]` : text
}
