// An identity provider for tests: one key for the whole file, a frozen clock, and Responses of every wrong kind.
import {
  makeProvider,
  type Provider,
  type ProviderKey,
  type RespondOptions,
} from '../../idp-fixtures/provider.ts'
import { newSelfSigned } from '../../src/kernel/self-signed.ts'
import type { VerifyInput } from '../../src/saml/response.ts'

export const NOW = new Date('2026-03-04T10:00:00Z')

export const connection = {
  acsUrl: 'https://gatehouse.test/saml/0197/acs',
  spEntityId: 'https://gatehouse.test/saml/0197/metadata',
  idpEntityId: 'https://idp.acme.test/saml',
  maxAssertionMinutes: 90,
}

export interface TestProvider extends Provider {
  /** A Response for Ana at `NOW`, unless said otherwise. */
  answer(options?: Partial<RespondOptions>): { xml: string; base64: string }
  /** What the verifier is asked about a Response of this provider. */
  input(field: string, more?: Partial<VerifyInput>): VerifyInput
}

export async function testKey(name = 'Acme IdP'): Promise<ProviderKey> {
  return newSelfSigned(name, new Date('2026-01-01T00:00:00Z'), 20)
}

export async function testProvider(key?: ProviderKey): Promise<TestProvider> {
  const provider = makeProvider(connection.idpEntityId, 'https://idp.acme.test/sso', key ?? (await testKey()))
  return {
    ...provider,
    answer: (options = {}) =>
      provider.respond({
        acsUrl: connection.acsUrl,
        audience: connection.spEntityId,
        nameId: 'u-17',
        now: NOW,
        attributes: {
          email: 'ana@acme.test',
          firstName: 'Ana',
          lastName: 'Lind',
          groups: ['editors', 'staff'],
        },
        ...options,
      }),
    input: (field, more = {}) => ({
      field,
      certificates: [provider.key.certificatePem],
      decryptionKeys: [],
      legacy: { sha1: false, encryption: false },
      ...more,
    }),
  }
}

export function base64(xml: string): string {
  return Buffer.from(xml, 'utf8').toString('base64')
}
