// The AuthnRequest by which a sign-in begins here.
import { deflateRawSync } from 'node:zlib'
import { escapeXml } from '../xml/document.ts'
import { ASSERTION, POST_BINDING, PROTOCOL } from './names.ts'

export interface AuthnRequest {
  /** The ID that the Response must answer. */
  requestId: string
  issuedAt: Date
  /** The identity provider's single sign-on address. */
  ssoUrl: string
  spEntityId: string
  acsUrl: string
}

/** The document (SAML Core §3.4.1), without NameIDPolicy and RequestedAuthnContext: what a provider cannot meet it refuses (saml2int SDP-SP04, SDP-SP07). */
export function authnRequestXml(request: AuthnRequest): string {
  return (
    `<samlp:AuthnRequest xmlns:samlp="${PROTOCOL}" xmlns:saml="${ASSERTION}" ID="${escapeXml(request.requestId)}" Version="2.0"` +
    ` IssueInstant="${request.issuedAt.toISOString()}" Destination="${escapeXml(request.ssoUrl)}"` +
    ` ProtocolBinding="${POST_BINDING}" AssertionConsumerServiceURL="${escapeXml(request.acsUrl)}">` +
    `<saml:Issuer>${escapeXml(request.spEntityId)}</saml:Issuer></samlp:AuthnRequest>`
  )
}

/** The address that carries the request by HTTP-Redirect (SAML Bindings §3.4.4); the provider's own query stays. */
export function redirectUrl(request: AuthnRequest, relayState: string): string {
  const url = new URL(request.ssoUrl)
  url.searchParams.append('SAMLRequest', deflateRawSync(authnRequestXml(request)).toString('base64'))
  url.searchParams.append('RelayState', relayState)
  return url.href
}

/** The two fields of the form that carries the request by HTTP-POST (SAML Bindings §3.5.4). */
export function postFields(
  request: AuthnRequest,
  relayState: string,
): { SAMLRequest: string; RelayState: string } {
  return {
    SAMLRequest: Buffer.from(authnRequestXml(request), 'utf8').toString('base64'),
    RelayState: relayState,
  }
}
