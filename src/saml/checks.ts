// The ordered checks of what a verified Response says: one line a check, each with its reason code.
import type { ReasonCode } from '../domain/reason.ts'
import type { Confirmation, ResponseHead, VerifiedAssertion } from './assertion.ts'
import { instant } from './instant.ts'
import { BEARER, FORMAT_ENTITY, FORMAT_TRANSIENT, SUCCESS } from './names.ts'

export interface CheckInput {
  head: ResponseHead
  assertion: VerifiedAssertion
  connection: {
    acsUrl: string
    spEntityId: string
    idpEntityId: string
    maxAssertionMinutes: number
  }
  now: Date
}

export interface Check {
  name: string
  ok: boolean
  /** One sentence for the administrator of the organization; null where there is nothing to say. */
  detail: string | null
}

export interface CheckReport {
  /** Every check up to the first that failed. */
  checks: Check[]
  failed: { reason: ReasonCode; detail: string } | null
}

const SKEW_MS = 3 * 60_000
const LONGEST_NAME_ID = 1024

/** Null where it holds, else what is wrong with it. */
type Test = (input: CheckInput) => string | null

// biome-ignore format: a table is read along its columns
const TABLE: readonly { name: string; reason: ReasonCode; test: Test }[] = [
  { name: 'Response version',         reason: 'saml_response_invalid', test: (i) => version(i.head.version) },
  { name: 'Status',                   reason: 'saml_response_invalid', test: (i) => status(i.head) },
  { name: 'Response issuer',          reason: 'saml_response_invalid', test: (i) => i.head.issuer && issuer(i.head.issuer, i) },
  { name: 'Destination',              reason: 'saml_response_invalid', test: destination },
  { name: 'Response issue time',      reason: 'saml_response_invalid', test: (i) => issued(i.head.issueInstant, i) },
  { name: 'Assertion version',        reason: 'saml_response_invalid', test: (i) => version(i.assertion.version) },
  { name: 'Assertion issuer',         reason: 'saml_response_invalid', test: (i) => issuer(i.assertion.issuer, i) },
  { name: 'Assertion issue time',     reason: 'saml_response_invalid', test: (i) => issued(i.assertion.issueInstant, i) },
  { name: 'Audience',                 reason: 'saml_response_invalid', test: audience },
  { name: 'Conditions understood',    reason: 'saml_response_invalid', test: understood },
  { name: 'Not before',               reason: 'saml_response_invalid', test: notBefore },
  { name: 'Not on or after',          reason: 'saml_response_invalid', test: notOnOrAfter },
  { name: 'Lifetime',                 reason: 'saml_response_invalid', test: lifetime },
  { name: 'Bearer confirmation',      reason: 'saml_response_invalid', test: (i) => confirmed(i, 0) },
  { name: 'Recipient',                reason: 'saml_response_invalid', test: (i) => confirmed(i, 1) },
  { name: 'Confirmation time',        reason: 'saml_response_invalid', test: (i) => confirmed(i, 2) },
  { name: 'Confirmation not delayed', reason: 'saml_response_invalid', test: (i) => confirmed(i, 3) },
  { name: 'InResponseTo',             reason: 'request_unknown',       test: (i) => confirmed(i, 4) },
  { name: 'Authentication statement', reason: 'saml_response_invalid', test: authenticated },
  { name: 'Session end',              reason: 'saml_response_invalid', test: sessionEnd },
  { name: 'Subject',                  reason: 'attribute_missing',     test: subject },
]

/** The names in their order, for readers that show what was not reached. */
export const checkNames: readonly string[] = TABLE.map((row) => row.name)

/** Walks the table until a check fails (SAML Core §2.5, SAML Profiles §4.1.4.3 and §4.1.5). */
export function runChecks(input: CheckInput): CheckReport {
  const checks: Check[] = []
  for (const row of TABLE) {
    const fault = row.test(input)
    checks.push({ name: row.name, ok: fault === null, detail: fault })
    if (fault !== null) return { checks, failed: { reason: row.reason, detail: fault } }
  }
  return { checks, failed: null }
}

