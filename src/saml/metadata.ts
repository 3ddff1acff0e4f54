// Our own metadata as a service provider, one document a Connection.
import { escapeXml } from '../xml/document.ts'
import { METADATA, POST_BINDING, PROTOCOL } from './names.ts'

export interface SpDescription {
  spEntityId: string
  acsUrl: string
  organizationName: string
  productName: string
  /** The certificate under which providers may encrypt, PEM or base64 DER; left out where there is none. */
  spCertificate?: string | null | undefined
}

/**
 * SP metadata (SAML Metadata §2.4.4). No RequestedAttribute: providers send what is listed and nothing else, and the groups would be
 * gone. No NameIDFormat: the provider's own choice stands (saml2int SDP-SP04).
 */
export function spMetadata(sp: SpDescription): string {
  const ui = `${sp.productName} (${sp.organizationName})`
  return `<?xml version="1.0" encoding="UTF-8"?>
<md:EntityDescriptor xmlns:md="${METADATA}" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:mdui="urn:oasis:names:tc:SAML:metadata:ui" entityID="${escapeXml(sp.spEntityId)}">
  <md:SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true" protocolSupportEnumeration="${PROTOCOL}">
    <md:Extensions><mdui:UIInfo><mdui:DisplayName xml:lang="en">${escapeXml(ui)}</mdui:DisplayName></mdui:UIInfo></md:Extensions>${encryptionKey(sp.spCertificate)}
    <md:AssertionConsumerService Binding="${POST_BINDING}" Location="${escapeXml(sp.acsUrl)}" index="0" isDefault="true"/>
  </md:SPSSODescriptor>
</md:EntityDescriptor>
`
}

function encryptionKey(certificate: string | null | undefined): string {
  if (!certificate) return ''
  const der = certificate.replace(/-----[^-]+-----|\s+/g, '')
  const methods = [
    'http://www.w3.org/2009/xmlenc11#aes256-gcm',
    'http://www.w3.org/2009/xmlenc11#aes128-gcm',
    'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p',
  ]
  const listed = methods.map((one) => `<md:EncryptionMethod Algorithm="${one}"/>`).join('')
  return `
    <md:KeyDescriptor use="encryption"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${der}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>${listed}</md:KeyDescriptor>`
}
