// Gives a directory's OAuth client a short-lived access token (RFC 6749 §4.4), or tells it nothing but that it is not known.
import { type ClientFault, faultAdvice } from '../domain/client-fault.ts'
import { ACCESS_TOKEN_SECONDS, type AssertionTrust } from '../domain/oauth-client.ts'
import { AppError } from '../kernel/errors.ts'
import { isId, newId } from '../kernel/ids.ts'
import { constantTimeEqual, newToken, sha256 } from '../kernel/secrets.ts'
import { reader } from '../store/database.ts'
import {
  type CandidateClient,
  findCandidates,
  insertAccessToken,
  spendAssertion,
} from '../store/oauth-grants.ts'
import { logDirectoryRequest } from './log-directory-request.ts'
import { inTransaction } from './transaction.ts'
import {
  type ReadAssertion,
  readAssertion,
  type TakenAssertion,
  verifyClientAssertion,
} from './verify-client-assertion.ts'
import type { World } from './world.ts'

/** What a client shows of itself. With an assertion it may leave its id out (RFC 7521 §4.2). */
export type ClientProof =
  | { kind: 'secret'; clientId: string; secret: string }
  | { kind: 'assertion'; clientId: string | null; assertion: string }

export interface IssuedToken {
  token: string
  expiresInSeconds: number
}

/** Nobody of this directory is meant: told to nobody, so that strangers cannot fill the directory's request log. */
type Stranger = 'stranger'

interface Refused {
  client: CandidateClient
  fault: ClientFault
}

interface Proven {
  client: CandidateClient
  secret: CandidateClient['secrets'][number] | null
  taken: TakenAssertion | null
}

interface Issued extends IssuedToken {
  client: CandidateClient
  tokenId: string
}

/**
 * The token lives an hour, or until its client or secret expires. It ends at once when either is deleted or the directory disconnected.
 * AppError unauthenticated `invalid_client` says the same whatever was wrong; a client of this directory finds the reason in the request log.
 */
export async function issueAccessToken(
  world: World,
  directoryId: string,
  proof: ClientProof,
  userAgent: string | null,
): Promise<IssuedToken> {
  const started = performance.now()
  const read = proof.kind === 'assertion' ? readAssertion(proof.assertion) : null
  const proven = isId(directoryId) ? await prove(world, directoryId, proof, read) : 'stranger'
  const outcome = proven !== 'stranger' && 'secret' in proven ? await issue(world, proven) : proven
  if (outcome !== 'stranger') log(world, { directoryId, proof, read, outcome, userAgent, started })
  if (outcome === 'stranger' || 'fault' in outcome) {
    throw new AppError('unauthenticated', 'invalid_client', 'The client could not be authenticated.')
  }
  return { token: outcome.token, expiresInSeconds: outcome.expiresInSeconds }
}

async function prove(
  world: World,
  directoryId: string,
  proof: ClientProof,
  read: ReadAssertion | null,
): Promise<Proven | Refused | Stranger> {
  const candidates = await findCandidates(reader(world.dataSource), directoryId)
  const now = world.clock.now()
  // Each secret of the directory is compared, so that no answer comes sooner for a client that is not there.
  const secrets = proof.kind === 'secret' ? matching(candidates, proof.secret) : []
  const client = candidates.find((one) =>
    proof.clientId === null ? isMeant(one.assertion, read) : one.id === proof.clientId.toLowerCase(),
  )
  if (client === undefined || client.directoryStatus === 'disconnected') return 'stranger'
  const refuse = (name: ClientFault['name'], detail: string) => ({ client, fault: { name, detail } })
  if (isOver(client.expiresAt, now)) return refuse('client_expired', 'the client has expired')
  if ((client.assertion === null) !== (proof.kind === 'secret')) {
    const by = client.assertion === null ? 'a secret' : 'an assertion'
    return refuse('method_wrong', `the client is known by ${by}`)
  }
  if (client.assertion === null || proof.kind === 'secret') {
    const secret = secrets.find((one) => client.secrets.includes(one))
    if (secret === undefined) return refuse('secret_wrong', 'the secret is none of this client')
    if (isOver(secret.expiresAt, now)) return refuse('secret_expired', 'the secret has expired')
    return { client, secret, taken: null }
  }
  if (read === null) return refuse('assertion_malformed', 'the assertion is no signed JWT of 16 kB at most')
  const taken = await verifyClientAssertion(world, directoryId, client.assertion, proof.assertion, read)
  return 'name' in taken ? { client, fault: taken } : { client, secret: null, taken }
}

