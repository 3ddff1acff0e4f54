// Makes the one-time address by which the host product hands a session to the person's browser.
import { newToken } from '../kernel/secrets.ts'
import type { Transaction } from '../store/database.ts'
import { insertHandoff } from '../store/sessions.ts'
import type { World } from './world.ts'

const HANDOFF_SECONDS = 60

/** A URL that works once within 60 seconds (`finishHandoff`) and then sets the session cookie. Inside the caller's transaction. */
export async function startHandoff(tx: Transaction, world: World, sessionId: string): Promise<string> {
  const { token, hash } = newToken('hand')
  const expiresAt = new Date(world.clock.now().getTime() + HANDOFF_SECONDS * 1000)
  await insertHandoff(tx, hash, sessionId, expiresAt)
  return `${world.publicUrl}/sign-in/handoff?t=${token}`
}
