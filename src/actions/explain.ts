// Explains one address to an administrator: why the person is in, waits or cannot join, who must act, and what would help.
import { dryAcceptance, invitationFor } from '../decisions/dry-acceptance.ts'
import type { DryRun } from '../decisions/dry-run.ts'
import { explain as judge, type Verdict } from '../decisions/explain.ts'
import { type EvidenceLine, evidenceOf } from '../decisions/explain-evidence.ts'
import { type Fix, fixesFor } from '../decisions/explain-fixes.ts'
import { sentenceFor } from '../decisions/explain-texts.ts'
import { type AddressKey, addressKey, domainChain, domainOf } from '../domain/address.ts'
import { serviceProviderOf } from '../domain/connection.ts'
import { standingOf } from '../domain/organization.ts'
import type { PersonFacts } from '../domain/person.ts'
import { invalidField } from '../kernel/errors.ts'
import { type Reader, reader } from '../store/database.ts'
import { domainsOver } from '../store/domain-standings.ts'
import { type Evidence, readBearers, readEvidence } from '../store/explanation.ts'
import { authorize, type Caller } from './authorize.ts'
import { loadPerson } from './load-person.ts'
import { runPushDry, runSignInDry } from './run-dry.ts'
import type { World } from './world.ts'

export interface Explanation {
  email: string
  verdict: Verdict['verdict']
  reason: { code: string; message: string; nextActor: Verdict['nextActor'] }
  evidence: EvidenceLine[]
  wouldHappen: { invitation: DryRun; signIn: DryRun; directory: DryRun }
  fixes: Fix[]
}

/**
 * Answers from what the decisions left behind and from dry runs on the present facts. For an address neither in a domain that the organization
 * has proven nor a member's here it is computed as if no account existed, unless the host product asks (T-31). AppError invalid for what is
 * no address.
 */
export async function explain(
  world: World,
  caller: Caller,
  organizationRef: string,
  email: string,
): Promise<Explanation> {
  const read = reader(world.dataSource)
  const { id: organizationId } = await authorize(read, caller, organizationRef, 'admin')
  const key = addressKey(email)
  if (key === null) throw invalidField('email', 'is no e-mail address')
  const subject = await subjectOf(read, caller, organizationId, key)
  const loaded = await loadPerson(read, world, {
    organizationId,
    accountId: subject.accountId,
    keys: [key],
    recordIds: [],
  })
  // What another account holds is not told to who may not know of it.
  const person = subject.visible ? loaded : { ...loaded, heldElsewhere: [] }
  const evidence = await readEvidence(read, {
    organizationId,
    key,
    accountId: subject.accountId,
    domains: domainChain(domainOf(key)),
  })
  const directoryId = evidence.directories.find((d) => d.status === 'active')?.id ?? null
  const dry = {
    invitation: dryAcceptance(person, key, subject.visible),
    signIn: await runSignInDry(read, world, person, key),
    directory: await runPushDry(read, world, { person, key, email, directoryId, visible: subject.visible }),
  }
  return told(world, caller, { email, key, person, evidence, dry, claims: subject.claims })
}

interface Known {
  email: string
  key: AddressKey
  person: PersonFacts
  evidence: Evidence
  dry: Explanation['wouldHappen']
  claims: number
}

function told(world: World, caller: Caller, known: Known): Explanation {
  const { email, key, person, evidence, dry, claims } = known
  const root = caller.kind === 'root'
  const invitation = invitationFor(person, key)
  const verdict = judge({
    person,
    key,
    dry,
    deliveries: evidence.deliveries
      .filter((d) => d.invitationId === invitation?.id && !d.replaced)
      .map((d) => d.status)
      .reverse(),
    lastSignIn: evidence.events.find((e) => e.type.startsWith('sign_in.')) ?? null,
    known: isKnown(person, evidence),
  })
  const active = person.organization.connections.find((c) => c.status === 'active')
  return {
    email,
    verdict: verdict.verdict,
    reason: {
      code: verdict.code,
      message: sentenceFor(verdict.code, {
        email,
        organization: person.organization.name,
        date: invitation?.expiresAt.toISOString().slice(0, 10),
      }),
      nextActor: verdict.nextActor,
    },
    evidence: evidenceOf(person, key, { ...evidence, claims: root ? claims : 0 }),
    wouldHappen: dry,
    fixes: fixesFor(verdict.code, {
      person,
      key,
      email,
      root,
      conflicts: evidence.conflicts,
      approvals: evidence.approvals,
      domain: evidence.domain,
      signInUrl: active ? serviceProviderOf(world.publicUrl, active.id).signInUrl : null,
    }),
  }
}

/** Whom the reader may know behind the address: in a proven domain its holder, elsewhere a member by this very key, for the host product anybody. */
async function subjectOf(
  read: Reader,
  caller: Caller,
  organizationId: string,
  key: AddressKey,
): Promise<{ accountId: string | null; visible: boolean; claims: number }> {
  const { holderId, joinedIds, recordIds, claims } = await readBearers(read, organizationId, key)
  const proven = standingOf(key, await domainsOver(read, [key]), organizationId) === 'this'
  const open = proven || caller.kind === 'root'
  const member = joinedIds[0] ?? (open ? recordIds[0] : null) ?? null
  return { accountId: open ? (holderId ?? member) : member, visible: open || member !== null, claims }
}

function isKnown({ account, invitations, records }: PersonFacts, { events }: Evidence): boolean {
  return account !== null || invitations.length > 0 || records.length > 0 || events.length > 0
}
