// Refusals as errors of the hall: the conflict that a door shows with its reason and the next actor.
import type { Refusal } from '../domain/reason.ts'
import { AppError } from '../kernel/errors.ts'

/** AppError conflict whose code is the reason. */
export function refusalError(refusal: Refusal): AppError {
  const { reason, nextActor, message, details, rule } = refusal
  return new AppError('conflict', reason, message, { details: { ...details, reason, nextActor, rule } })
}
