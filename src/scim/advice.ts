// What an error, a warning or a surprising outcome means at each identity provider, and what its administrator should click: data.
import type { DirectoryPreset } from '../domain/directory.ts'

interface Places {
  readonly product: string
  /** Where the base address and the token stand. */
  readonly connection: string
  /** Where attributes are mapped. */
  readonly mapping: string
  /** Where people are assigned. */
  readonly people: string
  /** Where groups are chosen. */
  readonly groups: string
  /** How to try again. */
  readonly retry: string
  /** How to make it forget the ids that it has of people here. */
  readonly forget: string
  /** Where it shows what failed. */
  readonly log: string
}

const places: Readonly<Record<DirectoryPreset, Places>> = {
  generic: {
    product: 'the provisioning client',
    connection: "the client's connection settings",
    mapping: "the client's attribute mapping",
    people: "the client's list of assigned people",
    groups: "the client's list of pushed groups",
    retry: 'run the synchronization again',
    forget:
      'make the client look the person up again, by a full synchronization or by assigning the person anew',
    log: "the client's own log",
  },
  okta: {
    product: 'Okta',
    connection: 'Applications → the app → Provisioning → Integration → Edit',
    mapping: 'Directory → Profile Editor → the app → Mappings',
    people: 'Applications → the app → Assignments',
    groups: 'Applications → the app → Push Groups',
    retry: 'choose Dashboard → Tasks → Retry Selected',
    forget: 'remove the assignment and assign the person again, or unlink the pushed group and push it again',
    log: 'Dashboard → Tasks and Reports → System Log',
  },
  entra: {
    product: 'Microsoft Entra',
    connection: 'Enterprise applications → the app → Provisioning → Admin Credentials',
    mapping: 'Enterprise applications → the app → Provisioning → Mappings',
    people: 'Enterprise applications → the app → Users and groups',
    groups: 'Enterprise applications → the app → Users and groups',
    retry: 'choose Provision on demand for one person, or wait for the next cycle of 40 minutes',
    forget: 'choose Restart provisioning, which looks everybody up again',
    log: 'Provisioning logs, filtered by Failure',
  },
  google: {
    product: 'Google Workspace',
    connection: 'Apps → Web and mobile apps → the app → Autoprovisioning',
    mapping: 'Apps → Web and mobile apps → the app → Autoprovisioning → Attribute mapping',
    people: 'Apps → Web and mobile apps → the app → User access, and the provisioning scope',
    groups: 'Apps → Web and mobile apps → the app → Autoprovisioning → Provisioning scope',
    retry: 'wait for the next run of Autoprovisioning',
    forget: 'turn the app off for the person and on again once the deprovisioning delay has passed',
    log: 'the Autoprovisioning card of the app and Reporting → Audit and investigation',
  },
  onelogin: {
    product: 'OneLogin',
    connection: 'Applications → the app → Configuration (SCIM Base URL, SCIM Bearer Token, API Connection)',
    mapping: 'Applications → the app → Parameters, and the SCIM JSON Template under Configuration',
    people: 'Applications → the app → Users',
    groups: 'Applications → the app → Parameters → Groups, and Rules',
    retry: "choose Applications → the app → Users → the person's status → Retry",
    forget: 'remove the app from the person and give it again',
    log: 'Applications → the app → Users and Activity → Events',
  },
}

type Texts = { readonly all: string } & Partial<Readonly<Record<DirectoryPreset, string>>>

const own = 'Nothing is to be changed at {product}.'

