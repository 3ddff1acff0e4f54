// Says whom a proven domain concerns, and lets an administrator take that over: each person then moves at their own next event (H1).
import { AppError, notFound } from '../kernel/errors.ts'
import { sha256 } from '../kernel/secrets.ts'
import { type Reader, reader } from '../store/database.ts'
import { type DomainPerson, findDomain, listDomainPeople, wasApplied } from '../store/domains.ts'
import { actorOf, authorize, type Caller } from './authorize.ts'
import { postMail } from './post-mail.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

export interface DomainPlan {
  planHash: string
  changes: DomainPerson[]
}

/** AppError conflict `domain_unproven` unless the domain is verified here. */
export async function previewDomain(
  world: World,
  caller: Caller,
  ref: string,
  domainId: string,
): Promise<DomainPlan> {
  const read = reader(world.dataSource)
  const { id } = await authorize(read, caller, ref, 'admin')
  const { domain: _domain, ...plan } = await planOf(read, id, domainId)
  return plan
}

/** Only permits, tells everybody concerned by mail, once for one plan. AppError conflict `plan_changed`, with the new plan, where people changed since the preview. */
export async function applyDomain(
  world: World,
  caller: Caller,
  ref: string,
  domainId: string,
  planHash: string,
): Promise<DomainPlan> {
  return inTransaction(world, async (tx) => {
    const { id: organizationId } = await authorize(tx, caller, ref, 'admin')
    const { domain, ...plan } = await planOf(tx, organizationId, domainId)
    if (plan.planHash !== planHash) {
      throw new AppError('conflict', 'plan_changed', 'People changed since the preview.', {
        details: { ...plan },
      })
    }
    if (await wasApplied(tx, organizationId, domainId, planHash)) return plan
    for (const to of new Set(plan.changes.map((change) => change.email)))
      await postMail(tx, world, { kind: 'domain-proven', to, organizationId, data: { detail: domain } })
    await recordEvent(tx, world, {
      organizationId,
      type: 'domain.applied',
      actor: actorOf(caller),
      subject: { type: 'domain', id: domainId },
      decision: { rule: 'H1', outcome: 'change' },
      data: { people: plan.changes.length, planHash },
    })
    return plan
  })
}

async function planOf(
  read: Reader,
  organizationId: string,
  domainId: string,
): Promise<DomainPlan & { domain: string }> {
  const claim = await findDomain(read, organizationId, domainId)
  if (claim === null) throw notFound('The domain')
  if (claim.status !== 'verified') {
    throw new AppError('conflict', 'domain_unproven', 'The domain is not proven by this organization.', {
      details: { reason: 'domain_unproven', nextActor: 'org_admin' },
    })
  }
  const changes = await listDomainPeople(read, claim)
  return { planHash: sha256(JSON.stringify(changes)).toString('base64url'), changes, domain: claim.domain }
}
