// Reads an organization's Connections and the sign-ins by them.
import { notFound } from '../kernel/errors.ts'
import { type ConnectionDetails, findConnectionRow, listConnectionRows } from '../store/connections.ts'
import { type Reader, reader } from '../store/database.ts'
import { listSignInRows, type SignInRow } from '../store/sign-ins.ts'
import { authorize, type Caller } from './authorize.ts'
import type { World } from './world.ts'

interface Page {
  after: string | null
  limit: number
}

export async function listConnections(
  world: World,
  caller: Caller,
  ref: string,
  page: Page,
): Promise<ConnectionDetails[]> {
  const read = reader(world.dataSource)
  const { id } = await authorize(read, caller, ref, 'admin')
  return listConnectionRows(read, id, page.after, page.limit)
}

export async function getConnection(
  world: World,
  caller: Caller,
  connectionId: string,
): Promise<ConnectionDetails> {
  return visible(reader(world.dataSource), caller, connectionId)
}

/** The last attempts, newest first, refused ones with the check that failed. */
export async function listSignIns(
  world: World,
  caller: Caller,
  connectionId: string,
  page: Page,
): Promise<SignInRow[]> {
  const read = reader(world.dataSource)
  await visible(read, caller, connectionId)
  return listSignInRows(read, connectionId, page.after, page.limit)
}

async function visible(read: Reader, caller: Caller, connectionId: string): Promise<ConnectionDetails> {
  const found = await findConnectionRow(read, connectionId)
  if (found === null) throw notFound('The connection')
  await authorize(read, caller, found.organizationId, 'admin', 'The connection')
  return found
}
