// What the demo prints: what to open, and what to try.
import type { Demo } from './organization.ts'
import { ana, guest, scimPerson, uma } from './people.ts'

export interface Places {
  server: string
  tiles: string
  desk: string
  demo: Demo
}

export function guide({ server, tiles, desk, demo }: Places): string {
  return `
${demo.organization.name} is furnished: people, two invitations, a directory, single sign-on and a role mapping.

Open
  ${desk}  its members and invitations, as the API tells of them
  ${tiles}  its identity provider: click ${ana.name}'s tile, and she signs in and joins as she was invited
  ${server}/dev/mailbox  the mails; ${guest.name} (${guest.email}) joins by the link in hers
  ${server}/sign-in  the sign-in page

Push ${uma.firstName} ${uma.lastName} by SCIM, as the directory does when she is assigned; its group Editors gives her the role editor:

${pushCurl(demo)}

The directory's token: ${demo.directory.token}
Ctrl-C stops everything; the next start finds it as you left it.
`
}

/** One curl: the whole resource, so that it may be sent again. */
export function pushCurl(demo: Demo): string {
  return `curl -X PUT '${demo.directory.scimBaseUrl}/Users/${demo.directory.waitingId}' \\
  -H 'Authorization: Bearer ${demo.directory.token}' -H 'Content-Type: application/scim+json' \\
  -d '${JSON.stringify(scimPerson(uma, true))}'`
}
