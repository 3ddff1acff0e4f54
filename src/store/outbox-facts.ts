// What an outbox row needs to know when it leaves: the organization, the invitation of a Delivery, the event and its endpoint.
import type { InvitationFacts, MailFacts } from '../domain/mail.ts'
import { type Reader, statement } from './database.ts'
import { type EventRow, eventColumns } from './events.ts'

const organizationOf = statement(
  'outbox.organization',
  `select o.id, o.name, exists (select 1 from domains d where d.organization_id = o.id and d.status = 'verified') as proven
   from organizations o where o.id = $1`,
)

const invitationOf = statement(
  'outbox.invitation',
  `select i.id, i.organization_id as "organizationId", i.status, i.email, i.role, i.message, i.language,
     i.expires_at as "expiresAt", i.invited_by_type = 'directory' as "byDirectory", d.replaced_at is not null as replaced,
     coalesce((select array_agg(p.name order by p.name) from projects p where p.id = any(i.project_ids)), '{}') as projects,
     a.name as "inviterName",
     (select v.address from account_addresses v where v.account_id = a.id and v.key = m.email_key
        and v.verified_at is not null and v.resting_since is null) as "inviterAddress"
   from deliveries d join invitations i on i.id = d.invitation_id
     left join accounts a on a.id = i.inviter_account_id and i.invited_by_type = 'member'
     left join memberships m on m.organization_id = i.organization_id and m.account_id = a.id and m.status = 'active'
   where d.id = $1`,
)

/** The facts of one mail; a mail about something that is gone finds null. */
export async function readMailFacts(
  reader: Reader,
  about: { organizationId: string | null; deliveryId: string | null },
): Promise<MailFacts> {
  const invitation = about.deliveryId
    ? ((await reader.rows<InvitationFacts>(invitationOf, [about.deliveryId]))[0] ?? null)
    : null
  const organizationId = invitation?.organizationId ?? about.organizationId
  const organization = organizationId
    ? (await reader.rows<NonNullable<MailFacts['organization']>>(organizationOf, [organizationId]))[0]
    : null
  return { organization: organization ?? null, invitation }
}

export interface WebhookFacts {
  event: EventRow
  url: string
  secretEncrypted: string
}

const webhookOf = statement(
  'outbox.webhook',
  `select ${eventColumns}, w.url, w.secret_encrypted as "secretEncrypted"
   from events e join webhook_endpoints w on w.id = $2 and w.ended_at is null where e.id = $1`,
)

/** The event and its endpoint; null where the endpoint has ended. */
export async function readWebhookFacts(
  reader: Reader,
  about: { eventId: string; endpointId: string },
): Promise<WebhookFacts | null> {
  const [row] = await reader.rows<EventRow & { url: string; secretEncrypted: string }>(webhookOf, [
    about.eventId,
    about.endpointId,
  ])
  if (!row) return null
  const { url, secretEncrypted, ...event } = row
  return { event, url, secretEncrypted }
}

const setDelivery = statement(
  'deliveries.set-status',
  `update deliveries set status = $2, status_detail = $3 where id = $1 and (status, status_detail) is distinct from ($2, $3)
   returning invitation_id as "invitationId"`,
)

/** Writes the transport's word on a Delivery; answers its invitation's id, or null where nothing changed. */
export async function setDeliveryStatus(
  tx: Reader,
  deliveryId: string,
  status: 'sent' | 'bounced' | 'deferred',
  detail: string | null,
): Promise<string | null> {
  const [row] = await tx.rows<{ invitationId: string }>(setDelivery, [deliveryId, status, detail])
  return row?.invitationId ?? null
}
