// R0 to R8: whose account a single sign-on is, or what has to be proven or answered before anybody may say.
import type { AddressKey } from '../domain/address.ts'
import type { DirectoryRecord } from '../domain/directory.ts'
import { standingOf } from '../domain/organization.ts'
import { declaredMatches } from '../domain/person.ts'
import { subjectText } from '../domain/profile.ts'
import type { Candidate, SignInFacts } from '../domain/sign-in-facts.ts'
import { account, conflict, prove, type Resolution, refused, unanswered } from './resolution.ts'

export type { Resolution } from './resolution.ts'

/** Resolves a verified sign-in. Outside a domain proven by this organization the answer before proof is always the proof page. */
export function resolveSignIn(given: SignInFacts): Resolution {
  // What a disconnected directory left unbound says nothing (H6).
  const facts = {
    ...given,
    records: given.records.filter((r) => r.accountId !== null || r.frozenAt === null),
  }
  const byKey = recordByKey(facts)
  const exact = facts.identity
  if (exact)
    return (
      conflictWith(facts, exact.accountId, byKey, false) ??
      account(facts, exact.accountId, 'R1', { link: false, proof: 'P2', byKey })
    )
  if (byKey?.accountId) {
    if (undone(facts, byKey.accountId)) return prove(facts)
    return (
      conflictWith(facts, byKey.accountId, byKey, false) ??
      account(facts, byKey.accountId, 'R2', { link: true, proof: 'P3', byKey })
    )
  }
  const byMail = proven(facts) ? boundByAddress(facts) : undefined
  if (byMail?.accountId) {
    if (facts.holder && facts.holder.accountId !== byMail.accountId)
      return conflict(facts, byMail.accountId, "The address of this directory record is another account's.")
    if (undone(facts, byMail.accountId)) return prove(facts)
    return (
      conflictWith(facts, byMail.accountId, byKey, true) ??
      keyDiffers(facts, byMail.accountId, [byMail]) ??
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
  const other =
    conflictWith(facts, holder.accountId, byKey, true) ?? keyDiffers(facts, holder.accountId, holder.records)
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
  if (openConflict(facts, null)) return unanswered(facts)
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
  const other = knownBy(facts, at === 'this')
  if (other) return conflict(facts, other, 'Another person here was known by this address before.')
  const jit = facts.organization.policies.jitProvisioning && at === 'this'
  if (facts.invited || records.some((r) => r.accountId === null) || jit)
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

/** The bound record of this Connection's directory that bears the asserted address. */
function boundByAddress({ records, connection, profile }: SignInFacts): DirectoryRecord | undefined {
  return records.find(
    (r) =>
      r.accountId !== null && r.directoryId === connection.directoryId && r.emailKey === profile.emailKey,
  )
}

/**
 * Whose membership here was joined by the asserted address (T-17). Addresses that a record bore later, or that a bound record of another
 * directory bears, are recognised in a proven domain; elsewhere they name nobody.
 */
function knownBy({ joined, records, profile }: SignInFacts, proven: boolean): string | null {
  const member = joined.find((j) => proven || j.kind === 'joined')?.accountId
  const bearer = records.find((r) => r.accountId !== null && r.emailKey === profile.emailKey)?.accountId
  return member ?? (proven ? (bearer ?? null) : null)
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
  if (openConflict(facts, accountId)) return unanswered(facts)
  // R1 after an answer: an administrator has said whose this subject is, whatever the directory's record says.
  if (facts.identity && facts.conflicts.some((c) => c.answer)) return null
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

/** The account's record here bears another comparable declared key than the one asserted: at R4 and R5, and where R2 went by the address. */
function keyDiffers(
  facts: SignInFacts,
  accountId: string,
  records: readonly DirectoryRecord[],
): Resolution | null {
  const { connection, profile } = facts
  if (!connection.comparable || profile.directoryKey === null) return null
  const key = profile.directoryKey
  const own = records.filter((r) => r.directoryId === connection.directoryId)
  if (own.length === 0 || own.some((r) => declaredMatches(r, connection.directoryMatch, key))) return null
  return conflict(
    facts,
    accountId,
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
      !c.answer &&
      (c.kind === 'B8' || c.kind === 'E9') &&
      ((accountId !== null && c.accountId === accountId) ||
        (c.key !== null && c.key === facts.profile.emailKey)),
  )
}

/** An undone link is not made again without an own proof of the account (B5). */
function undone(facts: SignInFacts, accountId: string): boolean {
  const proof = facts.proof
  if (proof?.kind === 'P2' && proof.accountId === accountId) return false
  return facts.candidates.some((c) => c.accountId === accountId && c.undone)
}

function standing(facts: SignInFacts, key: AddressKey) {
  return standingOf(key, facts.organization.domains, facts.organization.id)
}

function proven(facts: SignInFacts): boolean {
  return facts.profile.emailKey !== null && standing(facts, facts.profile.emailKey) === 'this'
}
