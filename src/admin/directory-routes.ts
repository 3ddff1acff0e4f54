// Directories: the provisioning clients of an organization, their tokens and groups.
import { z } from 'zod'
import { createDirectory } from '../actions/create-directory.ts'
import { createDirectoryToken } from '../actions/create-directory-token.ts'
import { deleteDirectoryToken } from '../actions/delete-directory-token.ts'
import { disconnectDirectory } from '../actions/disconnect-directory.ts'
import {
  getDirectory,
  listDirectories,
  listDirectoryGroups,
  listDirectoryTokens,
} from '../actions/list-directories.ts'
import { updateDirectory } from '../actions/update-directory.ts'
import type { World } from '../actions/world.ts'
import { id, iso, isoOrNull, line, moment, time } from './fields.ts'
import { pageRequest, toPage } from './paging.ts'
import { paged, pageOf, type Route, route } from './route.ts'

const preset = z
  .enum(['generic', 'okta', 'entra', 'google', 'onelogin'])
  .describe(
    'Whose habits are met; generic is the RFC to the letter and fits JumpCloud, Ping, Rippling and others.',
  )

const directory = z.object({
  id,
  organizationId: id,
  name: z.string(),
  preset,
  notify: z.boolean(),
  scimBaseUrl: z.string(),
  status: z.enum(['active', 'test', 'disconnected']),
  createdAt: time,
})

const tokenFields = {
  id,
  label: z.string(),
  hint: z.string().describe('The last characters of the token.'),
  expiresAt: time.nullable(),
  lastUsedAt: time.nullable(),
  createdAt: time,
}

type Row = Awaited<ReturnType<typeof getDirectory>>
type TokenRow = Awaited<ReturnType<typeof listDirectoryTokens>>[number]

function view(world: World, row: Row): z.input<typeof directory> {
  const { id, organizationId, name, preset, notify, status, createdAt } = row
  const scimBaseUrl = `${world.publicUrl}/scim/v2/${id}`
  return { id, organizationId, name, preset, notify, scimBaseUrl, status, createdAt: iso(createdAt) }
}

function tokenView({ id, label, hint, expiresAt, lastUsedAt, createdAt }: TokenRow) {
  return {
    id,
    label,
    hint,
    expiresAt: isoOrNull(expiresAt),
    lastUsedAt: isoOrNull(lastUsedAt),
    createdAt: iso(createdAt),
  }
}

const tag = 'Directories'

const directoryEntries: Route[] = [
  route(tag, 'post', '/organizations/{org}/directories', {
    need: 'admin',
    operationId: 'createDirectory',
    summary: 'Make a directory; its tokens are made apart',
    status: 201,
    body: z.strictObject({
      name: line(200),
      preset: preset.default('generic'),
      notify: z.boolean().default(true),
    }),
    answer: directory,
    run: async ({ world, caller, params, body }) =>
      view(world, await createDirectory(world, caller, params.org, body)),
  }),
  route(tag, 'get', '/organizations/{org}/directories', {
    need: 'admin',
    operationId: 'listDirectories',
    summary: 'List directories',
    query: paged({}),
    answer: pageOf(directory),
    run: async ({ world, caller, params, query }) =>
      toPage(await listDirectories(world, caller, params.org, pageRequest(query)), query.limit, (row) =>
        view(world, row),
      ),
  }),
  route(tag, 'get', '/directories/{directoryId}', {
    need: 'admin',
    operationId: 'getDirectory',
    summary: 'Read a directory',
    answer: directory,
    run: async ({ world, caller, params }) =>
      view(world, await getDirectory(world, caller, params.directoryId)),
  }),
  route(tag, 'patch', '/directories/{directoryId}', {
    need: 'admin',
    operationId: 'updateDirectory',
    summary: 'Change a directory; activating one needs an owner with a fresh own proof',
    body: z.strictObject({
      name: line(200).optional(),
      preset: preset.optional(),
      notify: z.boolean().optional(),
      status: z.enum(['active', 'test']).optional(),
    }),
    answer: directory,
    run: async ({ world, caller, params, body }) =>
      view(world, await updateDirectory(world, caller, params.directoryId, body)),
  }),
  route(tag, 'delete', '/directories/{directoryId}', {
    need: 'admin',
    operationId: 'disconnectDirectory',
    summary: 'Disconnect a directory: its records are frozen, members stay and are managed by hand',
    run: async ({ world, caller, params }) => {
      await disconnectDirectory(world, caller, params.directoryId)
    },
  }),
]

const tokenEntries: Route[] = [
  route(tag, 'post', '/directories/{directoryId}/tokens', {
    need: 'admin',
    operationId: 'createDirectoryToken',
    summary: 'Make a bearer token; it is shown once, and five may live',
    status: 201,
    body: z.strictObject({ label: line(200), expiresAt: moment.optional() }),
    answer: z.object({ ...tokenFields, token: z.string() }),
    run: async ({ world, caller, params, body }) => {
      const made = await createDirectoryToken(world, caller, params.directoryId, body)
      return { ...tokenView(made), token: made.token }
    },
  }),
  route(tag, 'get', '/directories/{directoryId}/tokens', {
    need: 'admin',
    operationId: 'listDirectoryTokens',
    summary: 'List tokens, without their secrets',
    answer: pageOf(z.object(tokenFields)),
    run: async ({ world, caller, params }) => {
      const rows = await listDirectoryTokens(world, caller, params.directoryId)
      return { items: rows.map(tokenView), nextCursor: null }
    },
  }),
  route(tag, 'delete', '/directories/{directoryId}/tokens/{tokenId}', {
    need: 'admin',
    operationId: 'deleteDirectoryToken',
    summary: 'End a token',
    run: ({ world, caller, params }) =>
      deleteDirectoryToken(world, caller, params.directoryId, params.tokenId),
  }),
]

const groupEntries: Route[] = [
  route(tag, 'get', '/directories/{directoryId}/groups', {
    need: 'admin',
    operationId: 'listDirectoryGroups',
    summary: 'The groups that a directory has pushed',
    query: paged({}),
    answer: pageOf(
      z.object({
        id,
        displayName: z.string(),
        externalId: z.string().nullable(),
        memberCount: z.number().int(),
      }),
    ),
    run: async ({ world, caller, params, query }) =>
      toPage(
        await listDirectoryGroups(world, caller, params.directoryId, pageRequest(query)),
        query.limit,
        (row) => row,
      ),
  }),
]

export const directoryRoutes: Route[] = [...directoryEntries, ...tokenEntries, ...groupEntries]
