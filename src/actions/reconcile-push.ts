// What a directory's push means for the person it speaks of (C1 to C19, E1 to E9), inside the provisioning deed's transaction.
import { conflictOf, differsFromSubject } from '../decisions/bind-records.ts'
import { foldRecord } from '../decisions/fold-record.ts'
import { followAddress, isNewPerson } from '../decisions/follow-address.ts'
import { followRecord } from '../decisions/follow-record.ts'
import { type RecordResolution, resolveRecord } from '../decisions/resolve-record.ts'
import type { Change, Decision } from '../domain/change.ts'
import type { DirectoryRecord } from '../domain/directory.ts'
import { standingOf } from '../domain/organization.ts'
import type { PersonFacts } from '../domain/person.ts'
import { newId } from '../kernel/ids.ts'
import { readAddressFreedom } from '../store/account-reads.ts'
import type { Transaction } from '../store/database.ts'
import { type LockName, lock } from '../store/locks.ts'
import { apply, type Scope } from './apply.ts'
import { directoryInvitation } from './directory-invitation.ts'
import { loadPush, type PushFacts } from './load-push.ts'
import { draft, type PushingDirectory, type RecordPush, told } from './push-event.ts'
import { reconcileDeletion, replacePerson, settleHolder } from './reconcile-departure.ts'
import { requireSeat } from './require-seat.ts'
import { settlePush } from './settle-push.ts'
import type { World } from './world.ts'

/** Reconciles the person of one record that was just written (or deleted) in this transaction. */
export async function reconcilePush(
  tx: Transaction,
  world: World,
  directory: PushingDirectory,
  push: RecordPush,
): Promise<void> {
  const scope: Scope = {
    organizationId: directory.organizationId,
    actor: { type: 'directory', id: directory.id },
    told: directory.told,
  }
  // A directory in test changes nothing outside itself (decision 6).
  if (directory.status !== 'active') return
  await lock(tx, locksOf(push))
  if (push.kind === 'deleted') return reconcileDeletion(tx, world, scope, push.before)
  if (push.before && isNewPerson(push.before, push.after))
    return replacePerson(tx, world, scope, push.before, push.after)
  const now = world.clock.now()
  const facts = await loadPush(tx, world, push)
  const { stored, record } = facts
  const resolution = resolveRecord({
    ...stored,
    now,
    organizationId: directory.organizationId,
    record,
    created: push.kind === 'created',
  })
  const followed = followRecord({ now, invitations: stored.invitations }, record.id, record)
  if (resolution.kind === 'unbound' || resolution.kind === 'conflict') {
    const invited =
      resolution.kind === 'unbound' && resolution.invite
        ? directoryInvitation(world, directory, record, stored.policies)
        : []
    const opened: Change[] =
      resolution.kind === 'conflict' ? [{ kind: 'conflict.open', conflict: resolution.conflict }] : []
    await apply(tx, world, scope, [
      ...followed,
      ...opened,
      ...invited,
      told(push, unboundDecision(resolution, invited.length > 0)),
    ])
    if (resolution.rule !== 'E9' && !record.active) await settleHolder(tx, world, scope, stored.holder)
    return
  }
  await reconcileBound(tx, world, scope, push, { ...facts, resolution, followed })
}

interface Resolved extends PushFacts {
  resolution: Extract<RecordResolution, { kind: 'bound' | 'bind' | 'new' }>
  followed: readonly Change[]
}

