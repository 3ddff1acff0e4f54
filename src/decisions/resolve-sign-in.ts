// R0 to R8: whose account a single sign-on is, or what has to be proven or answered before anybody may say.
import type { AddressKey } from '../domain/address.ts'
import type { ConflictDraft } from '../domain/change.ts'
import type { DirectoryRecord } from '../domain/directory.ts'
import { standingOf } from '../domain/organization.ts'
import { declaredMatches } from '../domain/person.ts'
import { subjectText } from '../domain/profile.ts'
import type { Refusal } from '../domain/reason.ts'
import type { Candidate, SignInFacts } from '../domain/sign-in-facts.ts'

export type Resolution =
  | {
      kind: 'account'
      accountId: string
      rule: string
      link: boolean
      automatic: boolean
      proof: 'P1' | 'P2' | 'P3'
      matchedByKey: boolean
    }
  | { kind: 'new'; rule: string; proof: 'P1' | 'P3'; matchedByKey: boolean }
  | { kind: 'prove'; rule: string; refusal: Refusal }
  | { kind: 'conflict'; rule: string; conflict: ConflictDraft; refusal: Refusal }
  | { kind: 'refused'; rule: string; refusal: Refusal }

/** Resolves a verified sign-in. Outside a domain proven by this organization the answer before proof is always the proof page. */
export function resolveSignIn(facts: SignInFacts): Resolution {
  const byKey = recordByKey(facts)
  const exact = facts.identity
  if (exact)
    return (
      conflictWith(facts, exact.accountId, byKey, false) ??
      account(facts, exact.accountId, 'R1', { link: false, proof: 'P2', byKey })
    )
  if (byKey?.accountId) {
    return (
      conflictWith(facts, byKey.accountId, byKey, false) ??
      account(facts, byKey.accountId, 'R2', { link: true, proof: 'P3', byKey })
    )
  }
  const byMail = proven(facts)
    ? facts.records.find((r) => r.accountId !== null && r.emailKey === facts.profile.emailKey)
    : undefined
  if (byMail?.accountId) {
    return (
      conflictWith(facts, byMail.accountId, byKey, true) ??
      account(facts, byMail.accountId, 'R2', { link: true, proof: 'P3', byKey })
    )
  }
  if (facts.starterAccountId) return connected(facts, facts.starterAccountId, byKey)
  const key = facts.profile.emailKey
  if (!key)
    return refused(
      facts,
      'R0',
      'attribute_missing',
      'idp_admin',
      'The identity provider did not send exactly one e-mail address.',
    )
  return facts.holder ? held(facts, key, facts.holder, byKey) : unheld(facts, key, byKey)
}

/** R3: the signed-in person connects single sign-on; an address verified on another account, or another subject on this one, is a conflict. */
function connected(facts: SignInFacts, accountId: string, byKey: DirectoryRecord | null): Resolution {
  const elsewhere = facts.holder !== null && facts.holder.accountId !== accountId
  if (elsewhere) return conflict(facts, accountId, 'The asserted address is verified on another account.')
  return (
    conflictWith(facts, accountId, byKey, true) ??
    account(facts, accountId, 'R3', { link: true, proof: 'P2', byKey, automatic: false })
  )
}

/** R4 and R5: an account holds the address verified. */
function held(
  facts: SignInFacts,
  key: AddressKey,
  holder: Candidate,
  byKey: DirectoryRecord | null,
): Resolution {
  const at = standing(facts, key)
  const free = at === 'this' && !holder.resting && !holder.governedElsewhere && !holder.undone
  const shown =
    facts.proof !== null &&
    (facts.proof.kind === 'P2'
      ? facts.proof.accountId === holder.accountId
      : facts.proof.key === key && !holder.undone && !holder.resting)
  if (!free && !shown) return prove(facts)
  const other = conflictWith(facts, holder.accountId, byKey, true) ?? keyDiffers(facts, holder)
  if (other) return other
  return account(facts, holder.accountId, free ? 'R4' : 'R5', {
    link: true,
    proof: free ? 'P3' : (facts.proof?.kind ?? 'P1'),
    byKey,
  })
}

/** R6 to R8: nobody holds the address verified; unverified claims are not touched. */
function unheld(facts: SignInFacts, key: AddressKey, byKey: DirectoryRecord | null): Resolution {
  const at = standing(facts, key)
  const shown = facts.proof?.kind === 'P1' && facts.proof.key === key
  if (at !== 'this' && !shown) return prove(facts)
  if (openConflict(facts, null))
    return conflict(facts, null, 'An open question about this address must be answered first.')
  const records = [byKey, ...facts.records.filter((r) => r.emailKey === key)].filter(
    (r): r is DirectoryRecord => r !== null,
  )
  if (records.some((r) => r.accountId === null && !r.active) && !records.some((r) => r.active)) {
    return refused(
      facts,
      'B10',
      'directory_inactive',
      'idp_admin',
      "The organization's directory has turned off this person's access.",
    )
  }
  if (facts.joined.length)
    return conflict(
      facts,
      facts.joined[0]?.accountId ?? null,
      'Another person joined by this address before.',
    )
  const jit = facts.organization.policies.jitProvisioning && at === 'this'
  if (facts.invited || records.length > 0 || jit)
    return {
      kind: 'new',
      rule: at === 'this' ? 'R7' : 'B4',
      proof: at === 'this' ? 'P3' : 'P1',
      matchedByKey: byKey !== null,
    }
  return at === 'this'
    ? refused(
        facts,
        'B9',
        'jit_off',
        'org_admin',
        'The person signed in, but the organization has not given them access.',
      )
    : refused(
        facts,
        'R8',
        'domain_unproven',
        'org_admin',
        'The person signed in, but nothing in the organization names them.',
      )
}

