// Folding a sign-in into the facts: the account, address and identity that it makes or touches, before anything is settled.
import type { Identity } from '../domain/account.ts'
import type { Change } from '../domain/change.ts'
import { standingOf } from '../domain/organization.ts'
import type { PersonFacts } from '../domain/person.ts'
import type { Profile } from '../domain/profile.ts'
import type { SignInFacts } from '../domain/sign-in-facts.ts'
import type { Resolution } from './resolve-sign-in.ts'

/** The account that a newcomer's sign-in would make. */
export function newAccountOf(
  facts: SignInFacts,
  accountId: string,
  proof: 'P1' | 'P2' | 'P3',
): PersonFacts['account'] {
  const { address, emailKey } = facts.profile
  const givenBy = proof === 'P1' ? ('person' as const) : ('connection' as const)
  const addresses =
    address && emailKey
      ? [{ address, key: emailKey, verifiedAt: facts.now, primary: true, givenBy, restingSince: null }]
      : []
  return { id: accountId, name: displayNameOf(facts.profile), externalId: null, addresses }
}

/** The identity as it stands after this sign-in; every one that would have joined by just-in-time provisioning carries that origin. */
export function identityOf(
  facts: SignInFacts,
  resolution: Extract<Resolution, { kind: 'account' | 'new' }>,
  accountId: string,
  newIdentityId: string,
): Identity {
  const { profile, connection, now } = facts
  const jit = facts.organization.policies.jitProvisioning && standingThis(facts) ? now : null
  const known = facts.identity
  if (known) {
    return {
      ...known,
      directoryKey: profile.directoryKey ?? known.directoryKey,
      groups: profile.groups ?? known.groups,
      jitAt: known.jitAt ?? jit,
      inactiveSince: null,
      lastUsedAt: now,
    }
  }
  return {
    id: newIdentityId,
    accountId,
    organizationId: connection.organizationId,
    connectionId: connection.id,
    subject: profile.subject,
    rule: resolution.rule,
    proof: resolution.proof,
    automatic: resolution.kind === 'new' || resolution.automatic,
    directoryKey: profile.directoryKey,
    groups: profile.groups,
    jitAt: jit,
    inactiveSince: null,
    lastUsedAt: now,
  }
}

/** What the sign-in writes of account, address and identity. */
export function identityChanges(
  facts: SignInFacts,
  resolution: Extract<Resolution, { kind: 'account' | 'new' }>,
  identity: Identity,
  account: PersonFacts['account'],
  profile: Profile,
): Change[] {
  const changes: Change[] = []
  const first = account?.addresses[0]
  if (resolution.kind === 'new' && account) {
    changes.push({ kind: 'account.create', accountId: account.id, name: account.name })
    if (first) {
      changes.push(
        { kind: 'claims.strike', key: first.key, keepAccountId: account.id },
        { kind: 'address.add', accountId: account.id, address: first, proof: resolution.proof },
      )
    }
  }
  if (facts.identity) {
    changes.push({
      kind: 'identity.note',
      identityId: identity.id,
      directoryKey: profile.directoryKey,
      groups: profile.groups,
      jitAt: identity.jitAt,
      usedAt: facts.now,
    })
  } else {
    changes.push({ kind: 'identity.link', identity })
    if (resolution.kind === 'account') {
      const told = (account?.addresses ?? []).filter((a) => a.verifiedAt !== null)
      changes.push(
        ...told.map(
          (a): Change => ({
            kind: 'mail',
            mail: 'linked',
            to: a.address,
            data: { detail: facts.connection.name },
          }),
        ),
      )
    }
  }
  if (resolution.matchedByKey && !facts.connection.comparable)
    changes.push({ kind: 'connection.comparable', connectionId: facts.connection.id })
  return changes
}

/** Whether the asserted address lies in a domain proven by this organization. */
export function standingThis(facts: SignInFacts): boolean {
  const { emailKey } = facts.profile
  return (
    emailKey !== null && standingOf(emailKey, facts.organization.domains, facts.organization.id) === 'this'
  )
}

/** How the provider names the person. */
export function displayNameOf(profile: Profile): string | null {
  const parts = [profile.firstName, profile.lastName].filter((p): p is string => p !== null && p !== '')
  return profile.displayName ?? (parts.length ? parts.join(' ') : null)
}