async function reconcileBound(
  tx: Transaction,
  world: World,
  scope: Scope,
  push: Exclude<RecordPush, { kind: 'deleted' }>,
  { resolution, followed, record, person }: Resolved,
): Promise<void> {
  const accountId = resolution.kind === 'new' ? newId() : resolution.accountId
  const keys = record.emailKey === null ? [] : [record.emailKey]
  const loaded = await person(resolution.kind === 'new' ? null : accountId)
  if (resolution.kind === 'bind' && resolution.rule !== 'E8' && differsFromSubject(loaded, record)) {
    await apply(tx, world, scope, [
      ...followed,
      { kind: 'conflict.open', conflict: conflictOf(loaded, record, false) },
      told(push, unboundDecision({ kind: 'unbound', rule: 'E9', invite: false }, false)),
    ])
    return
  }
  const first: Change[] = [...followed]
  if (resolution.kind === 'new') first.push(...newAccount(world, record, accountId))
  if (resolution.kind !== 'bound')
    first.push({ kind: 'record.bind', recordId: record.id, accountId, rule: resolution.rule })
  if (resolution.kind === 'bind' && resolution.rule === 'C3' && record.active)
    first.push(...toldOfLink(loaded))
  let { rule } = resolution
  let standing = loaded
  if (
    resolution.kind === 'bound' &&
    push.before &&
    record.emailKey !== null &&
    push.before.emailKey !== record.emailKey
  ) {
    const freedom = await readAddressFreedom(tx, scope.organizationId, accountId, record.emailKey)
    const moved = followAddress(loaded, push.before, record, { ...freedom, givenBy: 'directory' })
    first.push(...moved.changes)
    rule = moved.rule ?? rule
    standing = moved.facts
  }
  const named = (resolution.kind !== 'bound' && isProven(loaded, record)) || rule === 'C14'
  const facts = foldRecord(standing, record, accountId, resolution.kind === 'new')
  const settled = await settlePush(
    tx,
    world,
    scope,
    facts,
    {
      door: 'push',
      rule,
      namedKeys: named ? keys : [],
      satisfies: 'directory',
      boundRecordId: resolution.kind === 'bound' ? null : record.id,
      email: record.email,
      displayName: record.displayName,
      inPerson: false,
      newMembershipId: newId(),
    },
    { first, event: (decision) => draft(push, decision, accountId) },
  )
  if (push.kind !== 'groups') requireSeat(facts, settled)
}

function newAccount(world: World, record: DirectoryRecord, accountId: string): Change[] {
  if (record.email === null || record.emailKey === null) return []
  const address = {
    address: record.email,
    key: record.emailKey,
    verifiedAt: world.clock.now(),
    primary: true,
    givenBy: 'directory' as const,
    restingSince: null,
  }
  return [
    { kind: 'account.create', accountId, name: record.displayName },
    { kind: 'claims.strike', key: record.emailKey, keepAccountId: accountId },
    { kind: 'address.add', accountId, address, proof: 'P3' },
  ]
}

/** C3: the person is told by mail at every address that the account has proven. */
function toldOfLink(facts: PersonFacts): Change[] {
  const addresses = (facts.account?.addresses ?? []).filter((a) => a.verifiedAt !== null)
  return addresses.map((a) => ({
    kind: 'mail',
    mail: 'linked',
    to: a.address,
    data: { detail: facts.organization.name },
  }))
}

/** The addresses that the record had and has, and whose account it is. */
function locksOf({ before, after }: RecordPush): LockName[] {
  const keys = [before?.emailKey, after?.emailKey].filter((key) => typeof key === 'string')
  const accountId = (after ?? before)?.accountId ?? null
  return [
    ...keys.map((key) => `key:${key}` as const),
    ...(accountId === null ? [] : [`account:${accountId}` as const]),
  ]
}

function isProven({ organization }: PersonFacts, { emailKey }: DirectoryRecord): boolean {
  return emailKey !== null && standingOf(emailKey, organization.domains, organization.id) === 'this'
}

function unboundDecision(
  resolution: Extract<RecordResolution, { kind: 'unbound' | 'conflict' }>,
  invited: boolean,
): Decision {
  if (resolution.rule === 'E9')
    return { rule: 'E9', outcome: 'conflict', reason: 'identity_conflict', nextActor: 'org_admin' }
  return {
    rule: resolution.rule,
    outcome: 'none',
    reason: invited ? 'awaiting_person' : null,
    nextActor: invited ? 'person' : 'nobody',
  }
}
