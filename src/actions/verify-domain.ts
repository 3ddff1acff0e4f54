// Proves a domain: by a DNS record that only its holder can publish, or by the host product's word.
import { Resolver } from 'node:dns/promises'
import type { DomainStatus } from '../domain/organization.ts'
import { AppError, notFound } from '../kernel/errors.ts'
import { reader, type Transaction } from '../store/database.ts'
import { type DomainRow, findDomain, lockDomainEverywhere, setDomainStatus } from '../store/domains.ts'
import { actorOf, authorize, type Caller } from './authorize.ts'
import { type NewEvent, recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

const DNS_TIMEOUT_MS = 3000

/** The name at which the proof's TXT record is looked for. */
export function proofName(domain: string): string {
  return `_gatehouse.${domain}`
}

/**
 * Looks the TXT record up, or takes the host product's word (`attested`). A domain that a second organization proves is contested for both; the
 * host product's word decides the contest. AppError conflict `domain_unproven` where the record is not there; nothing changes then.
 */
export async function verifyDomain(
  world: World,
  caller: Caller,
  ref: string,
  domainId: string,
  attested: boolean,
): Promise<DomainRow> {
  const read = reader(world.dataSource)
  const { id: organizationId } = await authorize(read, caller, ref, attested ? 'root' : 'admin')
  const claim = await findDomain(read, organizationId, domainId)
  if (claim === null) throw notFound('The domain')
  // The lookup comes before the transaction: nothing leaves the machine inside one.
  if (!attested && !(await hasRecord(world, claim))) {
    throw new AppError(
      'conflict',
      'domain_unproven',
      `There is no TXT record ${proofName(claim.domain)} with the value of the proof.`,
      { details: { reason: 'domain_unproven', nextActor: 'org_admin' } },
    )
  }
  return inTransaction(world, async (tx) => {
    await authorize(tx, caller, ref, attested ? 'root' : 'admin')
    const rows = await lockDomainEverywhere(tx, claim.domain)
    const mine = rows.find((row) => row.id === domainId)
    if (mine === undefined) throw notFound('The domain')
    const rivals = rows.filter((row) => row.id !== domainId && ['verified', 'contested'].includes(row.status))
    const status: DomainStatus = rivals.length > 0 && !attested ? 'contested' : 'verified'
    const moves = [
      { row: mine, status, attested },
      ...rivals.map((row) => ({
        row,
        status: (attested ? 'lapsed' : 'contested') as DomainStatus,
        attested: false,
      })),
    ]
    await writeMoves(tx, world, caller, moves)
    return (await findDomain(tx, organizationId, domainId)) as DomainRow
  })
}

interface Move {
  row: DomainRow
  status: DomainStatus
  attested: boolean
}

/** Writes the new states and tells each organization of its own. */
export async function writeMoves(
  tx: Transaction,
  world: World,
  caller: Caller,
  moves: readonly Move[],
): Promise<void> {
  const events: NewEvent[] = []
  for (const { row, status, attested } of moves) {
    await setDomainStatus(tx, { id: row.id, status, attested, at: world.clock.now() })
    if (row.status === status && !attested) continue
    events.push({
      organizationId: row.organizationId,
      type: `domain.${status}`,
      actor: actorOf(caller),
      subject: { type: 'domain', id: row.id },
      decision: {
        rule: status === 'verified' ? 'H1' : 'H2',
        outcome: 'change',
        before: { status: row.status },
        after: { status },
      },
      data: { domain: row.domain, attested },
    })
  }
  await recordEvent(tx, world, events)
}

async function hasRecord(world: World, claim: DomainRow): Promise<boolean> {
  const resolver = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: 2 })
  if (world.dnsServers !== null) resolver.setServers([...world.dnsServers])
  try {
    const records = await resolver.resolveTxt(proofName(claim.domain))
    return records.some((parts) => parts.join('') === claim.proofValue)
  } catch (error) {
    // No such name, no such record, no answer in time: for the proof they are one.
    world.log.info({ domain: claim.domain, err: error }, 'the proof of a domain was not found')
    return false
  }
}
