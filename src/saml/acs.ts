// The assertion consumer service: from a posted Response to a pending sign-in or a refusal; nobody is signed in here.
import type { Request, Response } from 'express'
import type { ConnectionForSignIn } from '../actions/find-connection.ts'
import { logRefusedResponse } from '../actions/log-refused-response.ts'
import { lookSignIn } from '../actions/look-sign-in.ts'
import type { World } from '../actions/world.ts'
import type { ReasonCode } from '../domain/reason.ts'
import { clientNetwork } from '../http/client-address.ts'
import { isOverLimit, takeFromLimit } from '../http/rate-limit.ts'
import { setPendingSignIn } from '../http/sign-in-cookie.ts'
import { AppError } from '../kernel/errors.ts'
import type { ResponseHead, VerifiedAssertion } from './assertion.ts'
import {
  answeredRequest,
  type Check,
  type CheckReport,
  replayUntil,
  runChecks,
  sessionLimit,
} from './checks.ts'
import { attributeSources, toProfile } from './profile.ts'
import { redactResponse } from './redact.ts'
import { type DoorRefusal, nextActors, refuse, startAgain } from './refusals.ts'
import { type VerifyResult, verifyResponse } from './response.ts'

/** Only Responses that verified count against a Connection; noise counts against the network it comes from (T-39). */
const VERIFIED = { name: 'saml-verified', points: 3000, seconds: 60 }
const FAILED = { name: 'saml-failed', points: 60, seconds: 60 }

/** `POST /acs` (SAML Bindings §3.5): steps 1 to 8 of the pipeline, then the decision dry. */
export async function consume(
  world: World,
  connection: ConnectionForSignIn,
  req: Request,
  res: Response,
): Promise<void> {
  res.setHeader('Cache-Control', 'no-store')
  const form = readForm(req)
  if (typeof form === 'string') return refuseForm(world, connection, res, form)
  if (await isOverLimit(world, FAILED, clientNetwork(req))) return limited(world, connection, res)
  if (connection.status === 'off') {
    await failed(world, req)
    await logRefusedResponse(world, {
      connectionId: connection.id,
      reason: 'connection_off',
      checks: [],
      responseXml: null,
    })
    return refuse(world, connection, res, { reason: 'connection_off', nextActor: 'org_admin' })
  }
  const verified = await verify(connection, form.field)
  if (verified === 'no_base64') return refuseForm(world, connection, res, 'SAMLResponse is not base64.')
  if (!verified.ok) {
    await failed(world, req)
    const checks = [{ name: STAGES[verified.stage], ok: false, detail: verified.detail }]
    return refuseResponse(world, connection, res, 'saml_response_invalid', checks, verified.xml)
  }
  const { head, assertion, xml } = verified
  const report = judge(world, connection, head, assertion)
  const checks = [
    { name: 'Signature', ok: true, detail: `Signed: ${verified.signed.join(' and ') || 'nothing'}.` },
    ...report.checks,
  ]
  if (report.failed !== null || assertion === null || assertion.nameId === null) {
    if (verified.signed.length === 0) await failed(world, req)
    return refuseResponse(
      world,
      connection,
      res,
      report.failed?.reason ?? 'saml_response_invalid',
      checks,
      xml,
    )
  }
  await takeFromLimit(world, VERIFIED, connection.id)
  const looked = await lookSignIn(world, {
    connection,
    assertion: {
      assertionId: assertion.id,
      notOnOrAfter: replayUntil(assertion),
      inResponseTo: answeredRequest(head, assertion),
      sessionNotOnOrAfter: sessionLimit(assertion),
    },
    profile: toProfile(
      assertion,
      assertion.nameId,
      attributeSources(connection.preset, connection.attributes),
    ),
    relayState: form.relayState,
    trace: { checks, responseXml: redactResponse(xml) },
  })
  if (looked.outcome === 'refused') return refuse(world, connection, res, withWayBack(connection, looked))
  setPendingSignIn(res, looked.handle, world.publicUrl)
  if (looked.reason !== undefined) res.setHeader('Gatehouse-Reason', looked.reason)
  res.redirect(303, `/saml/${connection.id}/continue`)
}

