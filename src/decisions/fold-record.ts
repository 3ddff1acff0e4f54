// Folding a pushed record into the facts about the person that it was resolved to.
import type { DirectoryRecord } from '../domain/directory.ts'
import type { PersonFacts } from '../domain/person.ts'

/** The facts with the record as the account's own; with `created` the account is made by this push, its address proven by the domain (C1). */
export function foldRecord(
  loaded: PersonFacts,
  record: DirectoryRecord,
  accountId: string,
  created: boolean,
): PersonFacts {
  const mine = { ...record, accountId }
  const records = loaded.records.some((r) => r.id === record.id)
    ? loaded.records.map((r) => (r.id === record.id ? mine : r))
    : [...loaded.records, mine]
  return {
    ...loaded,
    account: loaded.account ?? (created ? newcomer(loaded, record, accountId) : null),
    records,
  }
}

function newcomer({ now }: PersonFacts, record: DirectoryRecord, id: string): PersonFacts['account'] {
  const address = {
    address: record.email ?? '',
    key: record.emailKey ?? '',
    verifiedAt: now,
    primary: true,
    givenBy: 'directory' as const,
    restingSince: null,
  }
  return { id, name: record.displayName, externalId: null, addresses: [address] }
}
