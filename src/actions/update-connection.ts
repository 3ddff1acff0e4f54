// Changes a Connection; what makes trust is an owner's act, what takes it away must leave an owner a way in.
import { invalidField, notFound } from '../kernel/errors.ts'
import {
  type ConnectionDetails,
  findConnectionRow,
  hasDirectory,
  lockConnection,
  retireIdentities,
  updateConnectionRow,
} from '../store/connections.ts'
import { reader } from '../store/database.ts'
import { lock } from '../store/locks.ts'
import { actorOf, authorize, type Caller, requireTrust } from './authorize.ts'
import { type ConnectionInput, requireFewNames } from './create-connection.ts'
import { namesProvider, readProvider, withMetadata } from './read-provider.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import { requireOwnerWithWayIn } from './update-organization.ts'
import type { World } from './world.ts'

const SHOWN = [
  'name',
  'status',
  'idpEntityId',
  'ssoUrl',
  'idpInitiated',
  'directoryId',
  'directoryMatch',
] as const

/**
 * Merges the input. AppError forbidden `own_proof_required` where an active Connection's trust would change without it (decision 6); conflict
 * `lockout_risk` where no owner could sign in any more (D4). Another entityID makes the present identities inactive (H4).
 */
export async function updateConnection(
  world: World,
  caller: Caller,
  connectionId: string,
  wanted: ConnectionInput,
): Promise<ConnectionDetails> {
  const read = reader(world.dataSource)
  const found = await findConnectionRow(read, connectionId)
  if (found === null) throw notFound('The connection')
  // Asked before anything is fetched, and again inside the transaction.
  await authorize(read, caller, found.organizationId, 'admin', 'The connection')
  if (makesTrust(wanted, found)) requireTrust(world, caller)
  const input = await withMetadata(world, wanted)
  return inTransaction(world, async (tx) => {
    await authorize(tx, caller, found.organizationId, 'admin', 'The connection')
    await lock(tx, [`owners:${found.organizationId}`])
    const before = await lockConnection(tx, connectionId)
    if (before === null) throw notFound('The connection')
    if (makesTrust(input, before)) requireTrust(world, caller)
    if (input.directoryId && !(await hasDirectory(tx, before.organizationId, input.directoryId))) {
      throw invalidField('directoryId', 'is no directory of this organization')
    }
    const after = merged(world, before, input)
    await updateConnectionRow(tx, after)
    if (after.idpEntityId !== before.idpEntityId) await retireIdentities(tx, connectionId, world.clock.now())
    await requireOwnerWithWayIn(tx, before.organizationId)
    await recordEvent(tx, world, {
      organizationId: before.organizationId,
      type: 'connection.changed',
      actor: actorOf(caller),
      subject: { type: 'connection', id: connectionId },
      decision: { rule: 'H4', outcome: 'change', before: shown(before), after: shown(after) },
    })
    return after
  })
}

/** In test a Connection changes nothing, so anything may be prepared there; activating it is the act. */
function makesTrust(input: ConnectionInput, before: ConnectionDetails): boolean {
  if (input.status === 'active' && before.status !== 'active') return true
  if (before.status === 'test') return false
  const { attributes, preset, directoryId, directoryMatch, legacy, maxAssertionMinutes } = input
  const touched = [attributes, preset, directoryId, directoryMatch, legacy, maxAssertionMinutes]
  return namesProvider(input) || touched.some((part) => part !== undefined)
}

function merged(world: World, before: ConnectionDetails, input: ConnectionInput): ConnectionDetails {
  const provider = namesProvider(input) ? readProvider(world, input, before) : {}
  const replaced = input.metadataXml !== undefined && input.metadataUrl === undefined
  const attributes = { ...before.attributes, ...input.attributes }
  requireFewNames(attributes)
  return {
    ...before,
    ...provider,
    metadataUrl: replaced ? null : (input.metadataUrl ?? before.metadataUrl),
    name: input.name ?? before.name,
    status: input.status ?? before.status,
    idpInitiated: input.idpInitiated ?? before.idpInitiated,
    directoryId: input.directoryId === undefined ? before.directoryId : input.directoryId,
    directoryMatch: input.directoryMatch ?? before.directoryMatch,
    attributes,
    preset: input.preset ?? before.preset,
    legacy: {
      sha1: input.legacy?.sha1 ?? before.legacy.sha1,
      encryption: input.legacy?.encryption ?? before.legacy.encryption,
    },
    maxAssertionMinutes: input.maxAssertionMinutes ?? before.maxAssertionMinutes,
    comparable: before.comparable || attributes.directoryKey !== undefined,
  }
}

function shown(connection: ConnectionDetails): Record<string, unknown> {
  const fields = SHOWN.map((name) => [name, connection[name]])
  return {
    ...Object.fromEntries(fields),
    certificates: connection.certificates.map((one) => one.fingerprint),
  }
}
