// A scene for the core's tests: one organization with a project, a directory and a Connection, moved by the deeds themselves.
import { randomUUID } from 'node:crypto'
import { acceptInvitation } from '../../src/actions/accept-invitation.ts'
import { addMember } from '../../src/actions/add-member.ts'
import type { Caller } from '../../src/actions/authorize.ts'
import { createAccount } from '../../src/actions/create-account.ts'
import { createDirectory } from '../../src/actions/create-directory.ts'
import { createDomain } from '../../src/actions/create-domain.ts'
import { createGroup } from '../../src/actions/create-group.ts'
import { createOrganization } from '../../src/actions/create-organization.ts'
import { createProject } from '../../src/actions/create-project.ts'
import { deprovisionUser } from '../../src/actions/deprovision-user.ts'
import { findConnection, SP_KEY_PURPOSE } from '../../src/actions/find-connection.ts'
import { findSession } from '../../src/actions/find-session.ts'
import { finishSignIn } from '../../src/actions/finish-sign-in.ts'
import { type InvitationInput, invite } from '../../src/actions/invite.ts'
import { lookSignIn } from '../../src/actions/look-sign-in.ts'
import { openSession } from '../../src/actions/open-session.ts'
import type { MappingInput } from '../../src/actions/plan-mappings.ts'
import { previewMappings } from '../../src/actions/preview-mappings.ts'
import { provisionUser } from '../../src/actions/provision-user.ts'
import { putMappings } from '../../src/actions/put-mappings.ts'
import { inTransaction } from '../../src/actions/transaction.ts'
import { updateGroup } from '../../src/actions/update-group.ts'
import { updateOrganization } from '../../src/actions/update-organization.ts'
import { updateUser } from '../../src/actions/update-user.ts'
import { verifyDomain } from '../../src/actions/verify-domain.ts'
import type { World } from '../../src/actions/world.ts'
import { addressKey } from '../../src/domain/address.ts'
import type { Connection } from '../../src/domain/connection.ts'
import type { PersonDraft } from '../../src/domain/directory-person.ts'
import type { Policies } from '../../src/domain/organization.ts'
import { newId } from '../../src/kernel/ids.ts'
import { sha256 } from '../../src/kernel/secrets.ts'
import type { DirectoryScope } from '../../src/store/directory-credentials.ts'

export const root: Caller = { kind: 'root' }

export interface Member {
  id: string
  accountId: string
  status: string
  statusReason: string | null
  role: string | null
  projects: string[]
  /** `mapping:editor`, `invitation:#blog` in alphabetical order. */
  origins: string[]
  keys: string[]
  guardCause: string | null
}

export interface Arrival {
  email?: string | null
  nameId?: string
  format?: string
  /** The declared key; the NameID where it is left out. */
  key?: string | null
  groups?: string[] | null
  name?: string
  /** What the person proves where the proof page asks. */
  proof?: 'code' | { ownProofOf: string }
  /** A session that the browser holds. */
  session?: string
  confirmed?: boolean
  /** An assertion that was sent before. */
  assertionId?: string
}

/** `signed_in`, `proof`, `confirm`, or the reason of the refusal. */
export interface Arrived {
  outcome: string
  token: string | null
}

export type Scene = Awaited<ReturnType<typeof scene>>

export interface SceneOptions {
  /** Whether the organization has proven `<slug>.test`; true unless said otherwise. */
  proven?: boolean
  policies?: Partial<Policies>
  connection?: Partial<Pick<Connection, 'status' | 'idpInitiated' | 'directoryMatch'>>
}

