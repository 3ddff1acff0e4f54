// Reads an organization's Directories with their tokens, groups and last requests.
import type { DirectoryRequest } from '../domain/directory-request.ts'
import { notFound } from '../kernel/errors.ts'
import { type Reader, reader } from '../store/database.ts'
import {
  type DirectoryDetails,
  type DirectoryTokenRow,
  findDirectory,
  type ListedGroupRow,
  listDirectoryRows,
  listGroupRows,
  listTokenRows,
} from '../store/directories.ts'
import { listRequestRows, type RequestQuery } from '../store/directory-requests.ts'
import { authorize, type Caller } from './authorize.ts'
import { flushDirectoryRequests } from './log-directory-request.ts'
import type { World } from './world.ts'

interface Page {
  after: string | null
  limit: number
}

export async function listDirectories(
  world: World,
  caller: Caller,
  ref: string,
  page: Page,
): Promise<DirectoryDetails[]> {
  const read = reader(world.dataSource)
  const { id } = await authorize(read, caller, ref, 'admin')
  return listDirectoryRows(read, id, page.after, page.limit)
}

export async function getDirectory(
  world: World,
  caller: Caller,
  directoryId: string,
): Promise<DirectoryDetails> {
  return visible(reader(world.dataSource), caller, directoryId)
}

/** Without the secrets, which nobody can read again. */
export async function listDirectoryTokens(
  world: World,
  caller: Caller,
  directoryId: string,
): Promise<DirectoryTokenRow[]> {
  const read = reader(world.dataSource)
  await visible(read, caller, directoryId)
  return listTokenRows(read, directoryId)
}

/** The last requests with our answers, secrets taken out, newest first. */
export async function listDirectoryRequests(
  world: World,
  caller: Caller,
  directoryId: string,
  query: RequestQuery,
): Promise<DirectoryRequest[]> {
  const read = reader(world.dataSource)
  await visible(read, caller, directoryId)
  // What this node has not written yet belongs to the answer.
  await flushDirectoryRequests(world)
  return listRequestRows(read, directoryId, query)
}

export async function listDirectoryGroups(
  world: World,
  caller: Caller,
  directoryId: string,
  page: Page,
): Promise<ListedGroupRow[]> {
  const read = reader(world.dataSource)
  await visible(read, caller, directoryId)
  return listGroupRows(read, directoryId, page.after, page.limit)
}

async function visible(read: Reader, caller: Caller, directoryId: string): Promise<DirectoryDetails> {
  const found = await findDirectory(read, directoryId)
  if (found === null) throw notFound('The directory')
  await authorize(read, caller, found.organizationId, 'admin', 'The directory')
  return found
}
