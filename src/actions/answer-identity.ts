// The answers to B8: who a Connection's subject is, where the address or the directory pointed at two persons.
import type { Account, Identity } from '../domain/account.ts'
import { standingOf } from '../domain/organization.ts'
import { declaredMatches, type PersonFacts } from '../domain/person.ts'
import { newId } from '../kernel/ids.ts'
import { endIdentities, findSubject, moveIdentity } from '../store/conflict-answers.ts'
import type { Transaction } from '../store/database.ts'
import { findDeclared } from '../store/declared-records.ts'
import type { Answering } from './answering.ts'
import { apply } from './apply.ts'
import { moveAddress } from './move-address.ts'
import { requireOverAccount } from './require-over-account.ts'
import { loadLocked } from './settle.ts'
import { settleAnswered } from './settle-answered.ts'
import type { World } from './world.ts'

/**
 * `keep`: the account stays with its present subject, the newcomer stays out. `replace`: the same person under a new subject, which takes the
 * place of the old one. `new_account`: another person, who gets an account of their own and, in a proven domain, the address.
 */
export async function answerIdentity(tx: Transaction, world: World, answering: Answering): Promise<void> {
  const { conflict, choice } = answering
  const { accountId, connectionId, subject } = conflict
  if (choice === 'keep' || accountId === null || connectionId === null || subject === null) return
  const facts = await loadLocked(tx, world, {
    organizationId: conflict.organizationId,
    accountId,
    keys: conflict.key === null ? [] : [conflict.key],
    recordIds: [],
  })
  const known = await findSubject(tx, connectionId, subject)
  if (known) await requireOverAccount(tx, answering.caller, conflict.organizationId, known.accountId)
  if (choice === 'replace') await replace(tx, world, answering, facts, known)
  else await separate(tx, world, answering, facts.account, known)
}

async function replace(
  tx: Transaction,
  world: World,
  answering: Answering,
  facts: PersonFacts,
  known: Identity | null,
): Promise<void> {
  const { conflict, scope } = answering
  const { connectionId, accountId } = conflict
  if (connectionId === null || accountId === null) return
  const at = world.clock.now()
  if (known) {
    // R1: the subject is on one account and the directory's record on another; the directory's word replaces the link.
    const rightful = await declaredHolder(tx, facts, connectionId, known)
    if (rightful === null || rightful === known.accountId) return
    await requireOverAccount(tx, answering.caller, conflict.organizationId, rightful)
    await moveIdentity(tx, known.id, rightful, at)
    await settleAnswered(tx, world, scope, known.accountId, 'B8')
    await settleAnswered(tx, world, scope, rightful, 'B8')
    return
  }
  await endIdentities(tx, accountId, connectionId, at)
  const identity = { ...linked(answering, facts, accountId), ...inherited(facts, connectionId) }
  await apply(tx, world, scope, [{ kind: 'identity.link', identity }])
  await settleAnswered(tx, world, scope, accountId, 'B8')
}

/** The same person under a new subject keeps what the sign-ins by the old one gave: joining by sign-in, and groups. */
function inherited({ identities }: PersonFacts, connectionId: string): Pick<Identity, 'jitAt' | 'groups'> {
  const former = identities.filter((i) => i.connectionId === connectionId)
  return {
    jitAt: former.find((i) => i.jitAt !== null)?.jitAt ?? null,
    groups: former.find((i) => i.groups !== null)?.groups ?? null,
  }
}

async function separate(
  tx: Transaction,
  world: World,
  answering: Answering,
  former: Account | null,
  known: Identity | null,
): Promise<void> {
  const { conflict, scope } = answering
  const accountId = await moveAddress(tx, world, scope, {
    key: conflict.key,
    address: former?.addresses.find((a) => a.key === conflict.key)?.address ?? conflict.key,
    from: former,
    name: null,
    givenBy: 'connection',
  })
  if (known) await moveIdentity(tx, known.id, accountId, world.clock.now())
  else
    await apply(tx, world, scope, [{ kind: 'identity.link', identity: linked(answering, null, accountId) }])
  if (former) await settleAnswered(tx, world, scope, former.id, 'B8')
}

/** The account of the live record that the identity's declared key names; null where there is none. */
async function declaredHolder(
  tx: Transaction,
  facts: PersonFacts,
  connectionId: string,
  { directoryKey }: Identity,
): Promise<string | null> {
  const connection = facts.organization.connections.find((c) => c.id === connectionId)
  if (!connection?.directoryId || directoryKey === null) return null
  const records = await findDeclared(tx, connection.directoryId, directoryKey)
  return (
    records.find((r) => r.accountId !== null && declaredMatches(r, connection.directoryMatch, directoryKey))
      ?.accountId ?? null
  )
}

function linked({ conflict }: Answering, facts: PersonFacts | null, accountId: string): Identity {
  const { key, organizationId, connectionId, subject } = conflict
  if (connectionId === null || subject === null) throw new Error('a question about an identity names one')
  const { domains = [], id = organizationId } = facts?.organization ?? {}
  // Without a proven domain the question came up after the person's own proof: there was no other way to it.
  const proven = facts === null || (key !== null && standingOf(key, domains, id) === 'this')
  return {
    id: newId(),
    accountId,
    organizationId,
    connectionId,
    subject,
    rule: 'B8',
    proof: proven ? 'P3' : 'P1',
    automatic: false,
    directoryKey: null,
    groups: null,
    jitAt: null,
    inactiveSince: null,
    lastUsedAt: null,
  }
}
