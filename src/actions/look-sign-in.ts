// The dry look at a verified sign-in: refused here with its record, or kept until the browser comes back with its own cookies.
import type { Profile } from '../domain/profile.ts'
import type { NextActor, ReasonCode } from '../domain/reason.ts'
import { nextActorOf } from '../domain/reason-actors.ts'
import { newId } from '../kernel/ids.ts'
import { newToken } from '../kernel/secrets.ts'
import { reader } from '../store/database.ts'
import { createPending, isSpent, type PendingPayload, readRequest } from '../store/pending-sign-ins.ts'
import { apply } from './apply.ts'
import type { ConnectionForSignIn } from './find-connection.ts'
import { type Judgement, judgeSignIn } from './judge-sign-in.ts'
import { recordSignIn } from './sign-in-record.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

const PENDING_SECONDS = 60

export interface VerifiedSignIn {
  connection: ConnectionForSignIn
  assertion: {
    assertionId: string
    /** Until when the assertion must be remembered, skew included. */
    notOnOrAfter: Date
    inResponseTo: string | null
    sessionNotOnOrAfter: Date | null
  }
  profile: Profile
  relayState: string | null
  trace: { checks: { name: string; ok: boolean; detail: string | null }[]; responseXml: string | null }
}

export type Looked =
  | { outcome: 'refused'; reason: ReasonCode; nextActor: NextActor; message: string }
  | { outcome: 'pending'; handle: string; reason?: 'proof_required' }

/** Writes a pending sign-in, or nothing but the record of the refusal. Neither request nor assertion is consumed here. */
export async function lookSignIn(world: World, signIn: VerifiedSignIn): Promise<Looked> {
  const { connection } = signIn
  const payload = payloadOf(signIn)
  const early = await earlyRefusal(world, signIn)
  const judged = early ?? (await judge(world, signIn))
  if (connection.status === 'test') return refuse(world, connection, payload, tested(judged), 'test')
  if (judged.outcome === 'refused') return refuse(world, connection, payload, judged, 'refused')
  const { token, hash } = newToken('psi')
  const now = world.clock.now()
  await inTransaction(world, async (tx) => {
    await createPending(tx, {
      id: newId(),
      handleHash: hash,
      connectionId: connection.id,
      payload,
      createdAt: now,
      expiresAt: new Date(now.getTime() + PENDING_SECONDS * 1000),
    })
    if (judged.outcome === 'prove') {
      await recordSignIn(tx, world, {
        connection,
        payload,
        outcome: 'proof_required',
        decision: judged.decision,
        accountId: null,
      })
    }
  })
  return {
    outcome: 'pending',
    handle: token,
    ...(judged.outcome === 'prove' ? { reason: 'proof_required' as const } : {}),
  }
}

async function judge(world: World, signIn: VerifiedSignIn): Promise<Judgement> {
  const read = reader(world.dataSource)
  // R3 and A8 need the browser's own session, which this cross-site POST does not carry: the hop asks again with them.
  const request = signIn.assertion.inResponseTo
    ? await readRequest(read, signIn.assertion.inResponseTo, signIn.connection.id, world.clock.now())
    : null
  const intent = request?.intent
  const starterAccountId = intent && intent.kind !== 'sign-in' ? intent.accountId : null
  const invitationId = intent?.kind === 'accept' ? intent.invitationId : null
  return judgeSignIn(
    read,
    world,
    { connection: signIn.connection, profile: signIn.profile, starterAccountId, proof: null, invitationId },
    async () => {},
  )
}

type Refused = Extract<Judgement, { outcome: 'refused' | 'prove' }>

async function earlyRefusal(world: World, signIn: VerifiedSignIn): Promise<Refused | null> {
  const { connection, assertion } = signIn
  const read = reader(world.dataSource)
  if (assertion.inResponseTo === null && connection.idpInitiated !== 'accept') {
    return refusalOf('B16', 'idp_initiated_off', 'This organization starts sign-ins from its own page.')
  }
  if (
    assertion.inResponseTo !== null &&
    !(await readRequest(read, assertion.inResponseTo, connection.id, world.clock.now()))
  ) {
    return refusalOf('R0', 'request_unknown', 'The answer belongs to no sign-in that was started here.')
  }
  if (await isSpent(read, connection.id, assertion.assertionId))
    return refusalOf('R0', 'assertion_replayed', 'This sign-in was used before.')
  return null
}

function refusalOf(rule: string, reason: ReasonCode, message: string): Refused {
  const nextActor = nextActorOf(reason)
  return {
    outcome: 'refused',
    refusal: { rule, reason, nextActor, message },
    decision: { rule, outcome: 'refuse', reason, nextActor },
    changes: [],
  }
}

/** B18: in test mode the judgement is reported and nothing happens. */
function tested(judged: Judgement): Refused {
  const { rule } = judged.decision
  return {
    outcome: 'refused',
    refusal: {
      rule,
      reason: 'test_mode',
      nextActor: 'org_admin',
      message: 'This connection is being tested; nobody is signed in by it.',
    },
    decision: { ...judged.decision, inputs: { ...judged.decision.inputs, wouldBe: judged.outcome } },
    changes: [],
  }
}

async function refuse(
  world: World,
  connection: ConnectionForSignIn,
  payload: PendingPayload,
  refused: Refused,
  outcome: 'refused' | 'test',
): Promise<Looked> {
  await inTransaction(world, async (tx) => {
    await apply(
      tx,
      world,
      { organizationId: connection.organizationId, actor: { type: 'connection', id: connection.id } },
      refused.changes,
    )
    await recordSignIn(tx, world, {
      connection,
      payload,
      outcome,
      decision: refused.decision,
      accountId: null,
    })
  })
  const { reason, nextActor, message } = refused.refusal
  return { outcome: 'refused', reason, nextActor, message }
}

function payloadOf({ assertion, profile, relayState, trace }: VerifiedSignIn): PendingPayload {
  return {
    profile,
    assertionId: assertion.assertionId,
    rememberUntil: assertion.notOnOrAfter.toISOString(),
    inResponseTo: assertion.inResponseTo,
    sessionUntil: assertion.sessionNotOnOrAfter?.toISOString() ?? null,
    relayState,
    checks: trace.checks,
    responseXml: trace.responseXml,
  }
}
