// What an explanation reads beside the facts about a person: who may be meant by an address, and what happened to it.
import type { AddressKey } from '../domain/address.ts'
import { type Reader, statement } from './database.ts'
import { many, reviveDates } from './person-facts.ts'

export interface Bearers {
  /** Who holds the address verified, anywhere. */
  holderId: string | null
  /** Accounts whose membership here, present or former, was joined by the key. */
  joinedIds: string[]
  /** Accounts of members whose record bore the key later: outside a proven domain they name nobody. */
  recordIds: string[]
  /** How many accounts claim the address without proof. */
  claims: number
}

const bearers = statement(
  'explanation_bearers',
  `select (select a.account_id from account_addresses a where a.key = $2 and a.verified_at is not null) "holderId",
     array(select m.account_id from membership_keys k join memberships m on m.id = k.membership_id where k.organization_id = $1 and k.key = $2
       and k.kind = 'joined' order by m.status = 'removed', m.account_id) "joinedIds",
     array(select m.account_id from membership_keys k join memberships m on m.id = k.membership_id where k.organization_id = $1 and k.key = $2
       and k.kind = 'record' order by m.status = 'removed', m.account_id) "recordIds",
     (select count(*)::int from account_addresses a where a.key = $2 and a.verified_at is null) claims`,
)

export async function readBearers(read: Reader, organizationId: string, key: AddressKey): Promise<Bearers> {
  const [row] = await read.rows<Bearers>(bearers, [organizationId, key])
  return row ?? { holderId: null, joinedIds: [], recordIds: [], claims: 0 }
}

export interface EvidenceEvent {
  at: Date
  type: string
  actor: string
  rule: string | null
  outcome: string | null
  reason: string | null
  data: Record<string, unknown> | null
  after: Record<string, unknown> | null
}

export interface Evidence {
  /** The last events about the key, and about the account where it may be known; newest first. */
  events: EvidenceEvent[]
  deliveries: {
    at: Date
    invitationId: string
    channel: string
    status: string
    detail: string | null
    replaced: boolean
  }[]
  openings: { at: Date; channel: string; method: string; class: string; accountId: string | null }[]
  directories: { id: string; name: string; status: string }[]
  conflicts: { id: string; kind: string; choices: string[]; detail: string; at: Date }[]
  approvals: { id: string; at: Date }[]
  domain: { id: string; domain: string; status: string; at: Date } | null
}

const evidence = statement(
  'explanation_evidence',
  `select json_build_object(
    'events', ${many(`select e.at, e.type, e.actor->>'type' actor, e.rule, e.outcome, e.reason, e.data, e.after from events e
      where e.organization_id = $1 and (e.subject_key = $2 or e.account_id = $3) order by e.id desc limit 60`)},
    'deliveries', ${many(`select d.created_at at, d.invitation_id "invitationId", d.channel, d.status, d.status_detail detail, d.replaced_at is not null replaced
      from deliveries d join invitations i on i.id = d.invitation_id where i.organization_id = $1 and i.key = $2 order by d.id desc limit 30`)},
    'openings', ${many(`select o.at, d.channel, o.method, o.class, o.account_id "accountId" from delivery_openings o join deliveries d on d.id = o.delivery_id
      join invitations i on i.id = d.invitation_id where i.organization_id = $1 and i.key = $2 order by o.at desc, o.id desc limit 40`)},
    'directories', ${many(`select d.id, d.name, d.status from directories d where d.organization_id = $1 order by d.id`)},
    'conflicts', ${many(`select f.id, f.kind, f.choices, f.detail, f.created_at at from conflicts f
      where f.organization_id = $1 and f.state = 'open' and (f.key = $2 or f.account_id = $3) order by f.id limit 20`)},
    'approvals', ${many(`select p.id, p.created_at at from approvals p join invitations i on i.id = p.invitation_id
      where p.organization_id = $1 and p.state = 'open' and (i.key = $2 or p.account_id = $3) order by p.id limit 20`)},
    'domain', (select row_to_json(t) from (select d.id, d.domain, d.status, coalesce(d.verified_at, d.created_at) at from domains d
      where d.organization_id = $1 and d.domain = any($4::text[]) order by length(d.domain) desc limit 1) t)
  )::text as evidence`,
)

/** `accountId` is null where the reader may not know of an account; `domains` are the address's own domain and its parents. */
export async function readEvidence(
  read: Reader,
  query: { organizationId: string; key: AddressKey; accountId: string | null; domains: readonly string[] },
): Promise<Evidence> {
  const [row] = await read.rows<{ evidence: string }>(evidence, [
    query.organizationId,
    query.key,
    query.accountId,
    query.domains,
  ])
  return reviveDates<Evidence>(row?.evidence ?? '{}')
}
