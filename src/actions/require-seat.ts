// C13: what a directory is told when nobody may join for want of a seat and the organization does not let them wait.
import type { Settled } from '../decisions/settle-person.ts'
import type { PersonFacts } from '../domain/person.ts'
import { AppError } from '../kernel/errors.ts'

/**
 * AppError forbidden `seat_unavailable`, in plain words for the identity provider's log, where this push would make a person wait for a seat
 * under `seatPolicy: refuse`. Thrown within the deed's transaction, so that nothing of it stays.
 */
export function requireSeat({ organization, written }: PersonFacts, settled: Settled): void {
  if ('refused' in settled || organization.policies.seatPolicy !== 'refuse') return
  const { membership } = settled
  if (membership?.status !== 'waiting' || membership.statusReason !== 'seat' || written?.status === 'waiting')
    return
  throw new AppError(
    'forbidden',
    'seat_unavailable',
    `${organization.name} has no free seat: all ${organization.policies.seats} are taken. Add a seat there or take somebody out, then push the person again.`,
  )
}
