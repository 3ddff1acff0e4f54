// Keeps the record of a refused acceptance whose deed was undone: a refused person leaves nothing else behind (invariant 12).
import type { Refusal } from '../domain/reason.ts'
import { AppError } from '../kernel/errors.ts'
import type { InvitationCard } from './read-invitation-card.ts'
import { recordRefusal } from './record-refusal.ts'
import type { World } from './world.ts'

/** Runs an acceptance at the invitation's page; a refusal is recorded in a transaction of its own and thrown on. */
export async function refuseAlone<T>(world: World, card: InvitationCard, deed: () => Promise<T>): Promise<T> {
  try {
    return await deed()
  } catch (error) {
    if (error instanceof AppError && error.kind === 'conflict') await record(world, card, error)
    throw error
  }
}

async function record(world: World, card: InvitationCard, { details, message }: AppError): Promise<void> {
  const { invitationId, organizationId, email, key } = card
  const refusal = { ...details, message } as Refusal
  const subject = { type: 'invitation' as const, id: invitationId, email, key }
  const scope = { organizationId, actor: { type: 'person' as const, id: null } }
  await recordRefusal(world, scope, 'invitation.acceptance_refused', subject, refusal, null)
}
