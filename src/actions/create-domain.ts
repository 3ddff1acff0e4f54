// Claims an email domain for an organization; the claim has no effect until it is proven.
import { randomBytes } from 'node:crypto'
import { parse } from 'tldts'
import { domainKey } from '../domain/address.ts'
import { AppError, invalidField } from '../kernel/errors.ts'
import { newId } from '../kernel/ids.ts'
import { isDuplicate } from '../store/database.ts'
import { type DomainRow, insertDomain } from '../store/domains.ts'
import { actorOf, authorize, type Caller } from './authorize.ts'
import { PUBLIC_MAIL } from './public-mail-domains.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/**
 * AppError invalid for what is no domain, a public suffix (`co.uk`, `github.io`) or a provider of public mailboxes (T-13);
 * conflict `domain_exists` where the organization has claimed it already.
 */
export async function createDomain(
  world: World,
  caller: Caller,
  ref: string,
  wanted: { domain: string; includeSubdomains: boolean },
): Promise<DomainRow> {
  const domain = claimable(wanted.domain)
  return inTransaction(world, async (tx) => {
    const { id: organizationId } = await authorize(tx, caller, ref, 'admin')
    const row = {
      id: newId(),
      organizationId,
      domain,
      includeSubdomains: wanted.includeSubdomains,
      proofValue: `gatehouse-domain-verification=${randomBytes(24).toString('base64url')}`,
      createdAt: world.clock.now(),
    }
    await insertDomain(tx, row)
    await recordEvent(tx, world, {
      organizationId,
      type: 'domain.claimed',
      actor: actorOf(caller),
      subject: { type: 'domain', id: row.id },
      data: { domain, includeSubdomains: row.includeSubdomains },
    })
    return { ...row, status: 'pending' as const, attested: false, verifiedAt: null, checkedAt: null }
  }).catch((error: unknown) => {
    if (!isDuplicate(error, 'domains_domain_key')) throw error
    throw new AppError('conflict', 'domain_exists', 'The organization has claimed this domain already.')
  })
}

function claimable(text: string): string {
  const domain = domainKey(text)
  if (domain === null) throw invalidField('domain', 'is not a domain name')
  const { publicSuffix, isIcann, isPrivate } = parse(domain, { allowPrivateDomains: true })
  if (publicSuffix === domain && (isIcann || isPrivate)) {
    throw invalidField('domain', 'is a public suffix, under which anybody may have a name', 'public_domain')
  }
  if (PUBLIC_MAIL.has(domain)) {
    throw invalidField(
      'domain',
      'gives mailboxes to the public and belongs to no organization',
      'public_domain',
    )
  }
  return domain
}
