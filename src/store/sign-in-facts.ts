// One statement that reads what decides whose account a single sign-on is.
import type { AddressKey } from '../domain/address.ts'
import type { Profile } from '../domain/profile.ts'
import { subjectText } from '../domain/profile.ts'
import type { SignInConnection, SignInFacts } from '../domain/sign-in-facts.ts'
import { type Reader, statement } from './database.ts'
import {
  conflictAnswer,
  connectionColumns,
  domainsOfKeys,
  identityColumns,
  many,
  mappingsOfOrganization,
  recordColumns,
  reviveDates,
  speaks,
} from './person-facts.ts'
import { governedElsewhere } from './record-facts.ts'

/** Facts as stored; clock, catalogue and what the caller knows are added by the caller. */
export type StoredSignInFacts = Pick<
  SignInFacts,
  'identity' | 'records' | 'holder' | 'candidates' | 'invited' | 'joined' | 'conflicts'
> & {
  organization: Omit<SignInFacts['organization'], 'roles'>
}

const candidate = (select: string, resting: string) => `select a.account_id "accountId",
  ${many(`select ${identityColumns} from identities x where x.account_id = a.account_id and x.connection_id = $2 and x.inactive_since is null`)} identities,
  ${many(`select ${recordColumns} from directory_users r where r.account_id = a.account_id and r.organization_id = $1`)} records,
  ${resting} resting, ${governedElsewhere('a.account_id')} "governedElsewhere",
  exists (select 1 from identity_undos u where u.account_id = a.account_id and u.connection_id = $2 and u.subject = $9) undone from (${select}) a`

const read = statement(
  'sign_in_facts',
  `with keys as (select $7::text as key where $7::text is not null),
  identity as (select * from identities where connection_id = $2 and name_id = $3 and format = $4 and name_qualifier = $5 and sp_name_qualifier = $6 and inactive_since is null),
  conn as (select directory_id, directory_match from connections where id = $2),
  record_ids as (
    select id from directory_users where organization_id = $1 and email_key = $7
    union select r.id from directory_users r join conn on conn.directory_id = r.directory_id and conn.directory_match = 'userName' where r.user_name_key = lower($8::text collate "C")
    union select r.id from directory_users r join conn on conn.directory_id = r.directory_id and conn.directory_match = 'externalId' where r.external_id = $8
    union select r.id from directory_users r join conn on conn.directory_id = r.directory_id and conn.directory_match = 'email' where r.organization_id = $1 and r.email_key = lower($8::text collate "C")),
  holder as (select account_id, resting_since is not null as resting from account_addresses where key = $7 and verified_at is not null),
  others as (
    select account_id from identity
    union select account_id from directory_users where id in (select id from record_ids) and account_id is not null
    union select $10::uuid where $10::uuid is not null)
  select json_build_object(
    'organization', (select json_build_object('id', g.id, 'name', g.name, 'policies', g.policies,
      'domains', ${many(domainsOfKeys)}, 'mappings', ${many(mappingsOfOrganization)},
      'connections', ${many(`select ${connectionColumns} from connections c where c.organization_id = $1 and c.deleted_at is null order by c.id`)}) from organizations g where g.id = $1),
    'identity', (select row_to_json(t) from (select ${identityColumns} from identity x) t),
    'records', ${many(`select ${recordColumns} from directory_users r where r.id in (select id from record_ids) and ${speaks('r')} order by r.id`)},
    'holder', (select row_to_json(t) from (${candidate('select account_id, resting from holder', 'a.resting')}) t),
    'candidates', ${many(candidate('select account_id from others', 'false'))},
    'invited', exists (select 1 from invitations i where i.organization_id = $1 and i.key = $7 and ((i.status = 'pending' and (i.expires_at > $11 or i.invited_by_type = 'directory')) or i.status = 'accepted_waiting')),
    'joined', ${many(`select m.id "membershipId", m.account_id "accountId", min(k.kind) kind from membership_keys k join memberships m on m.id = k.membership_id
      where k.organization_id = $1 and k.key = $7 group by m.id`)},
    'conflicts', ${many(`select f.id, f.kind, f.key, f.account_id "accountId", f.connection_id "connectionId", f.directory_user_id "directoryUserId", ${conflictAnswer} from conflicts f
      where f.organization_id = $1 and ((f.state = 'open' and (f.key = $7 or f.account_id in (select account_id from others union select account_id from holder)))
        or (f.state = 'resolved' and f.kind = 'B8' and f.connection_id = $2
          and f.subject = jsonb_build_object('nameId', $3::text, 'format', $4::text, 'nameQualifier', $5::text, 'spNameQualifier', $6::text))) order by f.resolved_at, f.id`)}
  )::text as facts`,
)

/** Reads the facts for a profile at a Connection; `starterAccountId` is who started "connect single sign-on" (R3). */
export async function readSignInFacts(
  reader: Reader,
  query: { connection: SignInConnection; profile: Profile; starterAccountId: string | null; now: Date },
): Promise<StoredSignInFacts> {
  const { connection, profile } = query
  const { subject } = profile
  const key: AddressKey | null = profile.emailKey
  const [row] = await reader.rows<{ facts: string }>(read, [
    connection.organizationId,
    connection.id,
    subject.nameId,
    subject.format,
    subject.nameQualifier,
    subject.spNameQualifier,
    key,
    profile.directoryKey,
    subjectText(subject),
    query.starterAccountId,
    query.now,
  ])
  return reviveDates<StoredSignInFacts>(row?.facts ?? '{}')
}