/** By code; `{place}` stands for the place at the provider. What a provider is told beyond the common text follows it. */
const texts: Readonly<Record<string, Texts>> = {
  // Errors, by scimType or code.
  invalid_token: {
    all: 'The token has expired or was deleted, or its directory was disconnected: nothing is provisioned until it is replaced. Make a new token of this directory, enter it at {connection}, and {retry}.',
    okta: 'Press Test API Credentials before Save.',
    entra: 'Press Test Connection before Save. If the job is in quarantine, choose Restart provisioning.',
    onelogin: 'See that the API Connection stands on Enabled afterwards.',
  },
  uniqueness: {
    all: 'Somebody in this directory has that userName or externalId already. If it is the same person, {product} should have found them before creating: see that the attribute it matches by is the one that is sent as userName. If it is another person, give one of the two a different user name. Then {retry}.',
    okta: 'Two Okta users with one app user name come from Sign On → Application username format; a person known here by import is confirmed under Import.',
    entra:
      'In Mappings, one attribute has matching precedence 1 (usually userPrincipalName → userName, or objectId → externalId): it must be the one that is unique at both sides.',
    google:
      'An address that was renamed in Google and given to somebody else does this: delete the old record first.',
    onelogin: 'In Parameters, the SCIM Username must be unique, for instance the e-mail address.',
  },
  invalidValue: {
    all: 'The attribute named in our answer cannot take the value that was sent. Correct what feeds it at {mapping}, or in the profile of the person, and {retry}.',
    entra:
      'An attribute that is missing in the person’s Entra profile can be given a default value in its mapping.',
  },
  invalidSyntax: {
    all: 'The body is not what SCIM expects at the place named in our answer. If the client is a product with a preset of its own, choose that preset for this directory; else correct the template of the client.',
    onelogin: 'Check the SCIM JSON Template under Configuration.',
  },
  invalidFilter: {
    all: 'The filter cannot be read, or asks for an attribute that is not there. See which attribute {product} matches by at {mapping}; userName, externalId and emails work.',
  },
  invalidPath: {
    all: 'An attribute is mapped that nobody here knows. Take it out at {mapping}, or declare it in a schema extension of this service (SCIM_SCHEMAS_DIR).',
  },
  noTarget: {
    all: 'The change is about a value that the person does not have. By the letter of the RFC that is an error; a directory with the preset of its provider creates the value instead: choose that preset for this directory.',
  },
  mutability: {
    all: 'The attribute is read-only, required or fixed for ever. Take it out of what is written at {mapping}.',
  },
  tooMany: {
    all: 'The request asks for more than one request may. Narrow the filter, or let the client send its changes in parts.',
  },
  sensitive: {
    all: 'The request would show in its address what must not stand there. Send it as a search by POST.',
  },
  invalidVers: {
    all: 'The base address is of another version of SCIM. Enter the base address of this directory, with /scim/v2/, at {connection}.',
  },
  invalidCursor: {
    all: 'The page mark is none of ours, or was altered. The client should begin the list again.',
  },
  expiredCursor: { all: 'The client waited too long between two pages. It should begin the list again.' },
  invalidCount: {
    all: 'The page is asked for with a size that does not fit its mark. The client should begin the list again.',
  },
  not_found: {
    all: 'There is no such resource in this directory: it was deleted here, or {product} remembers an id of another directory, as after a new base address. To heal it, {forget}.',
  },
  precondition_failed: {
    all: 'The resource was changed between the reading and the writing of the client, which asked not to overwrite that. It reads again and repeats; nothing is to be done.',
  },
  too_large: {
    all: 'The request is larger than this service takes. Push fewer members or changes at once.',
    okta: 'A very large pushed group can be split.',
  },
  rate_limited: {
    all: 'Requests came faster than one directory may send them. The answer says when to go on (Retry-After) and {product} repeats what was refused; nothing is lost. If it happens all the time, look for a second job with the same token.',
    entra: 'Two provisioning jobs on one base address can do this.',
  },
  seat_unavailable: {
    all: "The organization has no free seat and refuses people beyond them. Add seats, or let people wait (the organization's seatPolicy), here; then {retry}.",
  },
  forbidden: { all: `The request asks for what nobody may. ${own}` },
  method_not_allowed: {
    all: 'The address does not take this method. The base address at {connection} is probably too long: it ends with the id of the directory, without /Users.',
  },
  not_implemented: {
    all: `This service does not offer that. ${own} Switch the feature off in the client if it can be.`,
  },
  unsupported_media_type: {
    all: 'The body is not announced as application/scim+json or application/json. Something between {product} and this service rewrites requests, or the connector must be set to JSON.',
  },
  not_acceptable: {
    all: 'The client refuses the form in which we answer. Let it accept application/scim+json.',
  },
  unavailable: {
    all: 'This service could not do it at that moment. {product} tries again by itself; else {retry}.',
  },
  internal: {
    all: 'That was a fault of this service, not of {product}. It is in the log of the operator under the time of this request. Afterwards {retry}.',
  },
  // Warnings of what was passed over.
  unknown_attributes: {
    all: 'The rest of the request was taken. Remove the attributes at {mapping}, or declare them in a schema extension of this service (SCIM_SCHEMAS_DIR) so that they are kept.',
    okta: 'A custom attribute needs the external namespace under which this service knows it, in the Profile Editor.',
    entra: 'Customized attributes are listed under Mappings → Show advanced options → Edit attribute list.',
  },
  unknown_members: {
    all: 'Ids are given here, so these people were never provisioned to this directory or are deleted; the others were taken. Assign the people at {people}; when they have been created, push the group again.',
    okta: 'Okta pushes only members that are assigned to the app: assign the same group under Assignments, then Push Groups → Push now.',
    entra:
      'Members of nested groups are not expanded: assign the inner groups as well. Restart provisioning sends the members again.',
    google: 'See that these people are inside the provisioning scope.',
  },
  other_preset: {
    all: 'Choose the preset of the product that really calls for this directory: each has habits of its own that the other one refuses or reads otherwise.',
  },
  password_forgotten: {
    all: 'This service has no passwords: it took the request and kept none of it.',
    okta: 'Switch off Sync Password under Provisioning → To App, so that none is sent.',
  },
  // Outcomes that surprise: the answer was good, and yet.
  identity_conflict: {
    all: `Whose record it is must be said by an administrator of the organization, in the list of conflicts here. ${own}`,
  },
  removed_by_admin: {
    all: 'An administrator removed this person here, which the directory does not undo. Allow them again in the list of conflicts here, or take away the assignment at {people}.',
  },
  left: {
    all: 'The person left the organization themselves. An administrator can allow them again here, or take away the assignment at {people}.',
  },
  suspended_by_admin: {
    all: 'An administrator suspended this person here. Lift the suspension here, or take away the assignment at {people}.',
  },
  blocked: {
    all: 'The address is blocked by the organization. Unblock it here, or take away the assignment at {people}.',
  },
  directory_inactive: {
    all: 'Another directory of the organization, or an earlier record, says that this person is inactive, and a no outweighs a yes. The list of conflicts here lets an administrator decide.',
  },
  seat_waiting: {
    all: `The person was taken and waits for a seat. Add seats or free one here; they join by themselves. ${own}`,
  },
  sso_required: { all: `The person joins with their first single sign-on. ${own}` },
  approval_required: { all: `An administrator must approve the role here before the person joins. ${own}` },
  deprovision_held: {
    all: 'So many people were deactivated at once that this service holds it until an owner has answered, in the list of conflicts here. If it was a mistake, put the people back at {people}; if it was meant, release it here.',
  },
  stays_member: {
    all: `The last owner who can sign in is never shut out by a directory: make somebody else an owner here, and the deactivation takes effect. Else an owner holds a mass deactivation, or an administrator let the person stay, in the list of conflicts here. ${own}`,
  },
  awaiting_person: {
    all: `The domain of the address is not proven by the organization, so the person was invited and must confirm. Prove the domain here to take people in at once. ${own}`,
  },
  address_kept: {
    all: 'The record has the new address, but the person still signs in with the old one: the domain is not proven by the organization, or somebody else has the address, or the account is used elsewhere too. Let the person add the new address to their account.',
  },
}

/** The advice at a provider for the first of the codes that is described; for none, where to look. */
export function adviceFor(codes: readonly string[], preset: DirectoryPreset): string {
  const at = places[preset]
  const known = codes.find((code) => Object.hasOwn(texts, code))
  const entry = (known === undefined ? null : texts[known]) ?? {
    all: 'Compare our answer with {log}; the detail names what was not taken.',
  }
  const said = [entry.all, entry[preset]].filter((text) => text !== undefined).join(' ')
  return said.replace(/\{(\w+)\}/g, (whole, name: string) => at[name as keyof Places] ?? whole).trim()
}
