// What a sign-in may resolve to, and the words in which each of it is said.
import type { ConflictDraft } from '../domain/change.ts'
import type { DirectoryRecord } from '../domain/directory.ts'
import type { Refusal } from '../domain/reason.ts'
import type { SignInFacts } from '../domain/sign-in-facts.ts'

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

export function account(
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

export function prove(facts: SignInFacts): Resolution {
  const refusal: Refusal = {
    rule: 'R5',
    reason: 'proof_required',
    nextActor: 'person',
    message: 'The person must prove the address before anything is connected.',
    details: { address: facts.profile.address },
  }
  return { kind: 'prove', rule: 'R5', refusal }
}

const UNCONFIRMED: Refusal = {
  rule: 'B8',
  reason: 'identity_conflict',
  nextActor: 'org_admin',
  message: 'An administrator must confirm who this is.',
}

/** Refused without asking again: the question is open already. */
export function unanswered(facts: SignInFacts): Resolution {
  const { rule, reason, nextActor, message } = UNCONFIRMED
  return refused(facts, rule, reason, nextActor, message)
}

/** Asks an administrator, unless the last answer about this subject was to keep the account for its present holder. */
export function conflict(facts: SignInFacts, accountId: string | null, detail: string): Resolution {
  const last = facts.conflicts.filter((c) => c.answer).at(-1)
  if (last?.answer?.choice === 'keep' && last.accountId === accountId) return unanswered(facts)
  const refusal = UNCONFIRMED
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

export function refused(
  _facts: SignInFacts,
  rule: string,
  reason: Refusal['reason'],
  nextActor: Refusal['nextActor'],
  message: string,
): Resolution {
  return { kind: 'refused', rule, refusal: { rule, reason, nextActor, message } }
}
