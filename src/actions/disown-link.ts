// "Not my account": whom single sign-on linked to an account by itself says that it is somebody else's (B5).
import type { SessionView } from '../domain/session.ts'
import { AppError } from '../kernel/errors.ts'
import { reader } from '../store/database.ts'
import { endSessionsOfIdentity, findSessionLink, type SessionLink } from '../store/session-links.ts'
import { apply } from './apply.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

const DAYS = 7

/** Whether the first page offers it: within seven days of a link that the person did not make themselves. */
export async function mayDisown(world: World, session: SessionView): Promise<boolean> {
  const link =
    session.authenticatedBy.type === 'saml'
      ? await findSessionLink(reader(world.dataSource), session.id)
      : null
  return link !== null && isYoung(world, link)
}

/**
 * Opens the question B8 for an administrator and ends every session of the link; until it is answered the link signs nobody in. AppError
 * conflict `undo_too_late` where the link is older or the person's own.
 */
export async function disownLink(world: World, session: SessionView): Promise<void> {
  await inTransaction(world, async (tx) => {
    const link = await findSessionLink(tx, session.id)
    if (link === null || !isYoung(world, link)) {
      throw new AppError(
        'conflict',
        'undo_too_late',
        `Only an automatic link can be disowned, within ${DAYS} days.`,
      )
    }
    const { organizationId, accountId, connectionId, subject, membershipId, key } = link
    const actor = { type: 'person', id: accountId, accountId } as const
    await apply(tx, world, { organizationId, actor }, [
      {
        kind: 'conflict.open',
        conflict: {
          kind: 'B8',
          key,
          accountId,
          connectionId,
          subject,
          directoryUserId: null,
          membershipId,
          choices: ['keep', 'replace', 'new_account'],
          detail: 'The person whom single sign-on linked to this account says that it is not theirs.',
        },
      },
    ])
    await endSessionsOfIdentity(tx, link.identityId, world.clock.now())
  })
}

function isYoung(world: World, link: SessionLink): boolean {
  const age = world.clock.now().getTime() - link.createdAt.getTime()
  return link.automatic && age <= DAYS * 86_400_000
}