const STAGES = {
  gate: 'Document',
  structure: 'Structure',
  algorithms: 'Algorithms',
  decryption: 'Decryption',
  signature: 'Signature',
} as const

/** The two fields, or what is wrong with the form. The query carries nothing: a second place for a Response is a second reading. */
function readForm(req: Request): { field: string; relayState: string | null } | string {
  const body = (req.body ?? {}) as Record<string, unknown>
  const field = body.SAMLResponse
  if (field === undefined || field === '') return 'The form has no field SAMLResponse.'
  if (typeof field !== 'string') return 'The form has more than one field SAMLResponse.'
  if (Object.keys(req.query).length > 0)
    return 'The address carries a query; the Response belongs into the form alone.'
  const relayState = body.RelayState
  if (relayState !== undefined && typeof relayState !== 'string')
    return 'The form has more than one field RelayState.'
  return {
    field,
    relayState:
      relayState !== undefined && relayState !== '' && relayState.length <= 2048 ? relayState : null,
  }
}

async function verify(connection: ConnectionForSignIn, field: string): Promise<VerifyResult | 'no_base64'> {
  try {
    return await verifyResponse({
      field,
      certificates: connection.certificates,
      decryptionKeys: connection.spKeyPem ? [connection.spKeyPem] : [],
      legacy: connection.legacy,
    })
  } catch (error) {
    if (error instanceof AppError && error.kind === 'invalid') return 'no_base64'
    throw error
  }
}

function judge(
  world: World,
  connection: ConnectionForSignIn,
  head: ResponseHead,
  assertion: VerifiedAssertion | null,
): CheckReport {
  if (assertion !== null) return runChecks({ head, assertion, connection, now: world.clock.now() })
  const detail = `The identity provider answered ${head.statusDetail || 'without a status'} and without an assertion.`
  return {
    checks: [{ name: 'Status', ok: false, detail }],
    failed: { reason: 'saml_response_invalid', detail },
  }
}

async function refuseResponse(
  world: World,
  connection: ConnectionForSignIn,
  res: Response,
  reason: ReasonCode,
  checks: Check[],
  xml: string | null,
): Promise<void> {
  const responseXml = xml === null ? null : redactResponse(xml)
  await logRefusedResponse(world, { connectionId: connection.id, reason, checks, responseXml })
  refuse(
    world,
    connection,
    res,
    withWayBack(connection, { reason, nextActor: nextActors[reason] ?? 'nobody' }),
  )
}

/** What a new beginning mends gets the button that begins it. */
function withWayBack(connection: ConnectionForSignIn, refusal: DoorRefusal): DoorRefusal {
  const { reason } = refusal
  const again = reason === 'request_unknown' || reason === 'assertion_replayed'
  const restart = reason === 'idp_initiated_off' && connection.idpInitiated === 'restart'
  if (!again && !restart) return refusal
  const label = again ? 'Start again' : `Continue to ${connection.organizationName}`
  return { ...refusal, actions: startAgain(connection, label) }
}

function refuseForm(world: World, connection: ConnectionForSignIn, res: Response, message: string): void {
  const refusal: DoorRefusal = {
    reason: 'saml_response_invalid',
    nextActor: 'idp_admin',
    message,
    status: 400,
  }
  refuse(world, connection, res, refusal)
}

function limited(world: World, connection: ConnectionForSignIn, res: Response): void {
  refuse(world, connection, res, { reason: 'rate_limited', nextActor: 'person', status: 429 })
}

/** Counts a failure of this network; being over it shows at the next request. */
async function failed(world: World, req: Request): Promise<void> {
  await takeFromLimit(world, FAILED, clientNetwork(req)).catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error
  })
}
