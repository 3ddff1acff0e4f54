// The metadata of an identity provider: what of it a Connection is made from.
import { AppError } from '../kernel/errors.ts'
import { keyOf, type ProviderCertificate, readCertificate, weakness } from './certificate.ts'
import { attribute, children, childrenNamed, DSIG, is, looseText, parse, rootOf } from './document.ts'
import { gate } from './gate.ts'

const METADATA = 'urn:oasis:names:tc:SAML:2.0:metadata'
const PROTOCOL = 'urn:oasis:names:tc:SAML:2.0:protocol'
const BINDINGS = 'urn:oasis:names:tc:SAML:2.0:bindings:'
const MAXIMUM_BYTES = 100_000

export interface IdpMetadata {
  entityId: string
  ssoUrl: string
  ssoBinding: 'redirect' | 'post'
  certificates: ProviderCertificate[]
  wantsSignedRequests: boolean
  validUntil: Date | null
}

/**
 * Reads the one identity provider of a metadata document (SAML Metadata §2.4.3): keys with `use` signing or absent, and the
 * single sign-on address by Redirect, else by POST. Throws AppError `invalid` with path `metadataXml` where a part is missing, weak or expired at `now`.
 */
export function parseIdpMetadata(xml: string, now: Date): IdpMetadata {
  const entity = entityOf(documentOf(xml))
  const provider = childrenNamed(entity, METADATA, 'IDPSSODescriptor').filter((one) =>
    (attribute(one, 'protocolSupportEnumeration') ?? '').split(/\s+/).includes(PROTOCOL),
  )
  const [descriptor] = provider
  if (descriptor === undefined) throw fault('it describes no SAML 2.0 identity provider')
  if (provider.length > 1) throw fault('it describes more than one identity provider role')
  const validUntil = earliest([entity, descriptor].map((one) => attribute(one, 'validUntil')))
  if (validUntil !== null && validUntil <= now) throw fault(`it was valid until ${validUntil.toISOString()}`)
  return {
    entityId: entityIdOf(entity),
    ...signOnOf(descriptor),
    certificates: certificatesOf(descriptor),
    wantsSignedRequests: /^(true|1)$/.test(attribute(descriptor, 'WantAuthnRequestsSigned') ?? ''),
    validUntil,
  }
}

function documentOf(xml: string): Element {
  try {
    const limits = {
      bytes: MAXIMUM_BYTES,
      startTags: 4000,
      depth: 40,
      attributesPerTag: 64,
      narrow: { names: [], children: 0 },
      comments: true,
    }
    // A byte order mark is common in files saved on Windows, and metadata is not signed text that we read twice.
    return rootOf(parse(gate(Buffer.from(xml.replace(/^\uFEFF/, ''), 'utf8'), limits)))
  } catch (error) {
    if (error instanceof AppError) throw fault(error.message)
    throw error
  }
}

function entityOf(root: Element): Element {
  if (is(root, METADATA, 'EntityDescriptor')) return root
  if (!is(root, METADATA, 'EntitiesDescriptor')) throw fault('its root is not an EntityDescriptor')
  const inside = children(root).filter((one) => one.localName?.startsWith('Entit'))
  const [only] = inside
  if (inside.length !== 1 || only === undefined || !is(only, METADATA, 'EntityDescriptor')) {
    throw fault('it describes several entities; give the one of this identity provider')
  }
  const until = earliest([attribute(root, 'validUntil')])
  if (until !== null && attribute(only, 'validUntil') === null)
    only.setAttribute('validUntil', until.toISOString())
  return only
}

function entityIdOf(entity: Element): string {
  const entityId = attribute(entity, 'entityID') ?? ''
  if (entityId === '' || entityId.length > 1024 || entityId !== entityId.trim())
    throw fault('its entityID is not usable')
  return entityId
}

function signOnOf(descriptor: Element): Pick<IdpMetadata, 'ssoUrl' | 'ssoBinding'> {
  const services = childrenNamed(descriptor, METADATA, 'SingleSignOnService')
  const at = (binding: string) =>
    services
      .filter((one) => attribute(one, 'Binding') === `${BINDINGS}${binding}`)
      .map((one) => attribute(one, 'Location') ?? '')
      .find(isWebAddress)
  const redirect = at('HTTP-Redirect')
  if (redirect !== undefined) return { ssoUrl: redirect, ssoBinding: 'redirect' }
  const post = at('HTTP-POST')
  if (post !== undefined) return { ssoUrl: post, ssoBinding: 'post' }
  throw fault('it has no single sign-on address by HTTP-Redirect or HTTP-POST')
}

function certificatesOf(descriptor: Element): ProviderCertificate[] {
  const found = new Map<string, ProviderCertificate>()
  for (const key of childrenNamed(descriptor, METADATA, 'KeyDescriptor')) {
    const use = attribute(key, 'use')
    if (use !== null && use !== 'signing') continue
    for (const info of childrenNamed(key, DSIG, 'KeyInfo')) {
      for (const data of childrenNamed(info, DSIG, 'X509Data')) {
        for (const node of childrenNamed(data, DSIG, 'X509Certificate')) {
          const certificate = usableCertificate(looseText(node) ?? '')
          found.set(certificate.fingerprint, certificate)
        }
      }
    }
  }
  if (found.size === 0) throw fault('it has no signing certificate')
  if (found.size > 10) throw fault('it has more than ten signing certificates')
  return [...found.values()]
}

/** A certificate whose key may be trusted; throws AppError `invalid` where it cannot be read or its key is weak. */
export function usableCertificate(text: string): ProviderCertificate {
  const certificate = readCertificate(text)
  const key = certificate === null ? null : keyOf(certificate.der)
  if (certificate === null || key === null) throw fault('a signing certificate cannot be read')
  const weak = weakness(key)
  if (weak !== null) throw fault(weak)
  return certificate
}

/** Whether a text is an absolute http or https address without credentials and without a fragment. */
export function isWebAddress(text: string): boolean {
  if (text.length > 2048 || !URL.canParse(text)) return false
  const url = new URL(text)
  return /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && url.hash === ''
}

function earliest(texts: (string | null)[]): Date | null {
  const times = texts
    .filter((text) => text !== null)
    .map((text) => {
      const at = Date.parse(text)
      if (Number.isNaN(at)) throw fault(`its validUntil ${text.slice(0, 40)} is no time`)
      return at
    })
  return times.length === 0 ? null : new Date(Math.min(...times))
}

function fault(what: string): AppError {
  const message = `The identity provider's metadata is not usable: ${what}`.replace(/\.?$/, '.')
  return new AppError('invalid', 'invalid', message, {
    details: { errors: [{ path: 'metadataXml', message }] },
  })
}
