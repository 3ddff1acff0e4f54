// Finds the session of a token and asks anew whether membership and policy still let it open what it opened.
import { judgeSession } from '../decisions/judge-session.ts'
import type { SessionView } from '../domain/session.ts'
import { sha256 } from '../kernel/secrets.ts'
import { reader } from '../store/database.ts'
import { isGoverned } from '../store/domain-standings.ts'
import { findSessionFacts, type SessionFactsRow } from '../store/sessions.ts'
import { endSession } from './end-session.ts'
import type { World } from './world.ts'

/**
 * The session of a bearer token or cookie, or null where there is none, it has ended, or the organization no longer takes it:
 * then it ends here and does not come back when the policy turns (invariant 16).
 */
export async function findSession(world: World, token: string): Promise<SessionView | null> {
  const row = await findSessionFacts(reader(world.dataSource), sha256(token), world.clock.now())
  if (row === null) return null
  const refused = await refusedNow(world, row)
  if (refused === null) return viewOf(row)
  await endSession(world, row.id, refused)
  return null
}

async function refusedNow(world: World, row: SessionFactsRow): Promise<string | null> {
  const verifiedKeys = row.addresses.filter((address) => address.verified).map((address) => address.key)
  if (row.organizationId === null || row.policies === null) {
    const provenByCode = row.proofType === 'code'
    return provenByCode && !verifiedKeys.some((key) => key === row.proofKey) ? 'address_unproven' : null
  }
  const known = row.joinedKeys.length > 0 ? row.joinedKeys : verifiedKeys
  const governed =
    row.policies.ssoRequired && (await isGoverned(reader(world.dataSource), known, row.organizationId))
  return judgeSession({
    proof: { type: row.proofType, key: row.proofKey, connectionStatus: row.connectionStatus },
    account: {
      id: row.accountId,
      verifiedKeys,
      primaryKey: row.addresses.find((address) => address.primary && address.verified)?.key ?? null,
    },
    membership:
      row.membershipStatus === null
        ? null
        : {
            status: row.membershipStatus,
            statusReason: row.membershipReason,
            consented: row.consentedAt !== null,
            owner: row.ownerSince !== null,
            joinedKeys: row.joinedKeys,
          },
    policies: row.policies,
    governed,
  })
}

function viewOf(row: SessionFactsRow): SessionView {
  const { organizationId, organizationName, organizationSlug, membershipId } = row
  const shown = row.addresses.find((address) => address.primary) ?? row.addresses[0]
  return {
    id: row.id,
    account: {
      id: row.accountId,
      name: row.accountName,
      // Who came by an organization's provider is shown as that organization knows them (T-12): its administrator can sign in as them.
      email: (row.proofType === 'saml' ? row.membershipEmail : null) ?? shown?.address ?? null,
      addresses: row.addresses,
    },
    organization:
      organizationId === null || organizationName === null || organizationSlug === null
        ? null
        : { id: organizationId, name: organizationName, slug: organizationSlug },
    membership:
      membershipId === null
        ? null
        : {
            id: membershipId,
            role: row.membershipRole,
            projects: row.projects,
            status: 'active',
            email: row.membershipEmail,
          },
    authenticatedBy: { type: row.proofType, connectionId: row.connectionId },
    proofKey: row.proofKey,
    ownProofAt: row.ownProofAt,
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
  }
}
