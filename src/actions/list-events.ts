// Lists an organization's audit trail, newest first.
import { addressKey } from '../domain/address.ts'
import type { EventItem } from '../domain/event.ts'
import { reader } from '../store/database.ts'
import { listEventRows } from '../store/events.ts'
import { authorize, type Caller } from './authorize.ts'
import { showEvent } from './show-event.ts'
import type { World } from './world.ts'

/** `type` is a type or a family (`member.*`); `subject` an id, an account's id or an address. */
export async function listEvents(
  world: World,
  caller: Caller,
  ref: string,
  query: {
    type?: string | undefined
    subject?: string | undefined
    after: string | null
    limit: number
  },
): Promise<EventItem[]> {
  const read = reader(world.dataSource)
  const { id: organizationId } = await authorize(read, caller, ref, 'admin')
  const { subject } = query
  const rows = await listEventRows(read, {
    organizationId,
    type: query.type ?? null,
    subject: subject === undefined ? null : (addressKey(subject) ?? subject),
    before: query.after,
    limit: query.limit,
  })
  return rows.map(showEvent)
}
