// Connections: the single sign-on identity providers of an organization.

export type ConnectionStatus = 'test' | 'active' | 'off'
export type IdpInitiated = 'accept' | 'restart' | 'off'
export type DirectoryMatch = 'userName' | 'externalId' | 'email'

/** Which asserted attribute carries what; names beside these are kept for the host product and mean nothing here. */
export interface AttributeNames {
  [name: string]: string | undefined
  email?: string | undefined
  firstName?: string | undefined
  lastName?: string | undefined
  groups?: string | undefined
  directoryKey?: string | undefined
}

export interface IdpCertificate {
  /** Base64 DER without armour. */
  certificate: string
  fingerprint: string
  notAfter: string
}

export interface Connection {
  id: string
  organizationId: string
  name: string
  status: ConnectionStatus
  idpEntityId: string
  ssoUrl: string
  ssoBinding: 'redirect' | 'post'
  certificates: IdpCertificate[]
  metadataUrl: string | null
  idpInitiated: IdpInitiated
  directoryId: string | null
  directoryMatch: DirectoryMatch
  attributes: AttributeNames
  preset: string
  legacy: { sha1: boolean; encryption: boolean }
  maxAssertionMinutes: number
  /** Whether the declared key may count as evidence: it was set here, or has once matched a record (R2). */
  comparable: boolean
}

/** Our own addresses for a Connection: one service provider each, so that a Response for one never fits another. */
export function serviceProviderOf(
  publicUrl: string,
  connectionId: string,
): { spEntityId: string; acsUrl: string; signInUrl: string; sloUrl: string; spMetadataUrl: string } {
  const base = `${publicUrl}/saml/${connectionId}`
  return {
    spEntityId: `${base}/metadata`,
    acsUrl: `${base}/acs`,
    signInUrl: `${base}/sign-in`,
    sloUrl: `${base}/slo`,
    spMetadataUrl: `${base}/metadata`,
  }
}
