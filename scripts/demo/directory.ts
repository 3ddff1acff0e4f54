// The demo's directory: a token, one person pushed, one that waits to be pushed, and the group of both.
import type { Api } from './api.ts'
import { mia, scimPerson, uma } from './people.ts'

export interface DemoDirectory {
  id: string
  scimBaseUrl: string
  token: string
  /** The record of the person whom the printed curl pushes. */
  waitingId: string
}

interface ScimList {
  Resources?: { id: string }[]
}

export async function furnishDirectory(
  api: Api,
  at: string,
  keptToken: string | null,
): Promise<DemoDirectory> {
  const name = 'Juniper directory'
  const known = await api.list<{ id: string; name: string; scimBaseUrl: string }>(`${at}/directories`)
  const { id, scimBaseUrl } =
    known.find((one) => one.name === name) ??
    (await api.post<{ id: string; scimBaseUrl: string }>(`${at}/directories`, { name }))
  const token = await liveToken(api, { id, scimBaseUrl }, keptToken)
  const scim = api.as(token)
  await record(scim, scimBaseUrl, scimPerson(mia, true))
  const waitingId = await record(scim, scimBaseUrl, scimPerson(uma, false))
  await group(scim, scimBaseUrl, [await record(scim, scimBaseUrl, scimPerson(mia, true)), waitingId])
  return { id, scimBaseUrl, token, waitingId }
}

/** The token of the last start while it works; else a new one, in the place of the older of two. */
async function liveToken(
  api: Api,
  directory: { id: string; scimBaseUrl: string },
  kept: string | null,
): Promise<string> {
  if (kept !== null) {
    const { status } = await api.as(kept).call('GET', `${directory.scimBaseUrl}/Users?count=0`)
    if (status === 200) return kept
  }
  const tokens = await api.list<{ id: string; createdAt: string }>(`/directories/${directory.id}/tokens`)
  const oldest = tokens.sort((a, b) => a.createdAt.localeCompare(b.createdAt))[0]
  if (tokens.length > 1 && oldest)
    await api.call('DELETE', `/directories/${directory.id}/tokens/${oldest.id}`)
  const made = await api.post<{ token: string }>(`/directories/${directory.id}/tokens`, { label: 'demo' })
  return made.token
}

async function record(scim: Api, base: string, person: ReturnType<typeof scimPerson>): Promise<string> {
  const filter = encodeURIComponent(`userName eq "${person.userName}"`)
  const found = await scim.get<ScimList>(`${base}/Users?filter=${filter}`)
  const id = found.Resources?.[0]?.id
  return id ?? (await scim.post<{ id: string }>(`${base}/Users`, person)).id
}

async function group(scim: Api, base: string, members: string[]): Promise<void> {
  const filter = encodeURIComponent('displayName eq "Editors"')
  const found = await scim.get<ScimList>(`${base}/Groups?filter=${filter}`)
  if (found.Resources?.length) return
  await scim.post(`${base}/Groups`, {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    displayName: 'Editors',
    members: members.map((value) => ({ value })),
  })
}
