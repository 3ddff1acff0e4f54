// Keeps that a link was opened, by what it seems to have been: evidence for the explanation, never a reason for a behaviour.
import { newId } from '../kernel/ids.ts'
import { insertOpening, type OpeningClass } from '../store/delivery-openings.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

export interface Opening {
  deliveryId: string
  /** When the link was opened. */
  at: Date
  method: string
  /** What the request looked like. */
  signs: { agent: string | null; navigated: boolean; cookies: boolean; prefetch: boolean }
  accountId: string | null
}

const MACHINES =
  /bot|crawl|spider|scan|preview|unfurl|headless|curl|wget|python|go-http|java\/|okhttp|axios|node-fetch|libwww|slack|teams|whatsapp|telegram|safelinks|barracuda|mimecast|proofpoint/i

/** Writes after the answer has gone; a failure is logged and nobody waits for it. */
export function noteOpening(world: World, opening: Opening): void {
  const { deliveryId, at, method, signs, accountId } = opening
  const row = {
    id: newId(),
    deliveryId,
    at,
    method,
    class: classOf(method, signs),
    agent: signs.agent?.slice(0, 300) ?? null,
    accountId,
  }
  inTransaction(world, (tx) => insertOpening(tx, row)).catch((error: unknown) => {
    world.log.warn({ err: error }, 'an opened link was not noted')
  })
}

/** Signs are hints: agents lie both ways, so nothing may depend on this. */
function classOf(method: string, { agent, navigated, cookies, prefetch }: Opening['signs']): OpeningClass {
  if (method === 'HEAD' || prefetch || agent === null || MACHINES.test(agent)) return 'likely-scanner'
  return navigated && cookies ? 'likely-person' : 'unknown'
}
