// Settles a mail: how the attempt ended, the Delivery's state with its event, and the word to the inviter where it bounced.
import { addressKey } from '../domain/address.ts'
import type { MailEnd, MailParcel } from '../domain/parcel.ts'
import type { Transaction } from '../store/database.ts'
import { keepMail, settle } from '../store/outbox.ts'
import { setDeliveryStatus } from '../store/outbox-facts.ts'
import { postMail } from './post-mail.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** Writes how an attempt to mail ended. Does nothing when a later attempt has begun meanwhile: its word counts. */
export async function settleMail(world: World, parcel: MailParcel, end: MailEnd): Promise<void> {
  const at = world.clock.now()
  await inTransaction(world, async (tx) => {
    const detail = 'detail' in end ? end.detail.slice(0, 300) : null
    const mine = await settle(tx, parcel, {
      state: end.outcome === 'deferred' ? 'queued' : end.outcome === 'bounced' ? 'failed' : 'done',
      error: detail,
      nextAt: end.outcome === 'deferred' ? later(at, end.retryAfterSeconds) : null,
      at,
    })
    if (!mine) return
    if (end.outcome === 'kept') {
      const toAddress = addressKey(parcel.draft.to) ?? parcel.draft.to
      await keepMail(tx, { id: parcel.id, toAddress, message: end.mail, sentAt: at })
    }
    await noteDelivery(tx, world, parcel, end.outcome === 'kept' ? 'sent' : end.outcome, detail)
  })
}

async function noteDelivery(
  tx: Transaction,
  world: World,
  { draft, facts }: MailParcel,
  status: 'sent' | 'bounced' | 'deferred',
  detail: string | null,
): Promise<void> {
  if (!draft.deliveryId) return
  const invitationId = await setDeliveryStatus(tx, draft.deliveryId, status, detail)
  if (invitationId === null) return
  await recordEvent(tx, world, {
    organizationId: facts.invitation?.organizationId ?? draft.organizationId ?? null,
    type: `invitation.mail_${status}`,
    actor: { type: 'system', id: null },
    subject: { type: 'invitation', id: invitationId, email: draft.to, key: addressKey(draft.to) },
    data: { deliveryId: draft.deliveryId, ...(detail ? { detail } : {}) },
  })
  const inviter = facts.invitation?.inviterAddress
  if (status === 'bounced' && inviter) {
    await postMail(tx, world, {
      kind: 'delivery-failed',
      to: inviter,
      organizationId: draft.organizationId ?? null,
      data: { address: draft.to, ...(detail ? { detail } : {}) },
    })
  }
}

function later(at: Date, seconds: number): Date {
  return new Date(at.getTime() + seconds * 1000)
}