/** B8: what keeps a resolved account from being signed in. `checkOthers` is set where the address alone or the person's own act chose the account. */
function conflictWith(
  facts: SignInFacts,
  accountId: string,
  byKey: DirectoryRecord | null,
  checkOthers: boolean,
): Resolution | null {
  const candidate =
    facts.candidates.find((c) => c.accountId === accountId) ??
    (facts.holder?.accountId === accountId ? facts.holder : null)
  if (openConflict(facts, accountId))
    return conflict(facts, accountId, 'An open question about this account must be answered first.')
  const own = candidate?.records.filter((r) => r.directoryId === facts.connection.directoryId) ?? []
  if (
    facts.connection.comparable &&
    byKey &&
    byKey.accountId !== accountId &&
    (byKey.accountId !== null || own.length > 0) &&
    !own.some((r) => r.id === byKey.id)
  ) {
    return conflict(facts, accountId, "The sign-in names a directory record that is not this account's own.")
  }
  const subject = subjectText(facts.profile.subject)
  const others = candidate?.identities.some((i) => subjectText(i.subject) !== subject) ?? false
  if (checkOthers && others && !(byKey && own.some((r) => r.id === byKey.id)))
    return conflict(facts, accountId, 'The account already signs in here as another subject.')
  return null
}

/** The account's record here bears another comparable declared key than the one asserted. */
function keyDiffers(facts: SignInFacts, holder: Candidate): Resolution | null {
  const { connection, profile } = facts
  if (!connection.comparable || profile.directoryKey === null) return null
  const key = profile.directoryKey
  const own = holder.records.filter((r) => r.directoryId === connection.directoryId)
  if (own.length === 0 || own.some((r) => declaredMatches(r, connection.directoryMatch, key))) return null
  return conflict(
    facts,
    holder.accountId,
    "The account's directory record bears another key than the one that signed in.",
  )
}

function recordByKey(facts: SignInFacts): DirectoryRecord | null {
  const { connection, profile } = facts
  if (connection.directoryId === null || profile.directoryKey === null) return null
  const key = profile.directoryKey
  return (
    facts.records.find(
      (r) => r.directoryId === connection.directoryId && declaredMatches(r, connection.directoryMatch, key),
    ) ?? null
  )
}

function openConflict(facts: SignInFacts, accountId: string | null): boolean {
  return facts.conflicts.some(
    (c) =>
      (c.kind === 'B8' || c.kind === 'E9') &&
      ((accountId !== null && c.accountId === accountId) ||
        (c.key !== null && c.key === facts.profile.emailKey)),
  )
}

function standing(facts: SignInFacts, key: AddressKey) {
  return standingOf(key, facts.organization.domains, facts.organization.id)
}

function proven(facts: SignInFacts): boolean {
  return facts.profile.emailKey !== null && standing(facts, facts.profile.emailKey) === 'this'
}

function account(
  facts: SignInFacts,
  accountId: string,
  rule: string,
  how: { link: boolean; proof: 'P1' | 'P2' | 'P3'; byKey: DirectoryRecord | null; automatic?: boolean },
): Resolution {
  // C16: a known account whose own record named this sign-in by its declared key gets the new subject beside the old one.
  const link = how.link && facts.identity === null
  return {
    kind: 'account',
    accountId,
    rule,
    link,
    automatic: how.automatic ?? true,
    proof: how.proof,
    matchedByKey: how.byKey !== null,
  }
}

function prove(facts: SignInFacts): Resolution {
  const refusal: Refusal = {
    rule: 'R5',
    reason: 'proof_required',
    nextActor: 'person',
    message: 'The person must prove the address before anything is connected.',
    details: { address: facts.profile.address },
  }
  return { kind: 'prove', rule: 'R5', refusal }
}

function conflict(facts: SignInFacts, accountId: string | null, detail: string): Resolution {
  const refusal: Refusal = {
    rule: 'B8',
    reason: 'identity_conflict',
    nextActor: 'org_admin',
    message: 'An administrator must confirm who this is.',
  }
  return {
    kind: 'conflict',
    rule: 'B8',
    refusal,
    conflict: {
      kind: 'B8',
      key: facts.profile.emailKey,
      accountId,
      connectionId: facts.connection.id,
      subject: facts.profile.subject,
      directoryUserId: null,
      membershipId: null,
      choices: ['keep', 'replace', 'new_account'],
      detail,
    },
  }
}

function refused(
  _facts: SignInFacts,
  rule: string,
  reason: Refusal['reason'],
  nextActor: Refusal['nextActor'],
  message: string,
): Resolution {
  return { kind: 'refused', rule, refusal: { rule, reason, nextActor, message } }
}