/** A fresh organization in the world; every deed moves the world's clock by a second first, so that no two happen at once. */
export async function scene(world: World, options: SceneOptions = {}) {
  const slug = `o${newId().replaceAll('-', '')}`
  const domain = `${slug}.test`
  const tick = () => world.clock.advance(1)
  const rows = <T>(text: string, values: unknown[] = []) =>
    world.dataSource.query(text, values) as Promise<T[]>
  const { id } = await createOrganization(world, root, { name: 'Acme', slug })
  const projects = Object.fromEntries(
    await Promise.all(
      ['blog', 'shop'].map(async (name) => [
        name,
        (await createProject(world, root, id, { slug: name, name })).id,
      ]),
    ),
  ) as Record<'blog' | 'shop', string>
  const directory = await newDirectory()
  const connectionId = await newConnection(directory.id)
  if (options.policies) await policies(options.policies)
  if (options.proven ?? true) await prove()

  async function newDirectory(): Promise<DirectoryScope> {
    const made = await createDirectory(world, root, id, {
      name: 'Directory',
      preset: 'generic',
      notify: true,
    })
    return { id: made.id, organizationId: id, preset: 'generic', notify: true, status: 'active' }
  }

  async function newConnection(directoryId: string | null): Promise<string> {
    const set = {
      status: 'active',
      idpInitiated: 'accept',
      directoryMatch: 'externalId',
      ...options.connection,
    }
    const made = newId()
    await rows(
      `insert into connections (id, organization_id, name, status, idp_entity_id, sso_url, sso_binding, certificates, idp_initiated, directory_id,
         directory_match, attributes, preset, legacy, max_assertion_minutes, comparable, sp_key_encrypted, sp_certificate, created_at)
       values ($1, $2, 'Acme IdP', $3, 'https://idp.test', 'https://idp.test/sso', 'redirect', '[]', $4, $5, $6, '{"directoryKey":"id"}', 'generic',
         '{"sha1":false,"encryption":false}', 90, true, $7, 'x', $8)`,
      [
        made,
        id,
        set.status,
        set.idpInitiated,
        directoryId,
        set.directoryMatch,
        world.secrets.encrypt(SP_KEY_PURPOSE, 'key'),
        world.clock.now(),
      ],
    )
    return made
  }

  async function prove(name = domain, includeSubdomains = false): Promise<void> {
    const claimed = await createDomain(world, root, id, { domain: name, includeSubdomains })
    await verifyDomain(world, root, id, claimed.id, true)
  }

  async function policies(patch: Partial<Policies>, force = true): Promise<void> {
    await updateOrganization(world, root, id, { policies: patch, force })
  }

  /** An account of its own with the address verified. */
  async function account(email: string, verified = true): Promise<string> {
    tick()
    return (await createAccount(world, root, { email, emailVerified: verified })).id
  }

  async function invited(email: string, input: Partial<InvitationInput> = {}, by: Caller = root) {
    tick()
    const wanted = { role: 'editor', projects: ['blog'], ...input }
    return (await invite(world, by, id, { email, ...wanted })).invitationId
  }

  async function accept(invitationId: string, accountId: string): Promise<void> {
    tick()
    const actor = { type: 'host', id: null } as const
    await acceptInvitation(world, { invitationId, accountId, proof: 'host', actor })
  }

  function draft(email: string, over: Partial<PersonDraft> = {}): PersonDraft {
    return {
      userName: email,
      externalId: `x-${email}`,
      active: true,
      displayName: null,
      sentDisplayName: null,
      emails: [],
      attributes: {},
      ...over,
    }
  }

  async function push(email: string, over: Partial<PersonDraft> = {}, from = directory): Promise<string> {
    tick()
    return (await provisionUser(world, from, draft(email, over))).id
  }

  async function update(recordId: string, over: Partial<PersonDraft>, from = directory): Promise<void> {
    tick()
    await updateUser(world, from, recordId, (person) => ({
      userName: person.userName,
      externalId: person.externalId,
      active: person.active,
      displayName: null,
      sentDisplayName: null,
      emails: [],
      attributes: person.attributes,
      ...over,
    }))
  }

  async function remove(recordId: string, from = directory): Promise<void> {
    tick()
    await deprovisionUser(world, from, recordId, () => {})
  }

  async function group(displayName: string, members: string[] = []): Promise<string> {
    tick()
    const made = { displayName, externalId: null, attributes: {} }
    return (await createGroup(world, directory, made, members)).id
  }

  async function members(
    groupId: string,
    change: { add?: string[]; remove?: string[]; replace?: string[] },
  ): Promise<void> {
    tick()
    const wanted = { replace: change.replace ?? null, add: change.add ?? [], remove: change.remove ?? [] }
    await updateGroup(world, directory, groupId, { draft: null, members: wanted })
  }

  async function map(inputs: MappingInput[]): Promise<void> {
    tick()
    const { planHash } = await previewMappings(world, root, id, inputs)
    await putMappings(world, root, id, inputs, planHash)
  }

  const groupRow = (groupId: string, role: string, projectSlugs: string[] = []): MappingInput => ({
    group: { directoryId: directory.id, groupId },
    role,
    projects: projectSlugs,
  })

  async function signIn(given: Arrival, through = connectionId): Promise<Arrived> {
    tick()
    const connection = await findConnection(world, through)
    if (!connection) throw new Error('no connection')
    const nameId = given.nameId ?? `n-${given.email}`
    const email = given.email ?? null
    const looked = await lookSignIn(world, {
      connection,
      assertion: {
        assertionId: given.assertionId ?? `_${randomUUID()}`,
        notOnOrAfter: new Date(world.clock.now().getTime() + 300_000),
        inResponseTo: null,
        sessionNotOnOrAfter: null,
      },
      profile: {
        subject: {
          nameId,
          format: given.format ?? 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
          nameQualifier: '',
          spNameQualifier: '',
        },
        address: email,
        emailKey: addressKey(email),
        emails: email === null ? [] : [email],
        firstName: null,
        lastName: null,
        displayName: given.name ?? null,
        groups: given.groups ?? null,
        directoryKey: given.key === undefined ? nameId : given.key,
        raw: {},
      },
      relayState: null,
      trace: { checks: [], responseXml: null },
    })
    if (looked.outcome === 'refused') return { outcome: looked.reason, token: null }
    return finish(looked.handle, given, through)
  }

  async function finish(handle: string, given: Arrival, through: string): Promise<Arrived> {
    const attempt = {
      connectionId: through,
      handle,
      browserNonce: null,
      sessionToken: given.session ?? null,
      confirmed: given.confirmed ?? false,
    }
    let finished = await finishSignIn(world, attempt)
    if (finished.outcome === 'proof' && given.proof !== undefined) {
      const [key, accountId] =
        given.proof === 'code' ? [addressKey(given.email), null] : [null, given.proof.ownProofOf]
      await rows(
        'update pending_sign_ins set proven_key = $2, proven_account_id = $3 where handle_hash = $1',
        [sha256(handle), key, accountId],
      )
      finished = await finishSignIn(world, attempt)
    }
    const outcome = finished.outcome === 'refused' ? finished.reason : finished.outcome
    return { outcome, token: finished.outcome === 'signed_in' ? finished.sessionToken : null }
  }

  /** A member by the host product's word, without an invitation. */
  async function added(accountId: string, role: string): Promise<string> {
    tick()
    return (await addMember(world, root, id, { accountId, role })).membershipId
  }

  /** A person as they call after a sign-in by the host product, with a fresh own proof. */
  async function caller(accountId: string): Promise<Caller> {
    const { sessionId } = await inTransaction(world, (tx) =>
      openSession(tx, world, {
        accountId,
        organizationId: id,
        proofType: 'host',
        ownProofAt: world.clock.now(),
      }),
    )
    const m = await member(accountId)
    return {
      kind: 'person',
      sessionId,
      accountId,
      organizationId: id,
      membershipId: m?.id ?? null,
      role: m?.role ?? null,
      ownProofAt: world.clock.now(),
      authenticatedBy: 'host',
    }
  }

  async function member(accountId: string): Promise<Member | null> {
    return (await memberships()).find((m) => m.accountId === accountId) ?? null
  }

  /** Every membership, removed ones too. */
  function memberships(): Promise<Member[]> {
    return rows<Member>(
      `select m.id, m.account_id "accountId", m.status, m.status_reason "statusReason", m.role, m.guard_cause "guardCause",
         array(select distinct p.slug from grants g join projects p on p.id = g.project_id where g.membership_id = m.id order by 1) projects,
         array(select g.origin_type || ':' || coalesce(g.role, '#' || p.slug) from grants g left join projects p on p.id = g.project_id
           where g.membership_id = m.id order by 1) origins,
         array(select k.key || case k.kind when 'record' then ' (record)' else '' end from membership_keys k where k.membership_id = m.id order by 1) keys
       from memberships m where m.organization_id = $1 order by m.id`,
      [id],
    )
  }

  /** Accounts that bear the address, verified or not. */
  async function holders(email: string): Promise<{ accountId: string; verified: boolean }[]> {
    return rows(
      'select account_id "accountId", verified_at is not null verified from account_addresses where key = $1 order by account_id',
      [addressKey(email)],
    )
  }

  /** The account that has proven the address. */
  async function holder(email: string): Promise<string> {
    const found = (await holders(email)).find((h) => h.verified)
    if (!found) throw new Error(`nobody has proven ${email}`)
    return found.accountId
  }

  /** Invitations to the address as `editor pending`, oldest first, with the reason of their state. */
  async function offers(email: string): Promise<string[]> {
    const found = await rows<{ text: string }>(
      `select concat_ws(' ', role, status, status_reason) as text from invitations where organization_id = $1 and key = $2 order by id`,
      [id, addressKey(email)],
    )
    return found.map(({ text }) => text)
  }

  /** Open questions as `B8 address`. */
  async function questions(): Promise<string[]> {
    const found = await rows<{ text: string }>(
      `select concat_ws(' ', kind, key) as text from conflicts where organization_id = $1 and state = 'open' order by id`,
      [id],
    )
    return found.map(({ text }) => text)
  }

  /** The decision of the newest event of this type: `R4 join joined nobody`. */
  async function decided(type: string): Promise<string | null> {
    const [found] = await rows<{ text: string }>(
      `select concat_ws(' ', rule, outcome, reason, next_actor) as text from events
       where organization_id = $1 and type = $2 and rule is not null order by id desc limit 1`,
      [id, type],
    )
    return found?.text ?? null
  }

  async function isOpen(token: string | null): Promise<boolean> {
    return token !== null && (await findSession(world, token)) !== null
  }

  /** How many rows the tables that a refusal must not touch have in the whole database. */
  async function people(): Promise<string> {
    const [counted] = await rows<{ text: string }>(
      `select concat_ws(' ', (select count(*) from accounts), (select count(*) from identities), (select count(*) from memberships),
         (select count(*) from sessions where ended_at is null), (select count(*) from account_addresses), (select count(*) from consents)) as text`,
    )
    return counted?.text ?? ''
  }

  return {
    world,
    id,
    slug,
    domain,
    projects,
    directory,
    connectionId,
    at: (name: string) => `${name}@${domain}`,
    rows,
    newDirectory,
    newConnection,
    prove,
    policies,
    account,
    invited,
    accept,
    push,
    update,
    remove,
    group,
    members,
    map,
    groupRow,
    signIn,
    added,
    caller,
    member,
    memberships,
    holder,
    holders,
    offers,
    questions,
    decided,
    isOpen,
    people,
  }
}
