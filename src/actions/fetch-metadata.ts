// Fetches an identity provider's metadata from the address that it publishes it at.
import { Agent, request } from 'undici'
import { invalidField } from '../kernel/errors.ts'
import { ADDRESS_REFUSED, guardedConnector } from '../kernel/guarded-connect.ts'
import type { World } from './world.ts'

const TIMEOUT_MS = 8000
const LIMIT_BYTES = 200_000

/**
 * The document's text, at most 200 kB, within eight seconds, from a public address; no redirect is followed. AppError invalid with the path
 * `metadataUrl` says what went wrong without telling what stands inside a network.
 */
export async function fetchMetadata(world: World, url: string): Promise<string> {
  if (world.production && !url.startsWith('https:')) {
    throw invalidField('metadataUrl', 'must begin with https://')
  }
  const dispatcher = new Agent({
    connect: guardedConnector({ allowLoopback: !world.production, connectTimeoutMs: TIMEOUT_MS }),
    maxResponseSize: LIMIT_BYTES,
  })
  try {
    const { statusCode, body } = await request(url, {
      dispatcher,
      headers: { accept: 'application/samlmetadata+xml, application/xml, text/xml' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (statusCode !== 200) {
      await body.dump({ limit: 1024 }).catch(() => {})
      throw invalidField('metadataUrl', `answered ${statusCode}`)
    }
    return await body.text()
  } catch (error) {
    throw wordsFor(error)
  } finally {
    await dispatcher.destroy()
  }
}

function wordsFor(error: unknown): unknown {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  if (name === 'AppError') return error
  if (code === ADDRESS_REFUSED) return invalidField('metadataUrl', 'is no address of the public internet')
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return invalidField('metadataUrl', 'answered too much')
  return invalidField('metadataUrl', 'did not answer')
}
