// What known identity providers call a person's attributes; the first name that a sign-in carries is taken.

export interface AttributePreset {
  email: readonly string[]
  firstName: readonly string[]
  lastName: readonly string[]
  groups: readonly string[]
}

export type PresetName = 'okta' | 'entra' | 'google' | 'adfs' | 'keycloak' | 'generic'

const CLAIMS = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'

/** Exact attribute Names (SAML Core §2.7.3.1); a FriendlyName is never looked at. */
export const presets: Readonly<Record<PresetName, AttributePreset>> = {
  okta: {
    email: ['email', 'user.email'],
    firstName: ['firstName', 'user.firstName'],
    lastName: ['lastName', 'user.lastName'],
    groups: ['groups'],
  },
  entra: {
    email: [`${CLAIMS}/emailaddress`],
    firstName: [`${CLAIMS}/givenname`],
    lastName: [`${CLAIMS}/surname`],
    groups: ['http://schemas.microsoft.com/ws/2008/06/identity/claims/groups'],
  },
  google: {
    email: ['email', 'mail'],
    firstName: ['firstName', 'first_name'],
    lastName: ['lastName', 'last_name'],
    groups: ['groups'],
  },
  adfs: {
    email: [`${CLAIMS}/emailaddress`],
    firstName: [`${CLAIMS}/givenname`],
    lastName: [`${CLAIMS}/surname`],
    groups: ['http://schemas.xmlsoap.org/claims/Group'],
  },
  keycloak: {
    email: ['email', 'urn:oid:1.2.840.113549.1.9.1'],
    firstName: ['firstName', 'urn:oid:2.5.4.42'],
    lastName: ['lastName', 'urn:oid:2.5.4.4'],
    groups: ['groups', 'member'],
  },
  generic: {
    email: [
      'email',
      'mail',
      'emailAddress',
      'urn:oid:0.9.2342.19200300.100.1.3',
      'urn:oid:1.2.840.113549.1.9.1',
      `${CLAIMS}/emailaddress`,
    ],
    firstName: ['firstName', 'givenName', 'urn:oid:2.5.4.42', `${CLAIMS}/givenname`],
    lastName: ['lastName', 'sn', 'surname', 'urn:oid:2.5.4.4', `${CLAIMS}/surname`],
    groups: [
      'groups',
      'memberOf',
      'eduPersonAffiliation',
      'urn:oid:1.3.6.1.4.1.5923.1.1.1.1',
      'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups',
      'http://schemas.xmlsoap.org/claims/Group',
    ],
  },
}
