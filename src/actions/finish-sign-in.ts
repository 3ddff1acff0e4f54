// The end of a sign-in: in one transaction request and assertion are spent, account, link, grants and session written.

import type { NextActor, ReasonCode } from '../domain/reason.ts'
import { nextActorOf } from '../domain/reason-actors.ts'
import { returnAddress } from '../domain/return-address.ts'
import type { SessionView } from '../domain/session.ts'
import { AppError } from '../kernel/errors.ts'
import { constantTimeEqual, sha256 } from '../kernel/secrets.ts'
import type { Transaction } from '../store/database.ts'
import { lock } from '../store/locks.ts'
import {
  consumeRequest,
  deletePending,
  extendPending,
  lockPending,
  type PendingSignIn,
  readRequest,
  type SignInRequest,
  spendAssertion,
} from '../store/pending-sign-ins.ts'
import { accountLabel } from '../store/session-openings.ts'
import { endSessionRow } from '../store/sessions.ts'
import { apply } from './apply.ts'
import { type ConnectionForSignIn, findConnection } from './find-connection.ts'
import { findSession } from './find-session.ts'
import { type Judgement, judgeSignIn } from './judge-sign-in.ts'
import { releaseGuards } from './member-deed.ts'
import { openSession } from './open-session.ts'
import { recordSignIn } from './sign-in-record.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

const WAIT_MINUTES = 15
const OWN_PROOF_MS = 10 * 60_000

export interface SignInFinish {
  connectionId: string
  handle: string
  /** The nonce of this browser; null where it has none, which no request of ours can belong to. */
  browserNonce: string | null
  sessionToken: string | null
  /** The person confirmed that another account's session is replaced. */
  confirmed: boolean
}

export type Finished =
  | { outcome: 'signed_in'; sessionToken: string; expiresAt: Date; location: string }
  | { outcome: 'proof'; location: string }
  | { outcome: 'confirm'; current: string; next: string }
  | { outcome: 'refused'; reason: ReasonCode; nextActor: NextActor; message: string }

/** Finishes the pending sign-in of the handle, once (T-33, T-34). A proof or a confirmation leaves it waiting for 15 minutes. */
export async function finishSignIn(world: World, finish: SignInFinish): Promise<Finished> {
  const connection = await findConnection(world, finish.connectionId)
  if (connection?.status !== 'active') return refusal('connection_off', 'This connection is switched off.')
  const present = finish.sessionToken ? await findSession(world, finish.sessionToken) : null
  try {
    return await inTransaction(world, (tx) => finishIn(tx, world, connection, finish, present))
  } catch (error) {
    // Somebody else spent the request or the assertion between the look and the end: everything is rolled back and this says so.
    if (
      error instanceof AppError &&
      (error.code === 'assertion_replayed' || error.code === 'request_unknown')
    )
      return spentMeanwhile(world, connection, finish, error.code)
    throw error
  }
}

async function finishIn(
  tx: Transaction,
  world: World,
  connection: ConnectionForSignIn,
  finish: SignInFinish,
  present: SessionView | null,
): Promise<Finished> {
  const now = world.clock.now()
  const pending = await lockPending(tx, sha256(finish.handle), now)
  if (!pending || pending.connectionId !== connection.id)
    return refusal('request_unknown', 'This sign-in is finished or too old.')
  const { payload } = pending
  const request = await requestOf(tx, pending, finish, now)
  if (payload.inResponseTo !== null && request === null)
    return refuseAndRecord(
      tx,
      world,
      connection,
      pending,
      refused('request_unknown', 'The sign-in was not started in this browser.'),
    )
  const attempt = {
    connection,
    profile: payload.profile,
    starterAccountId: starterOf(request, present, now),
    proof: proofOf(pending),
    invitationId: request?.intent.kind === 'accept' ? request.intent.invitationId : null,
  }
  const judged = await judgeSignIn(tx, world, attempt, (names) => lock(tx, names))
  if (judged.outcome === 'prove') return keep(tx, pending, now, { outcome: 'proof', location: '/proof' })
  if (judged.outcome === 'refused') return refuseAndRecord(tx, world, connection, pending, judged)
  if (present && present.account.id !== judged.accountId && !finish.confirmed) {
    const next =
      (await accountLabel(tx, judged.accountId)) ?? payload.profile.address ?? payload.profile.subject.nameId
    return keep(tx, pending, now, {
      outcome: 'confirm',
      current: present.account.email ?? 'another account',
      next,
    })
  }
  await spend(tx, pending, finish, now)
  return accept(tx, world, connection, pending, { judged, request, present })
}

/** The request that the Response answers, where it was made for this browser. */
async function requestOf(
  tx: Transaction,
  pending: PendingSignIn,
  finish: SignInFinish,
  now: Date,
): Promise<SignInRequest | null> {
  const { inResponseTo } = pending.payload
  if (inResponseTo === null || finish.browserNonce === null) return null
  const request = await readRequest(tx, inResponseTo, pending.connectionId, now)
  return request && constantTimeEqual(request.browserHash, sha256(finish.browserNonce)) ? request : null
}