/** The request that the provider says it answers; null where nobody asked (SAML Profiles §4.1.5). */
export function answeredRequest(head: ResponseHead, assertion: VerifiedAssertion): string | null {
  return (
    head.inResponseTo ??
    assertion.confirmations.find((one) => one.inResponseTo !== null)?.inResponseTo ??
    null
  )
}

/** The soonest SessionNotOnOrAfter; null where the provider sets none. */
export function sessionLimit(assertion: VerifiedAssertion): Date | null {
  const ends = assertion.authnStatements
    .map((one) => instant(one.sessionNotOnOrAfter))
    .filter((end) => end !== null)
  return ends.length === 0 ? null : new Date(Math.min(...ends.map((end) => end.getTime())))
}

/** Until when a second use of the Assertion must be recognized: its own end plus the skew. */
export function replayUntil(assertion: VerifiedAssertion): Date {
  const ends = [assertion.conditions?.notOnOrAfter, ...assertion.confirmations.map((one) => one.notOnOrAfter)]
    .map((text) => instant(text ?? null)?.getTime())
    .filter((end) => end !== undefined)
  return new Date(Math.max(...ends) + SKEW_MS)
}

function version(text: string | null): string | null {
  return text === '2.0' ? null : `The version is ${shown(text)}, not 2.0.`
}

function status(head: ResponseHead): string | null {
  return head.status === SUCCESS
    ? null
    : `The identity provider answered ${head.statusDetail || 'without a status'}.`
}

function issuer(found: { value: string; format: string | null }, { connection }: CheckInput): string | null {
  if (found.format !== null && found.format !== FORMAT_ENTITY)
    return `The issuer has the format ${shown(found.format)}.`
  return found.value === connection.idpEntityId
    ? null
    : `The issuer is ${shown(found.value)}, this Connection expects ${shown(connection.idpEntityId)}.`
}

function destination({ head, connection }: CheckInput): string | null {
  if (head.destination === null) return head.signed ? 'A signed Response names no Destination.' : null
  return head.destination === connection.acsUrl
    ? null
    : `The Destination is ${shown(head.destination)}, the address of this Connection is ${connection.acsUrl}.`
}

function issued(text: string | null, { connection, now }: CheckInput): string | null {
  const at = instant(text)
  if (at === null) return `The IssueInstant ${shown(text)} is no time in UTC.`
  if (at.getTime() > now.getTime() + SKEW_MS)
    return `It was issued at ${shown(text)}, which has not come yet.`
  return at.getTime() < now.getTime() - minutes(connection) - SKEW_MS
    ? `It was issued at ${shown(text)}, too long ago.`
    : null
}

function audience({ assertion, connection }: CheckInput): string | null {
  const restrictions = assertion.conditions?.audiences ?? []
  if (restrictions.length === 0) return 'The Assertion names no Audience.'
  const foreign = restrictions.find((one) => !one.includes(connection.spEntityId))
  return foreign === undefined
    ? null
    : `The Audience is ${foreign.map(shown).join(', ') || 'empty'}, this Connection is ${connection.spEntityId}.`
}

function understood({ assertion }: CheckInput): string | null {
  const unknown = assertion.conditions?.unknown ?? []
  return unknown.length === 0 ? null : `The condition ${shown(unknown[0] ?? null)} is not understood.`
}

function notBefore({ assertion, now }: CheckInput): string | null {
  const text = assertion.conditions?.notBefore ?? null
  if (text === null) return null
  const at = instant(text)
  if (at === null) return `NotBefore ${shown(text)} is no time in UTC.`
  return at.getTime() > now.getTime() + SKEW_MS
    ? `The Assertion is valid from ${text}: the clocks differ.`
    : null
}

function notOnOrAfter({ assertion, now }: CheckInput): string | null {
  const text = assertion.conditions?.notOnOrAfter ?? null
  const at = instant(text)
  if (at === null) return `NotOnOrAfter ${shown(text)} is no time in UTC.`
  return at.getTime() + SKEW_MS <= now.getTime() ? `The Assertion was valid until ${text}.` : null
}

