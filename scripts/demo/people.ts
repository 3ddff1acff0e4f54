// The people of the demo, and who of them has a tile at the identity provider.
import type { FixturePerson } from '../../idp-fixtures/server.ts'

export const DOMAIN = 'juniper.example'

export const olga = { email: `olga@${DOMAIN}`, name: 'Olga Brandt' }
export const ben = { email: `ben@${DOMAIN}`, name: 'Ben Ito' }
export const vera = { email: `vera@${DOMAIN}`, name: 'Vera Lindqvist' }
export const ana = { email: `ana@${DOMAIN}`, name: 'Ana Ruiz' }
export const guest = { email: 'noor@partner.example', name: 'Noor Haddad' }

/** Mia is pushed by the directory at the start; Uma stands in it, not assigned yet, until the printed curl pushes her. */
export const mia = { email: `mia@${DOMAIN}`, firstName: 'Mia', lastName: 'Okafor' }
export const uma = { email: `uma@${DOMAIN}`, firstName: 'Uma', lastName: 'Patel' }

export const tilePeople: readonly FixturePerson[] = [
  { nameId: 'u-1001', email: ana.email, firstName: 'Ana', lastName: 'Ruiz', groups: ['Staff'] },
  { nameId: 'u-1002', email: ben.email, firstName: 'Ben', lastName: 'Ito', groups: ['Staff'] },
  { nameId: 'u-1003', email: `cleo@${DOMAIN}`, firstName: 'Cleo', lastName: 'Marsh', groups: ['Staff'] },
]

/** The directory's resource of a person. */
export function scimPerson(person: typeof uma, active: boolean) {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    externalId: `hr-${person.firstName.toLowerCase()}`,
    userName: person.email,
    name: { givenName: person.firstName, familyName: person.lastName },
    emails: [{ value: person.email, type: 'work', primary: true }],
    active,
  }
}