/** R3 counts only while the browser still holds the session of the one who started it, with an own proof at most ten minutes old. */
function starterOf(request: SignInRequest | null, present: SessionView | null, now: Date): string | null {
  if (!request || request.intent.kind === 'sign-in' || !present) return null
  const { accountId, provenAt } = request.intent
  const fresh = provenAt !== null && now.getTime() - new Date(provenAt).getTime() <= OWN_PROOF_MS
  return accountId === present.account.id && fresh ? accountId : null
}

function proofOf(pending: PendingSignIn) {
  if (pending.provenAccountId !== null) return { kind: 'P2', accountId: pending.provenAccountId } as const
  return pending.provenKey !== null ? ({ kind: 'P1', key: pending.provenKey } as const) : null
}

async function keep(
  tx: Transaction,
  pending: PendingSignIn,
  now: Date,
  finished: Finished,
): Promise<Finished> {
  await extendPending(tx, pending.id, new Date(now.getTime() + WAIT_MINUTES * 60_000))
  return finished
}

/** Consumes request and assertion; losing either race rolls the whole sign-in back. */
async function spend(
  tx: Transaction,
  pending: PendingSignIn,
  finish: SignInFinish,
  now: Date,
): Promise<void> {
  const { payload, connectionId } = pending
  if (payload.inResponseTo !== null) {
    const browserHash = sha256(finish.browserNonce ?? '')
    const request = await consumeRequest(tx, { id: payload.inResponseTo, connectionId, browserHash, now })
    if (!request) throw new AppError('conflict', 'request_unknown', 'The request was answered already.')
  }
  const fresh = await spendAssertion(tx, connectionId, payload.assertionId, new Date(payload.rememberUntil))
  if (!fresh) throw new AppError('conflict', 'assertion_replayed', 'The assertion was used already.')
}

async function accept(
  tx: Transaction,
  world: World,
  connection: ConnectionForSignIn,
  pending: PendingSignIn,
  found: {
    judged: Extract<Judgement, { outcome: 'accepted' }>
    request: SignInRequest | null
    present: SessionView | null
  },
): Promise<Finished> {
  const { judged, request, present } = found
  const { payload } = pending
  const { organizationId } = connection
  await apply(
    tx,
    world,
    { organizationId, actor: { type: 'person', id: judged.accountId, accountId: judged.accountId } },
    judged.changes,
  )
  // An owner who came in by single sign-on has a way in: whoever was guarded for want of one is guarded no longer (E3).
  if (judged.membership.ownerSince !== null)
    await releaseGuards(tx, world, { organizationId, actor: { type: 'system', id: null } }, judged.accountId)
  await recordSignIn(tx, world, {
    connection,
    payload,
    outcome: 'accepted',
    decision: judged.decision,
    accountId: judged.accountId,
  })
  const session = await openSession(tx, world, {
    accountId: judged.accountId,
    organizationId,
    proofType: 'saml',
    connectionId: connection.id,
    identityId: judged.identityId,
    expiresAt: payload.sessionUntil === null ? null : new Date(payload.sessionUntil),
  })
  if (present) await endSessionRow(tx, present.id, world.clock.now(), 'replaced')
  await deletePending(tx, pending.id)
  const wanted = payload.inResponseTo === null ? payload.relayState : (request?.returnTo ?? null)
  return {
    outcome: 'signed_in',
    sessionToken: session.token,
    expiresAt: session.expiresAt,
    location: returnAddress(wanted, connection.returnUrls, world.publicUrl),
  }
}

async function refuseAndRecord(
  tx: Transaction,
  world: World,
  connection: ConnectionForSignIn,
  pending: PendingSignIn,
  judged: Refused,
): Promise<Finished> {
  await apply(
    tx,
    world,
    { organizationId: connection.organizationId, actor: { type: 'connection', id: connection.id } },
    judged.changes,
  )
  await recordSignIn(tx, world, {
    connection,
    payload: pending.payload,
    outcome: 'refused',
    decision: judged.decision,
    accountId: null,
  })
  await deletePending(tx, pending.id)
  const { reason, nextActor, message } = judged.refusal
  return { outcome: 'refused', reason, nextActor, message }
}

async function spentMeanwhile(
  world: World,
  connection: ConnectionForSignIn,
  finish: SignInFinish,
  code: 'assertion_replayed' | 'request_unknown',
): Promise<Finished> {
  return inTransaction(world, async (tx) => {
    const pending = await lockPending(tx, sha256(finish.handle), world.clock.now())
    const message = 'This sign-in was used before.'
    return pending
      ? refuseAndRecord(tx, world, connection, pending, refused(code, message))
      : refusal(code, message)
  })
}

type Refused = Pick<Extract<Judgement, { outcome: 'refused' | 'prove' }>, 'refusal' | 'decision' | 'changes'>

function refused(reason: ReasonCode, message: string): Refused {
  const nextActor = nextActorOf(reason)
  return {
    refusal: { rule: 'R0', reason, nextActor, message },
    decision: { rule: 'R0', outcome: 'refuse', reason, nextActor },
    changes: [],
  }
}

function refusal(reason: ReasonCode, message: string): Finished {
  return { outcome: 'refused', reason, nextActor: nextActorOf(reason), message }
}
