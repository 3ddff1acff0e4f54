// An organization with an administrator and single sign-on, whose mails a test can read.
import { addMember } from '../../src/actions/add-member.ts'
import { createAccount } from '../../src/actions/create-account.ts'
import { type InvitationInput, invite } from '../../src/actions/invite.ts'
import { openSession } from '../../src/actions/open-session.ts'
import { OUTBOX_PURPOSE } from '../../src/actions/post-mail.ts'
import { inTransaction } from '../../src/actions/transaction.ts'
import type { MailDraft } from '../../src/domain/mail.ts'
import { type SignOn, signOn } from '../support/single-sign-on.ts'
import { type Browser, openBrowser } from './browser.ts'

const root = { kind: 'root' } as const

export interface Scene extends SignOn {
  browse(): Browser
  /** Every mail that was posted, the newest first. */
  mails(to?: string): Promise<MailDraft[]>
  /** The newest six digits that were mailed to the address. */
  code(to: string): Promise<string>
  /** Invites by Ben, an administrator; the link as `?t=`. */
  invited(email: string, more?: Partial<InvitationInput>): Promise<Invited>
  account(email: string, verified?: boolean): Promise<string>
  /** A browser with a host session of the account. */
  signedIn(accountId: string, organizationId?: string | null): Promise<Browser>
  /** Counts of everything that a request without proof must leave alone. */
  counts(): Promise<Record<string, number>>
  status(invitationId: string): Promise<string>
  ben: { accountId: string; membershipId: string }
}

export interface Invited {
  id: string
  token: string
  code: string
  link: string
}

export async function scene(options: Parameters<typeof signOn>[0] = {}): Promise<Scene> {
  const on = await signOn({ ...options, settings: { productName: 'Blogworks', ...options.settings } })
  const { world, rows, organizationId } = on
  const account = async (email: string, verified = true) =>
    (await createAccount(world, root, { email, emailVerified: verified, name: nameOf(email) })).id
  const accountId = await account('ben@acme.test')
  await addMember(world, root, organizationId, {
    accountId: await account('owner@acme.test'),
    role: 'owner',
  })
  const { membershipId } = await addMember(world, root, organizationId, { accountId, role: 'admin' })
  const byBen = {
    kind: 'person',
    sessionId: '',
    accountId,
    organizationId,
    membershipId,
    role: 'admin',
    ownProofAt: null,
    authenticatedBy: 'code',
  } as const
  const mails = async (to?: string) => {
    const posted = await rows<{ sealed: string }>(
      `select payload_encrypted as sealed from outbox where kind = 'mail' order by id desc`,
    )
    return posted
      .map(({ sealed }) => JSON.parse(world.secrets.decrypt(OUTBOX_PURPOSE, sealed)) as MailDraft)
      .filter((mail) => to === undefined || mail.to === to)
  }
  return {
    ...on,
    ben: { accountId, membershipId },
    account,
    mails,
    browse: () => openBrowser(on.app),
    code: async (to) => {
      const mail = (await mails(to)).find(({ kind }) => kind.endsWith('-code'))
      if (mail?.data?.code === undefined) throw new Error(`no code was mailed to ${to}`)
      return mail.data.code
    },
    invited: async (email, more = {}) => {
      const { invitationId: id } = await invite(world, byBen, organizationId, {
        email,
        role: 'editor',
        ...more,
      })
      const { token = '', code = '' } =
        (await mails(email)).find(({ kind }) => kind === 'invitation')?.data ?? {}
      return { id, token, code, link: `/invitations/${id}?t=${token}` }
    },
    signedIn: async (account, organization = null) => {
      const browser = openBrowser(on.app)
      const { token } = await inTransaction(world, (tx) =>
        openSession(tx, world, {
          accountId: account,
          organizationId: organization,
          proofType: 'host',
          ownProofAt: world.clock.now(),
        }),
      )
      browser.agent.jar.setCookie(`gatehouse_session=${token}; Path=/`, '127.0.0.1')
      return browser
    },
    counts: async () => {
      const [row] = await rows<Record<string, number>>(
        `select ${TABLES.map((table) => `(select count(*)::int from ${table}) as ${table}`).join(', ')}`,
      )
      return row ?? {}
    },
    status: async (id) =>
      (await rows<{ status: string }>('select status from invitations where id = $1', [id]))[0]?.status ?? '',
  }
}

const TABLES = [
  'accounts',
  'account_addresses',
  'identities',
  'memberships',
  'grants',
  'consents',
  'sessions',
  'invitations',
  'deliveries',
  'events',
  'outbox',
  'proof_codes',
  'pending_sign_ins',
]

function nameOf(email: string): string {
  const local = email.split('@')[0] ?? ''
  return `${local.charAt(0).toUpperCase()}${local.slice(1)} Probe`
}
