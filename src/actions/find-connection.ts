// The Connection behind an address of the single sign-on door.
import { type Connection, serviceProviderOf } from '../domain/connection.ts'
import { isId } from '../kernel/ids.ts'
import { readConnectionForSignIn } from '../store/connections-for-sign-in.ts'
import { reader } from '../store/database.ts'
import type { World } from './world.ts'

export interface ConnectionForSignIn extends Omit<Connection, 'certificates'> {
  organizationName: string
  /** Addresses to which a finished sign-in may lead, the first by default. */
  returnUrls: string[]
  /** The provider's current signing certificates, PEM. */
  certificates: string[]
  spEntityId: string
  acsUrl: string
  /** Our private key for this Connection, PEM; never shown. */
  spKeyPem: string
  /** Base64 DER. */
  spCertificate: string
}

/** What separates the key of service provider keys from every other key of `SECRET_KEY`. */
export const SP_KEY_PURPOSE = 'sp-key'

/** Null where there is no such Connection, whoever asks. */
export async function findConnection(
  world: World,
  connectionId: string,
): Promise<ConnectionForSignIn | null> {
  if (!isId(connectionId)) return null
  const row = await readConnectionForSignIn(reader(world.dataSource), connectionId)
  if (!row) return null
  const { spEntityId, acsUrl } = serviceProviderOf(world.publicUrl, row.id)
  const { spKeyEncrypted, certificates, ...rest } = row
  return {
    ...rest,
    certificates: certificates.map((c) => armour(c.certificate)),
    spEntityId,
    acsUrl,
    spKeyPem: world.secrets.decrypt(SP_KEY_PURPOSE, spKeyEncrypted),
  }
}

function armour(base64: string): string {
  return `-----BEGIN CERTIFICATE-----\n${(base64.match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`
}
