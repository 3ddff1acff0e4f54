// An identity provider without logins: its key, its metadata, and Responses for whoever is named.
import { escapeText, makeResponse, type ResponseOptions, type SignOptions } from './response.ts'

export interface ProviderKey {
  privateKeyPem: string
  certificatePem: string
}

export interface Provider {
  entityId: string
  ssoUrl: string
  key: ProviderKey
  metadataXml: string
  /** A signed Response; everything may be said otherwise. */
  respond(options: RespondOptions): { xml: string; base64: string }
}

export type RespondOptions = Omit<ResponseOptions, 'issuer' | 'sign'> & {
  issuer?: string
  sign?: Partial<SignOptions> | false
}

/** A provider under an entityID; `ssoUrl` is where it takes AuthnRequests. */
export function makeProvider(entityId: string, ssoUrl: string, key: ProviderKey): Provider {
  return {
    entityId,
    ssoUrl,
    key,
    metadataXml: metadata(entityId, ssoUrl, key.certificatePem),
    respond: ({ sign, ...options }) => {
      const signing = sign === false ? {} : { sign: { ...key, ...sign } }
      const xml = makeResponse({ issuer: entityId, ...options, ...signing })
      return { xml, base64: Buffer.from(xml, 'utf8').toString('base64') }
    },
  }
}

function metadata(entityId: string, ssoUrl: string, certificatePem: string): string {
  const der = certificatePem.replace(/-----[^-]+-----|\s+/g, '')
  const service = (binding: string) =>
    `<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:${binding}" Location="${escapeText(ssoUrl)}"/>`
  return (
    `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${escapeText(entityId)}">` +
    `<md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">` +
    `<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>` +
    `<ds:X509Certificate>${der}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>` +
    `<md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>` +
    `${service('HTTP-Redirect')}${service('HTTP-POST')}</md:IDPSSODescriptor></md:EntityDescriptor>`
  )
}
