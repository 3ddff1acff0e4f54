// The brake on mass deprovisioning: what it asks of a directory, and the hold that it leaves (H7).
import type { Policies } from './organization.ts'

/**
 * A directory switched off so many people at once that its word about them waits for an owner. While it is open, and for ever when it was
 * restored, what the directory said between the two moments denies nobody.
 */
export interface DeprovisionHold {
  id: string
  directoryId: string
  fromAt: Date
  untilAt: Date
  open: boolean
}

/** Whether what a directory said at that moment is held. */
export function isHeld(hold: DeprovisionHold, directoryId: string, since: Date): boolean {
  return hold.directoryId === directoryId && since >= hold.fromAt && since <= hold.untilAt
}

/**
 * Whether that many suspensions within the brake's minutes are too many among `members` (those still active, and the suspended themselves):
 * more than the number that the policy allows, or more than its share of all and at least its least.
 */
export function isTooMany(brake: Policies['deprovisionBrake'], suspended: number, members: number): boolean {
  return (
    suspended > brake.members ||
    (suspended >= brake.atLeast && suspended * 100 > brake.percent * (members + suspended))
  )
}

/** How many other members there must be at least for that many suspensions to be few; more need not be counted. */
export function enoughMembers(brake: Policies['deprovisionBrake'], suspended: number): number {
  return brake.percent === 0 ? 0 : Math.ceil((suspended * 100) / brake.percent)
}
