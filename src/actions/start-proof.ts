// Mails the code by which a signed-in person makes an own proof of their account.
import { addressKey, maskAddress } from '../domain/address.ts'
import { isOutside, type SessionAddress, type SessionView } from '../domain/session.ts'
import { AppError } from '../kernel/errors.ts'
import { reader } from '../store/database.ts'
import { domainsOver } from '../store/domain-standings.ts'
import { mailCode } from './mail-code.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/**
 * Mails six digits to `address`, else to the primary address. Only an address that the account already holds verified proves the account;
 * in a session that an organization's Connection opened it must lie outside that organization's domains where the account has such a one, and
 * in one that a code at another address than the primary one opened it is not that address again.
 * AppError conflict `address_unproven` for any other address, forbidden `own_proof_required` for one that the organization rules.
 */
export async function startProof(
  world: World,
  session: SessionView,
  address?: string,
): Promise<{ address: string; expiresAt: Date }> {
  const usable = await provingAddresses(world, session)
  const chosen = address === undefined ? usable[0] : usable.find((held) => held.key === addressKey(address))
  if (chosen === undefined) throw refusal(session, address)
  const { expiresAt } = await inTransaction(world, (tx) =>
    mailCode(
      tx,
      world,
      { purpose: 'own-proof', key: chosen.key, browser: session.id, accountId: session.account.id },
      { to: chosen.address },
    ),
  )
  return { address: maskAddress(chosen.address), expiresAt }
}

async function provingAddresses(world: World, session: SessionView): Promise<SessionAddress[]> {
  const held = session.account.addresses.filter((address) => address.verified && !address.resting)
  if (session.authenticatedBy.type === 'code') return ofCodeSession(session, held)
  if (session.authenticatedBy.type !== 'saml' || session.organization === null) return held
  const domains = await domainsOver(
    reader(world.dataSource),
    held.map((address) => address.key),
  )
  const organizationId = session.organization.id
  const outside = held.filter((address) => isOutside(address.key, domains, organizationId))
  return outside.length > 0 ? outside : held
}

/** A code at another address than the primary one opens no account settings, and a second code there proves nothing more. */
function ofCodeSession(session: SessionView, held: SessionAddress[]): SessionAddress[] {
  const primary = held.find((address) => address.primary)
  if (primary === undefined || session.proofKey === primary.key) return held
  return held.filter((address) => address.key !== session.proofKey)
}

function refusal(session: SessionView, address: string | undefined): AppError {
  const key = address === undefined ? null : addressKey(address)
  const details = { reason: 'own_proof_required', nextActor: 'person' }
  if (key !== null && session.account.addresses.some((held) => held.key === key && held.verified)) {
    return new AppError(
      'forbidden',
      'own_proof_required',
      'In this session the proof needs another address: the primary one, or one outside the domains of the organization that opened it.',
      { details },
    )
  }
  return new AppError('conflict', 'address_unproven', 'Your account has not proven this address.', {
    details: { reason: 'address_unproven', nextActor: 'person' },
  })
}
