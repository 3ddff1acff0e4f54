// Email domains: claimed, proven, taken over, released; and the addresses that an organization blocks.
import { z } from 'zod'
import { blockAddress } from '../actions/block-address.ts'
import { createDomain } from '../actions/create-domain.ts'
import { deleteDomain } from '../actions/delete-domain.ts'
import { listDomains } from '../actions/list-domains.ts'
import { applyDomain, previewDomain } from '../actions/preview-domain.ts'
import { unblockAddress } from '../actions/unblock-address.ts'
import { proofName, verifyDomain } from '../actions/verify-domain.ts'
import { id, iso, isoOrNull, time } from './fields.ts'
import { pageRequest, toPage } from './paging.ts'
import { paged, pageOf, type Route, route } from './route.ts'

const domain = z.object({
  id,
  domain: z.string(),
  includeSubdomains: z.boolean(),
  status: z.enum(['pending', 'verified', 'lapsed', 'contested']),
  proof: z.object({ type: z.literal('dns-txt'), name: z.string(), value: z.string() }),
  attested: z.boolean(),
  verifiedAt: time.nullable(),
  checkedAt: time.nullable(),
  createdAt: time,
})

const plan = z.object({
  planHash: z.string(),
  changes: z.array(z.object({ kind: z.enum(['member', 'invitation', 'record']), id, email: z.string() })),
})

type Domain = Awaited<ReturnType<typeof createDomain>>

function view(row: Domain): z.input<typeof domain> {
  return {
    id: row.id,
    domain: row.domain,
    includeSubdomains: row.includeSubdomains,
    status: row.status,
    proof: { type: 'dns-txt', name: proofName(row.domain), value: row.proofValue },
    attested: row.attested,
    verifiedAt: isoOrNull(row.verifiedAt),
    checkedAt: isoOrNull(row.checkedAt),
    createdAt: iso(row.createdAt),
  }
}

const tag = 'Domains and blocks'

export const domainRoutes: Route[] = [
  route(tag, 'post', '/organizations/{org}/domains', {
    need: 'admin',
    operationId: 'createDomain',
    summary: 'Claim a domain; the answer names the DNS record that proves it',
    status: 201,
    body: z.strictObject({
      domain: z.string().min(1).max(253),
      includeSubdomains: z.boolean().default(false),
    }),
    answer: domain,
    run: async ({ world, caller, params, body }) => view(await createDomain(world, caller, params.org, body)),
  }),
  route(tag, 'get', '/organizations/{org}/domains', {
    need: 'admin',
    operationId: 'listDomains',
    summary: 'List claimed domains',
    query: paged({}),
    answer: pageOf(domain),
    run: async ({ world, caller, params, query }) =>
      toPage(await listDomains(world, caller, params.org, pageRequest(query)), query.limit, view),
  }),
  route(tag, 'delete', '/organizations/{org}/domains/{domainId}', {
    need: 'admin',
    operationId: 'deleteDomain',
    summary: 'Release a domain',
    run: ({ world, caller, params }) => deleteDomain(world, caller, params.org, params.domainId),
  }),
  route(tag, 'post', '/organizations/{org}/domains/{domainId}/verification', {
    need: 'admin',
    operationId: 'verifyDomain',
    summary: 'Look the DNS record up, or attest the domain by the root key',
    body: z.strictObject({ attested: z.boolean().default(false) }),
    bodyOptional: true,
    answer: domain,
    run: async ({ world, caller, params, body }) =>
      view(await verifyDomain(world, caller, params.org, params.domainId, body.attested)),
  }),
  route(tag, 'post', '/organizations/{org}/domains/{domainId}/preview', {
    need: 'admin',
    operationId: 'previewDomain',
    summary: 'Whom the proven domain concerns',
    answer: plan,
    run: ({ world, caller, params }) => previewDomain(world, caller, params.org, params.domainId),
  }),
  route(tag, 'post', '/organizations/{org}/domains/{domainId}/application', {
    need: 'admin',
    operationId: 'applyDomain',
    summary: 'Take the previewed people over; each moves at their own next event',
    body: z.strictObject({ planHash: z.string().max(100) }),
    answer: plan,
    run: ({ world, caller, params, body }) =>
      applyDomain(world, caller, params.org, params.domainId, body.planHash),
  }),
  route(tag, 'put', '/organizations/{org}/blocks/{email}', {
    need: 'admin',
    operationId: 'blockAddress',
    summary: 'Block an address: it cannot join by any door',
    run: async ({ world, caller, params }) => {
      await blockAddress(world, caller, params.org, params.email)
    },
  }),
  route(tag, 'delete', '/organizations/{org}/blocks/{email}', {
    need: 'admin',
    operationId: 'unblockAddress',
    summary: 'Lift a block',
    run: async ({ world, caller, params }) => {
      await unblockAddress(world, caller, params.org, params.email)
    },
  }),
]