function lifetime({ assertion, connection }: CheckInput): string | null {
  const from = instant(assertion.issueInstant)?.getTime() ?? 0
  const until = instant(assertion.conditions?.notOnOrAfter ?? null)?.getTime() ?? 0
  return until - from > minutes(connection) + SKEW_MS
    ? `The Assertion is valid for ${Math.round((until - from) / 60_000)} minutes, ${connection.maxAssertionMinutes} are allowed.`
    : null
}

type ConfirmationTest = (one: Confirmation, input: CheckInput) => string | null

const CONFIRMATION: readonly ConfirmationTest[] = [
  (one) => (one.method === BEARER ? null : `The confirmation method is ${shown(one.method)}, not bearer.`),
  (one, { connection }) =>
    one.recipient === connection.acsUrl
      ? null
      : `The Recipient is ${shown(one.recipient)}, the address of this Connection is ${connection.acsUrl}.`,
  (one, { now, connection }) => {
    const until = instant(one.notOnOrAfter)
    if (until === null) return `The confirmation's NotOnOrAfter ${shown(one.notOnOrAfter)} is no time in UTC.`
    if (until.getTime() + SKEW_MS <= now.getTime())
      return `The confirmation was valid until ${one.notOnOrAfter}.`
    return until.getTime() > now.getTime() + minutes(connection) + SKEW_MS
      ? 'The confirmation is valid for too long.'
      : null
  },
  (one) => (one.notBefore === null ? null : 'A bearer confirmation may not carry NotBefore.'),
  (one, { head }) =>
    one.inResponseTo === head.inResponseTo
      ? null
      : `The Response answers ${shown(head.inResponseTo)}, the confirmation ${shown(one.inResponseTo)}.`,
]

/** One confirmation that passes everything is enough: the check says what stops the one that came furthest. */
function confirmed(input: CheckInput, upTo: number): string | null {
  const tests = CONFIRMATION.slice(0, upTo + 1)
  const faults = input.assertion.confirmations.map((one) =>
    tests.map((test) => test(one, input)).find((fault) => fault !== null),
  )
  if (faults.length === 0) return 'The Subject has no confirmation.'
  return faults.some((fault) => fault === undefined) ? null : (faults[0] ?? null)
}

function authenticated({ assertion, now }: CheckInput): string | null {
  if (assertion.authnStatements.length === 0) return 'The Assertion has no AuthnStatement.'
  for (const { authnInstant } of assertion.authnStatements) {
    const at = instant(authnInstant)
    if (at === null) return `The AuthnInstant ${shown(authnInstant)} is no time in UTC.`
    if (at.getTime() > now.getTime() + SKEW_MS)
      return `The AuthnInstant ${shown(authnInstant)} has not come yet.`
  }
  return null
}

function sessionEnd({ assertion, now }: CheckInput): string | null {
  for (const { sessionNotOnOrAfter: text } of assertion.authnStatements) {
    if (text === null) continue
    const at = instant(text)
    if (at === null) return `SessionNotOnOrAfter ${shown(text)} is no time in UTC.`
    if (at.getTime() <= now.getTime()) return `The session at the identity provider ended at ${text}.`
  }
  return null
}

function subject({ assertion }: CheckInput): string | null {
  const id = assertion.nameId
  if (id === null || id.value.trim() === '') return 'The Assertion names nobody: it has no NameID.'
  if (id.format === FORMAT_TRANSIENT)
    return 'The NameID is transient: it names another person at every sign-in.'
  const longest = Math.max(
    id.value.length,
    id.format.length,
    id.nameQualifier.length,
    id.spNameQualifier.length,
  )
  return longest > LONGEST_NAME_ID ? `The NameID is longer than ${LONGEST_NAME_ID} characters.` : null
}

function minutes(connection: CheckInput['connection']): number {
  return connection.maxAssertionMinutes * 60_000
}

function shown(text: string | null): string {
  return text === null ? 'absent' : JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text)
}
