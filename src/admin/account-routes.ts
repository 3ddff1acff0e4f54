// The host product's existing people, and the sessions that it opens for them.
import { z } from 'zod'
import { addAccountAddress } from '../actions/add-account-address.ts'
import { createAccount } from '../actions/create-account.ts'
import { getAccount } from '../actions/get-account.ts'
import { listAccounts } from '../actions/list-accounts.ts'
import { openHostSession } from '../actions/open-host-session.ts'
import { email, id, iso, line, time } from './fields.ts'
import { pageRequest, toPage } from './paging.ts'
import { paged, pageOf, type Route, route } from './route.ts'

const account = z.object({
  id,
  name: z.string().nullable(),
  externalId: z.string().nullable(),
  emails: z.array(z.object({ address: z.string(), verified: z.boolean(), primary: z.boolean() })),
  identities: z.array(
    z.object({
      id,
      organizationId: id,
      connectionId: id,
      nameId: z.string(),
      createdAt: z.string(),
      lastUsedAt: z.string().nullable(),
    }),
  ),
  memberships: z.array(
    z.object({
      id,
      organizationId: id,
      role: z.string().nullable(),
      status: z.string(),
      statusReason: z.string().nullable(),
    }),
  ),
  createdAt: time,
})

type Account = Awaited<ReturnType<typeof getAccount>>

function view(row: Account): z.input<typeof account> {
  return { ...row, createdAt: iso(row.createdAt) }
}

const tag = 'Accounts'

export const accountRoutes: Route[] = [
  route(tag, 'post', '/accounts', {
    need: 'root',
    operationId: 'createAccount',
    summary: 'Take over a person whom the host product knows',
    status: 201,
    body: z.strictObject({
      email,
      emailVerified: z.boolean(),
      name: line(200).optional(),
      externalId: line(200).optional(),
    }),
    answer: account,
    run: async ({ world, caller, body }) => view(await createAccount(world, caller, body)),
  }),
  route(tag, 'get', '/accounts', {
    need: 'root',
    operationId: 'listAccounts',
    summary: 'List accounts; with email those that hold the address, verified or not',
    query: paged({ email: z.string().max(320).optional() }),
    answer: pageOf(account),
    run: async ({ world, caller, query }) =>
      toPage(
        await listAccounts(world, caller, { email: query.email, ...pageRequest(query) }),
        query.limit,
        view,
      ),
  }),
  route(tag, 'get', '/accounts/{accountId}', {
    need: 'root',
    operationId: 'getAccount',
    summary: 'Read an account with its addresses, identities and memberships',
    answer: account,
    run: async ({ world, caller, params }) => view(await getAccount(world, caller, params.accountId)),
  }),
  route(tag, 'post', '/accounts/{accountId}/emails', {
    need: 'root',
    operationId: 'addAccountEmail',
    summary: 'Add an address, or verify a claim of it',
    status: 201,
    body: z.strictObject({ address: email, verified: z.boolean() }),
    answer: account,
    run: async ({ world, caller, params, body }) =>
      view(await addAccountAddress(world, caller, params.accountId, body)),
  }),
  route(tag, 'post', '/accounts/{accountId}/sessions', {
    need: 'root',
    operationId: 'openHostSession',
    summary: 'Open a session for a person whom the host product has signed in itself',
    status: 201,
    body: z.strictObject({ organization: z.string().min(1).max(63).optional() }),
    bodyOptional: true,
    answer: z.object({ token: z.string(), url: z.string(), expiresAt: time }),
    run: async ({ world, caller, params, body }) => {
      const { token, url, expiresAt } = await openHostSession(
        world,
        caller,
        params.accountId,
        body.organization ?? null,
      )
      return { token, url, expiresAt: iso(expiresAt) }
    },
  }),
]
