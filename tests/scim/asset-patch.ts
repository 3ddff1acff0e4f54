// A thing of the declared type as it is stored, and PATCH on it by the letter.
import { AppError } from '../../src/kernel/errors.ts'
import { applyPatch } from '../../src/scim/patch.ts'
import { dialects, readOperations } from '../../src/scim/quirks.ts'
import { loadCatalogue, type ResourceType } from '../../src/scim/schemas.ts'
import type { Values } from '../../src/scim/values.ts'
import { files, folderOf, LEASE } from './asset-type.ts'

const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'
const asset = loadCatalogue(folderOf(files)).types.find(({ name }) => name === 'Asset') as ResourceType

export const start: Values = {
  tag: 'T',
  label: 'Label',
  serial: 'S',
  count: 1,
  insured: true,
  bought: '2026-01-01T00:00:00Z',
  owner: { value: 'o', since: '2026-01-01T00:00:00Z' },
  room: { building: 'B', floor: 1 },
  ports: [
    { value: 'p1', type: 'data', primary: true },
    { value: 'p2', type: 'power' },
  ],
  colours: ['Red', 'Blue'],
  [LEASE]: { contract: 'C', rate: 1 },
}
/** What the operations make of the values. */
export function patched(operations: unknown[], values: Values = start): Values {
  const body = { schemas: [PATCH], Operations: operations }
  return applyPatch(asset, values, readOperations(body, dialects.generic), dialects.generic)
}

/** The code of the AppError that `run` throws, or `none`. */
export function refusal(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof AppError) return error.code
    throw error
  }
  return 'none'
}
