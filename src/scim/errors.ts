// The one map from errors to their SCIM form (RFC 7644 §3.12).
import { statusOf } from '../http/errors.ts'
import type { AppError } from '../kernel/errors.ts'

const ERROR_URN = 'urn:ietf:params:scim:api:messages:2.0:Error'
/** RFC 7644 Table 9, with RFC 9865 §2. */
const SCIM_TYPES = new Set([
  'invalidFilter',
  'tooMany',
  'uniqueness',
  'mutability',
  'invalidSyntax',
  'invalidPath',
  'noTarget',
  'invalidValue',
  'invalidVers',
  'sensitive',
  'invalidCursor',
  'expiredCursor',
  'invalidCount',
])
/** What the parsers of the house call a body that cannot be read. */
const RENAMED: Readonly<Record<string, string>> = {
  malformed_json: 'invalidSyntax',
  incomplete_body: 'invalidSyntax',
  invalid_value: 'invalidValue',
}

export interface ErrorResource {
  status: number
  body: { schemas: string[]; status: string; scimType?: string; detail: string }
}

/** An error as status and body; what is internal shows nothing of its cause. */
export function errorResource(error: AppError): ErrorResource {
  const status = statusOf(error)
  const code = RENAMED[error.code] ?? error.code
  return {
    status,
    body: {
      schemas: [ERROR_URN],
      status: String(status),
      ...(SCIM_TYPES.has(code) ? { scimType: code } : {}),
      detail: error.message,
    },
  }
}
