// Claims mails that are due, with what their text will need.
import type { MailDraft } from '../domain/mail.ts'
import type { MailParcel } from '../domain/parcel.ts'
import { reader } from '../store/database.ts'
import type { OutboxRow } from '../store/outbox.ts'
import { readMailFacts } from '../store/outbox-facts.ts'
import { type ClaimOptions, claimRows } from './claim-rows.ts'
import { dropParcel } from './drop-parcel.ts'
import { OUTBOX_PURPOSE } from './post-mail.ts'
import type { World } from './world.ts'

/** Claims due mails. A mail that has become pointless (its link was replaced, its code has run out) is dropped here. */
export async function claimMails(world: World, options: ClaimOptions): Promise<MailParcel[]> {
  const parcels: MailParcel[] = []
  for (const row of await claimRows(world, 'mail', options)) {
    const parcel = await openMail(world, row)
    if (parcel === null) {
      await dropParcel(world, row, 'failed', 'it cannot be opened')
      continue
    }
    const pointless = whyPointless(parcel, world.clock.now())
    if (pointless === null) parcels.push(parcel)
    else await dropParcel(world, row, 'done', pointless)
  }
  return parcels
}

async function openMail(world: World, row: OutboxRow): Promise<MailParcel | null> {
  const { id, attempts, createdAt, deliveryId, organizationId } = row
  const draft = unseal(world, row)
  if (draft === null) return null
  const facts = await readMailFacts(reader(world.dataSource), { deliveryId, organizationId })
  return { kind: 'mail', id, attempts, createdAt, draft, facts }
}

function unseal(world: World, row: OutboxRow): MailDraft | null {
  try {
    return JSON.parse(world.secrets.decrypt(OUTBOX_PURPOSE, row.payloadEncrypted ?? '')) as MailDraft
  } catch (error) {
    world.log.error({ outboxId: row.id, err: error }, 'a mail cannot be opened: was SECRET_KEY changed?')
    return null
  }
}

const CODE_MINUTES = 10

function whyPointless({ draft, facts, createdAt }: MailParcel, now: Date): string | null {
  if (draft.kind === 'proof-code' || draft.kind === 'sign-in-code') {
    const age = now.getTime() - createdAt.getTime()
    return age > CODE_MINUTES * 60_000 ? 'the code has run out' : null
  }
  if (draft.kind !== 'invitation') return null
  const { invitation } = facts
  if (invitation === null) return 'the invitation is gone'
  if (invitation.replaced) return 'the link was replaced'
  return ['revoked', 'superseded', 'declined'].includes(invitation.status)
    ? `the invitation is ${invitation.status}`
    : null
}
