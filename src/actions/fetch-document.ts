// Fetches a document that an identity provider publishes, from nowhere but the public internet.
import { Agent, request } from 'undici'
import { ADDRESS_REFUSED, guardedConnector } from '../kernel/guarded-connect.ts'
import type { World } from './world.ts'

const TIMEOUT_MS = 8000

/** The document's text, or what went wrong in words that follow the name of a field, telling nothing of what stands inside a network. */
export type FetchedDocument = { text: string } | { fault: string }

/**
 * At most `limitBytes`, within eight seconds, from a public address (loopback only outside production, where also http is taken); no
 * redirect is followed.
 */
export async function fetchDocument(
  world: World,
  url: string,
  { accept, limitBytes }: { accept: string; limitBytes: number },
): Promise<FetchedDocument> {
  if (world.production && !url.startsWith('https:')) return { fault: 'must begin with https://' }
  const dispatcher = new Agent({
    connect: guardedConnector({ allowLoopback: !world.production, connectTimeoutMs: TIMEOUT_MS }),
    maxResponseSize: limitBytes,
  })
  try {
    const { statusCode, body } = await request(url, {
      dispatcher,
      headers: { accept },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (statusCode === 200) return { text: await body.text() }
    await body.dump({ limit: 1024 }).catch(() => {})
    return { fault: `answered ${statusCode}` }
  } catch (error) {
    return { fault: wordsFor(error) }
  } finally {
    await dispatcher.destroy()
  }
}

function wordsFor(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown }
  if (code === ADDRESS_REFUSED) return 'is no address of the public internet'
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return 'answered too much'
  return 'did not answer'
}