function matching(candidates: readonly CandidateClient[], secret: string): CandidateClient['secrets'] {
  const hash = sha256(secret)
  return candidates.flatMap((client) => client.secrets.filter((one) => constantTimeEqual(one.hash, hash)))
}

function isMeant(trust: AssertionTrust | null, read: ReadAssertion | null): boolean {
  return trust !== null && read?.claims.iss === trust.issuer && read.claims.sub === trust.subject
}

function isOver(end: Date | null, now: Date): boolean {
  return end !== null && end <= now
}

/** Spends the assertion and writes the token in one transaction: of two nodes that are shown the same assertion, one gives a token. */
async function issue(world: World, { client, secret, taken }: Proven): Promise<Issued | Refused | Stranger> {
  const now = world.clock.now()
  const ends = [client.expiresAt, secret?.expiresAt].map((end) => end?.getTime() ?? Number.POSITIVE_INFINITY)
  const expiresAt = new Date(Math.min(now.getTime() + ACCESS_TOKEN_SECONDS * 1000, ...ends))
  const expiresInSeconds = Math.floor((expiresAt.getTime() - now.getTime()) / 1000)
  const { token, hash: tokenHash } = newToken('scimat')
  const row = { id: newId(), clientId: client.id, secretId: secret?.id ?? null, expiresAt, createdAt: now }
  return inTransaction(world, async (tx) => {
    if (taken !== null && client.assertion?.repeatable === false) {
      if (!(await spendAssertion(tx, client.id, taken.replayKey, taken.until))) {
        const fault: ClientFault = { name: 'assertion_replayed', detail: 'the assertion was shown before' }
        return { client, fault }
      }
    }
    if (!(await insertAccessToken(tx, { ...row, tokenHash, hint: token.slice(-4) }))) return 'stranger'
    return { client, token, tokenId: row.id, expiresInSeconds }
  })
}

interface Attempt {
  directoryId: string
  proof: ClientProof
  read: ReadAssertion | null
  outcome: Issued | Refused
  userAgent: string | null
  started: number
}

/** Into the request log, for the directory's administrators: who was meant and what was wrong; no secret, no assertion, no token. */
function log(world: World, { directoryId, proof, read, outcome, userAgent, started }: Attempt): void {
  const fault = 'fault' in outcome ? outcome.fault : null
  const { alg, kid } = read?.header ?? {}
  const { iss, sub, aud, exp, jti } = read?.claims ?? {}
  const shown = proof.kind === 'secret' ? {} : { alg, kid, iss, sub, aud, exp, jti }
  const answer =
    'fault' in outcome
      ? { error: 'invalid_client' }
      : { token_type: 'Bearer', expires_in: outcome.expiresInSeconds }
  const requestBody = JSON.stringify({ client_id: outcome.client.id, by: proof.kind, ...shown })
  logDirectoryRequest(world, {
    directoryId,
    at: world.clock.now(),
    method: 'POST',
    status: fault === null ? 200 : 401,
    durationMs: Math.round(performance.now() - started),
    userAgent,
    tokenId: 'tokenId' in outcome ? outcome.tokenId : null,
    notable: fault !== null,
    bytes: requestBody.length + 512,
    describe: () => ({
      path: '/oauth/token',
      requestBody,
      responseBody: JSON.stringify(answer),
      findings:
        fault === null
          ? []
          : [{ level: 'error', code: fault.name, message: fault.detail, advice: faultAdvice[fault.name] }],
    }),
  })
}
