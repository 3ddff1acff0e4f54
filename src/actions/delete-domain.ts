// Releases a domain: the organization's powers over its addresses end, and a contest may end with it.
import { notFound } from '../kernel/errors.ts'
import { deleteDomainRow, findDomain, lockDomainEverywhere } from '../store/domains.ts'
import { actorOf, authorize, type Caller } from './authorize.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import { writeMoves } from './verify-domain.ts'
import type { World } from './world.ts'

export async function deleteDomain(
  world: World,
  caller: Caller,
  ref: string,
  domainId: string,
): Promise<void> {
  await inTransaction(world, async (tx) => {
    const { id: organizationId } = await authorize(tx, caller, ref, 'admin')
    const claim = await findDomain(tx, organizationId, domainId)
    if (claim === null) throw notFound('The domain')
    const contestants = (await lockDomainEverywhere(tx, claim.domain)).filter(
      (row) => row.id !== domainId && row.status === 'contested',
    )
    await deleteDomainRow(tx, domainId)
    await recordEvent(tx, world, {
      organizationId,
      type: 'domain.released',
      actor: actorOf(caller),
      subject: { type: 'domain', id: domainId },
      data: { domain: claim.domain },
    })
    const [last] = contestants
    if (contestants.length === 1 && last !== undefined && claim.status === 'contested') {
      await writeMoves(tx, world, caller, [{ row: last, status: 'verified', attested: false }])
    }
  })
}
