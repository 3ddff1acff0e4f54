// D2: what a policy makes somebody wait for when they join; whoever is a member already is never asked again.
import type { DirectoryRecord } from '../domain/directory.ts'
import type { WaitingReason } from '../domain/membership.ts'
import { standingOf } from '../domain/organization.ts'
import type { PersonFacts } from '../domain/person.ts'
import type { DerivedGrants } from './derive-grants.ts'
import type { Settling } from './settle-invitations.ts'

/** The one reason to wait, in the order sso, seat, approval; null where the person may be in. */
export function policyWait(
  facts: PersonFacts,
  bound: readonly DirectoryRecord[],
  settling: Settling,
  derived: DerivedGrants,
): WaitingReason | null {
  const { membership } = facts
  if (membership?.status === 'active') return null
  const returning = membership?.status === 'suspended'
  const sso = returning ? null : ssoWait(facts, bound, settling, derived)
  if (sso) return sso
  const { seats } = facts.organization.policies
  if (
    seats !== null &&
    membership?.ownerSince == null &&
    facts.seatsTaken >= seats &&
    derived.grants.length + derived.waiting.length > 0
  )
    return 'seat'
  return derived.role === null && derived.waiting.length > 0 ? 'approval' : null
}

/** A8 and A9: a consent alone does not open an organization that requires its own sign-in. */
function ssoWait(
  facts: PersonFacts,
  bound: readonly DirectoryRecord[],
  settling: Settling,
  derived: DerivedGrants,
): WaitingReason | null {
  const { policies, connections, domains, id } = facts.organization
  if (!policies.ssoRequired || settling.settled.length === 0 || !facts.account) return null
  if (policies.breakGlassAccountIds.includes(facts.account.id)) return null
  if (derived.grants.some((g) => g.origin.type !== 'invitation')) return null
  if (bound.some((r) => r.active || r.frozenAt !== null)) return null
  if (
    facts.identities.some(
      (i) =>
        i.inactiveSince === null && connections.some((c) => c.id === i.connectionId && c.status === 'active'),
    )
  )
    return null
  const governed = settling.settled.some((i) => ['this', 'duty'].includes(standingOf(i.key, domains, id)))
  if (governed) return 'sso'
  return policies.guests === 'refused' ? 'guest_refused' : null
}
