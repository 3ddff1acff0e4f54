// Makes a Connection: active where the caller may make trust, else prepared in test, where it changes nothing.
import type { AttributeNames, Connection } from '../domain/connection.ts'
import { AppError, invalidField } from '../kernel/errors.ts'
import { newId } from '../kernel/ids.ts'
import { newSelfSigned } from '../kernel/self-signed.ts'
import {
  type ConnectionDetails,
  countConnections,
  findConnectionRow,
  hasDirectory,
  insertConnection,
  pairOnlyOnes,
} from '../store/connections.ts'
import { type Reader, reader } from '../store/database.ts'
import { actorOf, authorize, type Caller, hasTrust, requireTrust } from './authorize.ts'
import { SP_KEY_PURPOSE } from './find-connection.ts'
import { type ProviderInput, readProvider, withMetadata } from './read-provider.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

export interface ConnectionInput extends ProviderInput {
  name?: string | undefined
  status?: 'active' | 'test' | 'off' | undefined
  idpInitiated?: Connection['idpInitiated'] | undefined
  directoryId?: string | null | undefined
  directoryMatch?: Connection['directoryMatch'] | undefined
  attributes?: AttributeNames | undefined
  preset?: string | undefined
  legacy?: { sha1?: boolean | undefined; encryption?: boolean | undefined } | undefined
  maxAssertionMinutes?: number | undefined
}

const CERTIFICATE_YEARS = 20
/** Connections of one organization, and attribute names of one Connection: whoever arrives has all of them read. */
const MOST_CONNECTIONS = 50
const MOST_NAMES = 50

/**
 * Reads the provider, makes our own key pair for it and stores both. AppError invalid names the field of the metadata that is missing or weak;
 * forbidden `own_proof_required` where `active` is asked for without trust (decision 6); conflict `too_many_connections` for more than fifty.
 */
export async function createConnection(
  world: World,
  caller: Caller,
  ref: string,
  input: ConnectionInput & { name: string },
): Promise<ConnectionDetails> {
  // Asked before the costly key pair is made, and again inside the transaction.
  const read = reader(world.dataSource)
  const organization = await authorize(read, caller, ref, 'admin')
  await requireRoom(read, organization.id)
  requireFewNames(input.attributes ?? {})
  if (input.status === 'active') requireTrust(world, caller)
  const provider = readProvider(world, await withMetadata(world, input), null)
  const now = world.clock.now()
  const { privateKeyPem, certificatePem } = await newSelfSigned('Gatehouse', now, CERTIFICATE_YEARS)
  return inTransaction(world, async (tx) => {
    const { id: organizationId } = await authorize(tx, caller, ref, 'admin')
    await requireRoom(tx, organizationId)
    if (input.directoryId && !(await hasDirectory(tx, organizationId, input.directoryId))) {
      throw invalidField('directoryId', 'is no directory of this organization')
    }
    const row: ConnectionDetails = {
      id: newId(),
      organizationId,
      name: input.name,
      ...provider,
      status: input.status ?? (hasTrust(world, caller) ? 'active' : 'test'),
      metadataUrl: input.metadataUrl ?? null,
      idpInitiated: input.idpInitiated ?? 'accept',
      directoryId: input.directoryId ?? null,
      directoryMatch: input.directoryMatch ?? 'userName',
      attributes: input.attributes ?? {},
      preset: input.preset ?? 'generic',
      legacy: { sha1: input.legacy?.sha1 ?? false, encryption: input.legacy?.encryption ?? false },
      maxAssertionMinutes: input.maxAssertionMinutes ?? 90,
      comparable: input.attributes?.directoryKey !== undefined,
      createdAt: now,
    }
    await insertConnection(tx, row, {
      keyEncrypted: world.secrets.encrypt(SP_KEY_PURPOSE, privateKeyPem),
      certificate: certificatePem.replace(/-----[^-]+-----|\s+/g, ''),
    })
    if (input.directoryId === undefined) await pairOnlyOnes(tx, organizationId)
    await recordEvent(tx, world, {
      organizationId,
      type: 'connection.created',
      actor: actorOf(caller),
      subject: { type: 'connection', id: row.id },
      data: { name: row.name, status: row.status, entityId: row.idpEntityId },
    })
    return (await findConnectionRow(tx, row.id)) ?? row
  })
}

async function requireRoom(read: Reader, organizationId: string): Promise<void> {
  if ((await countConnections(read, organizationId)) < MOST_CONNECTIONS) return
  throw new AppError(
    'conflict',
    'too_many_connections',
    `An organization has at most ${MOST_CONNECTIONS} connections; delete one first.`,
  )
}

/** AppError invalid where a Connection would name more attributes than fifty. */
export function requireFewNames(attributes: AttributeNames): void {
  if (Object.keys(attributes).length <= MOST_NAMES) return
  throw invalidField('attributes', `must not name more than ${MOST_NAMES} attributes`)
}
