// Telling an organization's owners by mail what only they can set right.
import type { MailData, MailKind } from '../domain/mail.ts'
import type { Transaction } from '../store/database.ts'
import { listOwnerAddresses } from '../store/owners.ts'
import { postMail } from './post-mail.ts'
import type { World } from './world.ts'

/** Posts one mail to each active owner, at the address by which the organization knows them. */
export async function tellOwners(
  tx: Transaction,
  world: World,
  organizationId: string,
  kind: MailKind,
  data: MailData,
): Promise<void> {
  for (const to of await listOwnerAddresses(tx, organizationId))
    await postMail(tx, world, { kind, to, organizationId, data })
}
