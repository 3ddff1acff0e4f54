// Fetches an identity provider's metadata from the address that it publishes it at.
import { invalidField } from '../kernel/errors.ts'
import { fetchDocument } from './fetch-document.ts'
import type { World } from './world.ts'

const LIMIT_BYTES = 200_000

/** The document's text, at most 200 kB. AppError invalid with the path `metadataUrl` says what went wrong. */
export async function fetchMetadata(world: World, url: string): Promise<string> {
  const accept = 'application/samlmetadata+xml, application/xml, text/xml'
  const fetched = await fetchDocument(world, url, { accept, limitBytes: LIMIT_BYTES })
  if ('fault' in fetched) throw invalidField('metadataUrl', fetched.fault)
  return fetched.text
}
