// Telling an organization's owners and administrators by mail what only they can set right.
import type { MailData, MailKind } from '../domain/mail.ts'
import { OWNER } from '../domain/organization.ts'
import type { Transaction } from '../store/database.ts'
import { listRoleAddresses } from '../store/owners.ts'
import { postMail } from './post-mail.ts'
import type { World } from './world.ts'

/** Posts one mail to each of them who is active, at the address by which the organization knows them. */
export async function tellAdministrators(
  tx: Transaction,
  world: World,
  organizationId: string,
  kind: MailKind,
  data: MailData,
): Promise<void> {
  for (const to of await listRoleAddresses(tx, organizationId, [OWNER, 'admin']))
    await postMail(tx, world, { kind, to, organizationId, data })
}
