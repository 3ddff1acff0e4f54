// The facts behind an explanation as short lines in the order in which they happened.
import type { AddressKey } from '../domain/address.ts'
import type { PersonFacts } from '../domain/person.ts'
import { describeEvent, type TraceEvent } from './explain-events.ts'

export interface EvidenceLine {
  /** ISO 8601. */
  at: string
  source: string
  text: string
}

export interface Trace {
  events: readonly TraceEvent[]
  deliveries: readonly {
    at: Date
    channel: string
    status: string
    detail: string | null
    replaced: boolean
  }[]
  openings: readonly { at: Date; channel: string; method: string; class: string; accountId: string | null }[]
  directories: readonly { id: string; name: string }[]
  conflicts: readonly { kind: string; detail: string; at: Date }[]
  domain: { domain: string; status: string; at: Date } | null
  /** Accounts that claim the address without proof; only the host product is told. */
  claims: number
}

const LIMIT = 100

/** At most 100 lines, the newest kept. Accounts are spoken of only as far as the facts hold one (T-31). */
export function evidenceOf(person: PersonFacts, key: AddressKey, trace: Trace): EvidenceLine[] {
  const lines = [
    ...accountLines(person, key, trace),
    ...domainLines(person.now, trace),
    ...recordLines(person, key, trace),
    ...deliveryLines(trace),
    ...openingLines(person, trace),
    ...trace.conflicts.map((c) =>
      line(c.at, 'conflict', `Waits for an administrator (${c.kind}): ${c.detail}`),
    ),
    ...trace.events.map((e) => line(e.at, sourceOf(e.type), describeEvent(e))),
  ]
  return lines
    .map((one, index) => ({ one, index }))
    .sort((a, b) => a.one.at.localeCompare(b.one.at) || a.index - b.index)
    .map(({ one }) => one)
    .slice(-LIMIT)
}

function accountLines(
  { account, identities, organization, now }: PersonFacts,
  key: AddressKey,
  trace: Trace,
) {
  const lines: EvidenceLine[] = []
  const held = account?.addresses.find((a) => a.key === key && a.verifiedAt !== null)
  if (held?.verifiedAt) lines.push(line(held.verifiedAt, 'account', 'An account holds this address, proven.'))
  if (account && identities.length === 0) {
    const connection = organization.connections.find((c) => c.status === 'active')
    if (connection)
      lines.push(
        line(now, 'account', `The account is not connected to the single sign-on "${connection.name}".`),
      )
  }
  for (const identity of identities) {
    const name = organization.connections.find((c) => c.id === identity.connectionId)?.name ?? 'a connection'
    const used = identity.lastUsedAt ?? now
    lines.push(
      line(
        used,
        'account',
        `The account is connected to "${name}" by rule ${identity.rule} (${identity.proof}).`,
      ),
    )
  }
  if (trace.claims > 0)
    lines.push(
      line(now, 'account', `${trace.claims} account(s) claim the address without proof; that opens nothing.`),
    )
  return lines
}

function domainLines(now: Date, { domain }: Trace): EvidenceLine[] {
  return domain
    ? [line(domain.at, 'domain', `The domain ${domain.domain} is ${domain.status} here.`)]
    : [line(now, 'domain', 'The organization has not claimed the domain of this address.')]
}

function recordLines({ records }: PersonFacts, key: AddressKey, { directories }: Trace): EvidenceLine[] {
  return records
    .filter((r) => r.emailKey === key || r.accountId !== null)
    .flatMap((r) => {
      const name = directories.find((d) => d.id === r.directoryId)?.name ?? 'The directory'
      const bound = r.accountId === null ? 'not bound to an account' : 'bound to the account'
      const created = line(
        r.createdAt,
        'directory',
        `"${name}" has a record with user name ${r.userName}, ${bound}.`,
      )
      if (r.frozenAt)
        return [created, line(r.frozenAt, 'directory', `"${name}" was disconnected; its record is frozen.`)]
      return r.active
        ? [created]
        : [
            created,
            line(r.inactiveSince ?? r.createdAt, 'directory', `"${name}" says that the person is inactive.`),
          ]
    })
}

function deliveryLines({ deliveries }: Trace): EvidenceLine[] {
  const ways: Record<string, string> = {
    email: 'The invitation was mailed',
    link: 'A link was handed out',
    slack: 'The invitation was sent by Slack',
  }
  return deliveries.map((d) => {
    const replaced = d.replaced ? ' It was replaced and no longer works.' : ''
    const detail = d.detail ? ` (${d.detail})` : ''
    return line(d.at, 'delivery', `${ways[d.channel] ?? 'It was sent'}: ${d.status}${detail}.${replaced}`)
  })
}

function openingLines({ account }: PersonFacts, { openings }: Trace): EvidenceLine[] {
  const who: Record<string, string> = {
    'likely-scanner': 'by what looks like a mail scanner or preview, not a person',
    'likely-person': 'in a browser, by what looks like a person',
    unknown: 'by a person or a machine, which cannot be told',
  }
  return openings.map((o) => {
    const session =
      account === null || o.accountId === null
        ? ''
        : o.accountId === account.id
          ? ', signed in as this account'
          : ', signed in as a different account'
    return line(o.at, 'opening', `The link was opened (${o.method}) ${who[o.class] ?? ''}${session}.`)
  })
}

function sourceOf(type: string): string {
  return type.split('.')[0] ?? 'event'
}

function line(at: Date, source: string, text: string): EvidenceLine {
  return { at: at.toISOString(), source, text }
}
