// Reads what a caller says of an identity provider: its metadata document, or its three parts.
import type { Connection } from '../domain/connection.ts'
import { AppError, invalidField } from '../kernel/errors.ts'
import { isWebAddress, parseIdpMetadata, usableCertificate } from '../xml/idp-metadata.ts'
import { fetchMetadata } from './fetch-metadata.ts'
import type { World } from './world.ts'

export interface ProviderInput {
  metadataUrl?: string | undefined
  metadataXml?: string | undefined
  entityId?: string | undefined
  ssoUrl?: string | undefined
  certificates?: string[] | undefined
}

export type Provider = Pick<Connection, 'idpEntityId' | 'ssoUrl' | 'ssoBinding' | 'certificates'>

/** Whether the input says anything of the provider. */
export function namesProvider(input: ProviderInput): boolean {
  const { metadataUrl, metadataXml, entityId, ssoUrl, certificates } = input
  return [metadataUrl, metadataXml, entityId, ssoUrl, certificates].some((part) => part !== undefined)
}

/** The input with the document that its `metadataUrl` leads to. Leaves the machine: never inside a transaction. */
export async function withMetadata<I extends ProviderInput>(world: World, input: I): Promise<I> {
  if (input.metadataUrl === undefined) return input
  if (input.metadataXml !== undefined) throw invalidField('metadataUrl', 'stands alone, without metadataXml')
  return { ...input, metadataXml: await fetchMetadata(world, input.metadataUrl) }
}

/** The provider of a metadata document or of its parts; parts left out stay what they are in `present`. AppError invalid names the field. */
export function readProvider(world: World, input: ProviderInput, present: Provider | null): Provider {
  if (input.metadataXml !== undefined) {
    if (input.entityId !== undefined || input.ssoUrl !== undefined || input.certificates !== undefined) {
      throw invalidField('metadataXml', 'stands alone: entityId, ssoUrl and certificates are in it')
    }
    const { entityId, ssoUrl, ssoBinding, certificates } = parseIdpMetadata(
      input.metadataXml,
      world.clock.now(),
    )
    return { idpEntityId: entityId, ssoUrl, ssoBinding, certificates: certificates.map(kept) }
  }
  const idpEntityId = input.entityId ?? present?.idpEntityId
  const ssoUrl = input.ssoUrl ?? present?.ssoUrl
  const certificates = input.certificates?.map(certificateAt) ?? present?.certificates
  if (idpEntityId === undefined) {
    throw invalidField('metadataXml', 'is required, or entityId with ssoUrl and certificates')
  }
  if (ssoUrl === undefined) throw invalidField('ssoUrl', 'is required')
  if (!isWebAddress(ssoUrl)) throw invalidField('ssoUrl', 'is not an http or https address')
  if (certificates === undefined || certificates.length === 0)
    throw invalidField('certificates', 'is required')
  return { idpEntityId, ssoUrl, ssoBinding: present?.ssoBinding ?? 'redirect', certificates }
}

function certificateAt(text: string, index: number): Provider['certificates'][number] {
  try {
    return kept(usableCertificate(text))
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    throw invalidField(`certificates.${index}`, error.message)
  }
}

function kept(certificate: ReturnType<typeof usableCertificate>): Provider['certificates'][number] {
  return {
    certificate: certificate.der,
    fingerprint: certificate.fingerprint,
    notAfter: certificate.notAfter.toISOString(),
  }
}
