// Which organizations a code at one address opens for its holder now.
import { judgeSession } from '../decisions/judge-session.ts'
import type { AddressKey } from '../domain/address.ts'
import type { Reader } from '../store/database.ts'
import { isGoverned } from '../store/domain-standings.ts'
import { findHeldAddresses, findOpenings, type OpeningRow } from '../store/session-openings.ts'

export interface Opening {
  organizationId: string
  organizationName: string
}

/** The organizations whose policy takes a code at `key` from this account, and whether the address is its primary one. */
export async function codeOpenings(
  read: Reader,
  accountId: string,
  key: AddressKey,
): Promise<{ openings: Opening[]; primary: boolean }> {
  const held = await findHeldAddresses(read, accountId)
  const openings: Opening[] = []
  for (const row of await findOpenings(read, accountId)) {
    const governed =
      row.policies.ssoRequired && (await isGoverned(read, knownBy(row, held), row.organizationId))
    const reason = judgeSession({
      proof: { type: 'code', key, connectionStatus: null },
      account: {
        id: accountId,
        verifiedKeys: held.map((address) => address.key),
        primaryKey: held.find((address) => address.primary)?.key ?? null,
      },
      membership: {
        status: row.membershipStatus,
        statusReason: row.membershipReason,
        consented: row.consented,
        owner: row.owner,
        joinedKeys: row.joinedKeys,
      },
      policies: row.policies,
      governed,
    })
    if (reason === null)
      openings.push({ organizationId: row.organizationId, organizationName: row.organizationName })
  }
  return { openings, primary: held.some((address) => address.primary && address.key === key) }
}

function knownBy(row: OpeningRow, held: readonly { key: AddressKey }[]): AddressKey[] {
  return row.joinedKeys.length > 0 ? row.joinedKeys : held.map((address) => address.key)
}
