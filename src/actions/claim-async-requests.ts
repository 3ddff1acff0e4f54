// Claims requests that are answered by event, of each directory the oldest.
import type { AsyncRequestParcel } from '../domain/parcel.ts'
import { claimAsyncRequests, endAsyncRequest } from '../store/async-requests.ts'
import { ASYNC_PURPOSE } from './accept-async-request.ts'
import type { ClaimOptions } from './claim-rows.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** Takes due requests until the lease runs out; one that cannot be opened any more is given up. */
export async function claimRequests(world: World, options: ClaimOptions): Promise<AsyncRequestParcel[]> {
  const { limit, leaseSeconds, except } = options
  const now = world.clock.now()
  const leaseUntil = new Date(now.getTime() + leaseSeconds * 1000)
  const rows = await inTransaction(world, (tx) => claimAsyncRequests(tx, { now, leaseUntil, limit, except }))
  const parcels: AsyncRequestParcel[] = []
  for (const { requestEncrypted, createdAt, ...row } of rows) {
    const request = unseal(world, requestEncrypted)
    if (request === undefined) await inTransaction(world, (tx) => endAsyncRequest(tx, row, [], now))
    else parcels.push({ ...row, kind: 'request', createdAt: new Date(createdAt), request })
  }
  return parcels
}

function unseal(world: World, sealed: string | null): unknown {
  try {
    return JSON.parse(world.secrets.decrypt(ASYNC_PURPOSE, sealed ?? ''))
  } catch (error) {
    world.log.error({ err: error }, 'a kept request cannot be opened: was SECRET_KEY changed?')
    return undefined
  }
}
