// Posting a mail: one outbox row in the deed's own transaction, sealed because a link's token stands only there.
import type { MailDraft } from '../domain/mail.ts'
import { newId } from '../kernel/ids.ts'
import type { Transaction } from '../store/database.ts'
import { insertMail } from '../store/outbox.ts'
import { afterCommit } from './transaction.ts'
import type { World } from './world.ts'

/** What separates the key of the outbox from every other key of `SECRET_KEY`. */
export const OUTBOX_PURPOSE = 'outbox'

/**
 * Posts one mail; answers the outbox row's id. It leaves after the commit, at least once, or never when the deed rolls back.
 * The payload is encrypted with `SECRET_KEY` and erased when the mail is sent or given up.
 */
export async function postMail(tx: Transaction, world: World, draft: MailDraft): Promise<string> {
  const id = newId()
  await insertMail(tx, {
    id,
    organizationId: draft.organizationId ?? null,
    deliveryId: draft.deliveryId ?? null,
    payload: world.secrets.encrypt(OUTBOX_PURPOSE, JSON.stringify(draft)),
    at: world.clock.now(),
  })
  afterCommit(tx, () => world.onOutbox?.())
  return id
}
