// How many invitation mails one address may get from one organization (T-30): nobody's mailbox is flooded by inviting anew.
import { AppError } from '../kernel/errors.ts'
import type { Reader } from '../store/database.ts'
import { countInvitationMails } from '../store/deliveries.ts'
import type { World } from './world.ts'

const MAILS_A_DAY = 3

/** Whether the organization may mail an invitation to the address key now; always where `RATE_LIMITS` is off. */
export async function mayMailInvitation(
  read: Reader,
  world: World,
  organizationId: string,
  key: string,
): Promise<boolean> {
  if (!world.rateLimits) return true
  const since = new Date(world.clock.now().getTime() - 86_400_000)
  return (await countInvitationMails(read, organizationId, key, since)) < MAILS_A_DAY
}

/** AppError too_many `rate_limited` where the address got its mails for the day. */
export async function requireMailAllowance(
  read: Reader,
  world: World,
  organizationId: string,
  key: string,
): Promise<void> {
  if (await mayMailInvitation(read, world, organizationId, key)) return
  throw new AppError(
    'too_many',
    'rate_limited',
    `This address got ${MAILS_A_DAY} mails within a day; copy a link instead.`,
    { details: { retryAfterSeconds: 3600 } },
  )
}
