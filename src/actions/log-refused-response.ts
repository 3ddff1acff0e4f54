// The sign-in log of Responses that were refused before anybody asked whose they are.

import type { ReasonCode } from '../domain/reason.ts'
import { readConnectionForSignIn } from '../store/connections-for-sign-in.ts'
import { reader } from '../store/database.ts'
import { logSignIn } from '../store/sign-ins.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

export interface RefusedResponse {
  connectionId: string
  reason: ReasonCode
  checks: { name: string; ok: boolean; detail: string | null }[]
  /** Redacted; kept only where the document could be read. */
  responseXml: string | null
}

/** R0: writes one row of the bounded log and nothing else; anybody can post here, so the audit trail, which only grows, stays out of it. */
export async function logRefusedResponse(world: World, refused: RefusedResponse): Promise<void> {
  const connection = await readConnectionForSignIn(reader(world.dataSource), refused.connectionId)
  if (!connection) return
  await inTransaction(world, async (tx) => {
    await logSignIn(tx, {
      organizationId: connection.organizationId,
      connectionId: connection.id,
      at: world.clock.now(),
      outcome: connection.status === 'test' ? 'test' : 'refused',
      rule: 'R0',
      reason: refused.reason,
      nameId: null,
      attributes: {},
      checks: refused.checks,
      responseXml: refused.responseXml,
      idpInitiated: false,
    })
  })
}
