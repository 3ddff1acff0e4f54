// The caller's own session: what it is, its end, own proofs, and single sign-on connected to the account.
import { z } from 'zod'
import { confirmProof } from '../actions/confirm-proof.ts'
import { endSession } from '../actions/end-session.ts'
import { findSession } from '../actions/find-session.ts'
import { startConnecting } from '../actions/start-connecting.ts'
import { startProof } from '../actions/start-proof.ts'
import { undoIdentity } from '../actions/undo-identity.ts'
import type { World } from '../actions/world.ts'
import type { SessionView } from '../domain/session.ts'
import { takeFromLimit } from '../http/rate-limit.ts'
import { AppError } from '../kernel/errors.ts'
import { csrfToken } from './csrf.ts'
import { email, id, iso, isoOrNull, time } from './fields.ts'
import { type Route, route } from './route.ts'

const PROOF_MAILS = { name: 'own-proof-mail', points: 10, seconds: 3600 }
/** For all networks together: whoever got into a session may come from anywhere. */
const PROOFS_ANYWHERE = { name: 'own-proof-anywhere', points: 30, seconds: 21_600 }
const PROOF_TRIES = { name: 'own-proof-try', points: 30, seconds: 3600 }

const session = z.object({
  account: z.object({
    id,
    name: z.string().nullable(),
    email: z.string().nullable(),
    emails: z.array(z.object({ address: z.string(), verified: z.boolean(), primary: z.boolean() })),
  }),
  organization: z.object({ id, name: z.string(), slug: z.string() }).nullable(),
  membership: z
    .object({ id, role: z.string().nullable(), projects: z.array(z.string()), status: z.string() })
    .nullable(),
  authenticatedBy: z.object({ type: z.enum(['saml', 'code', 'host']), connectionId: id.optional() }),
  ownProofAt: time.nullable(),
  csrfToken: z.string(),
  expiresAt: time,
})

function view(world: World, found: SessionView): z.input<typeof session> {
  const { account, membership, authenticatedBy } = found
  const { type, connectionId } = authenticatedBy
  return {
    account: {
      id: account.id,
      name: account.name,
      email: account.email,
      emails: shownAddresses(found).map(({ address, verified, primary }) => ({ address, verified, primary })),
    },
    organization: found.organization,
    membership:
      membership === null
        ? null
        : {
            id: membership.id,
            role: membership.role,
            projects: membership.projects,
            status: membership.status,
          },
    authenticatedBy: { type, ...(connectionId === null ? {} : { connectionId }) },
    ownProofAt: isoOrNull(found.ownProofAt),
    csrfToken: csrfToken(world, found.id),
    expiresAt: iso(found.expiresAt),
  }
}

/** All of the account's addresses, but in a session that a provider opened only the one that its organization knows, until an own proof (T-37). */
function shownAddresses({
  account,
  authenticatedBy,
  ownProofAt,
}: SessionView): SessionView['account']['addresses'] {
  const all = authenticatedBy.type !== 'saml' || ownProofAt !== null
  return all ? account.addresses : account.addresses.filter(({ address }) => address === account.email)
}

/** The person's session; a key has none. */
async function own(world: World, token: string | null): Promise<SessionView> {
  const found = token === null ? null : await findSession(world, token)
  if (found !== null) return found
  throw new AppError('unauthenticated', 'unauthenticated', 'This needs the session of a person.')
}

const tag = 'Session'

export const sessionRoutes: Route[] = [
  route(tag, 'get', '/session', {
    need: 'session',
    operationId: 'getSession',
    summary: 'Who is signed in, how, and until when',
    answer: session,
    run: async ({ world, token }) => view(world, await own(world, token)),
  }),
  route(tag, 'delete', '/session', {
    need: 'session',
    operationId: 'endSession',
    summary: 'Sign out',
    run: async ({ world, token }) => {
      await endSession(world, (await own(world, token)).id)
    },
  }),
  route(tag, 'post', '/session/proofs', {
    need: 'session',
    operationId: 'startProof',
    summary: 'Mail a six-digit code to an own verified address',
    status: 201,
    body: z.strictObject({ address: email.optional() }),
    bodyOptional: true,
    answer: z.object({ address: z.string().describe('Masked.'), expiresAt: time }),
    run: async ({ world, token, body, network }) => {
      const found = await own(world, token)
      await takeFromLimit(world, PROOF_MAILS, `${found.account.id} ${network}`)
      await takeFromLimit(world, PROOFS_ANYWHERE, found.account.id)
      const { address, expiresAt } = await startProof(world, found, body.address)
      return { address, expiresAt: iso(expiresAt) }
    },
  }),
  route(tag, 'post', '/session/proofs/confirmation', {
    need: 'session',
    operationId: 'confirmProof',
    summary: 'Type the code: the session then carries an own proof',
    body: z.strictObject({ code: z.string().min(1).max(40) }),
    answer: z.object({ ownProofAt: time }),
    run: async ({ world, token, body, network }) => {
      const found = await own(world, token)
      await takeFromLimit(world, PROOF_TRIES, `${found.account.id} ${network}`)
      const { ownProofAt } = await confirmProof(world, found, body.code)
      return { ownProofAt: iso(ownProofAt) }
    },
  }),
  route(tag, 'post', '/session/identities', {
    need: 'session',
    operationId: 'startConnecting',
    summary: 'Start to connect single sign-on to the own account',
    body: z.strictObject({ connectionId: id }),
    answer: z.object({ url: z.string() }),
    run: async ({ world, token, body }) => ({
      url: await startConnecting(world, await own(world, token), body.connectionId),
    }),
  }),
  route(tag, 'delete', '/session/identities/{identityId}', {
    need: 'session',
    operationId: 'undoIdentity',
    summary: 'Undo an automatic link within seven days',
    run: async ({ world, token, params }) => {
      await undoIdentity(world, await own(world, token), params.identityId)
    },
  }),
]
