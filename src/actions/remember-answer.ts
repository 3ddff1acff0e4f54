// Idempotency keys: the answer of a done deed is kept, sealed, and given again to whoever repeats the request.
import { AppError } from '../kernel/errors.ts'
import { sha256 } from '../kernel/secrets.ts'
import { claimIdempotencyKey, forgetIdempotencyKey, keepIdempotentAnswer } from '../store/idempotency-keys.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

export interface RememberedAnswer {
  status: number
  body: string
}

const HOURS = 24
/** Seconds after which a request that never answered (its server died) gives up its claim. */
const CLAIM_SECONDS = 60
const PURPOSE = 'idempotent-answer'

/**
 * Runs `deed` once for a key of a caller within 24 hours; a repetition gets the first answer. A failed deed leaves no trace, so the key is
 * free again. AppError unprocessable `idempotency_key_reused` for another request under the key, conflict while the first still runs.
 */
export async function rememberAnswer(
  world: World,
  scope: { caller: string; key: string; request: string },
  deed: () => Promise<RememberedAnswer>,
): Promise<RememberedAnswer & { replayed: boolean }> {
  const scopeHash = sha256(JSON.stringify([scope.caller, scope.key]))
  const requestHash = sha256(scope.request)
  const now = world.clock.now()
  const found = await inTransaction(world, (tx) =>
    claimIdempotencyKey(tx, {
      scopeHash,
      requestHash,
      now,
      expiresAt: new Date(now.getTime() + HOURS * 3_600_000),
      staleBefore: new Date(now.getTime() - CLAIM_SECONDS * 1000),
    }),
  )
  if (found !== null) {
    if (!found.requestHash.equals(requestHash)) throw reused()
    if (found.status === null || found.answerEncrypted === null) throw running()
    return {
      status: found.status,
      body: world.secrets.decrypt(PURPOSE, found.answerEncrypted),
      replayed: true,
    }
  }
  try {
    const answer = await deed()
    const sealed = world.secrets.encrypt(PURPOSE, answer.body)
    await inTransaction(world, (tx) => keepIdempotentAnswer(tx, scopeHash, answer.status, sealed))
    return { ...answer, replayed: false }
  } catch (error) {
    await inTransaction(world, (tx) => forgetIdempotencyKey(tx, scopeHash))
    throw error
  }
}

function reused(): AppError {
  return new AppError(
    'unprocessable',
    'idempotency_key_reused',
    'This Idempotency-Key stands for another request of yours.',
  )
}

function running(): AppError {
  return new AppError('conflict', 'idempotency_in_progress', 'The first request under this key still runs.')
}
