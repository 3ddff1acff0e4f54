// The one map from errors to their SCIM form (RFC 7644 §3.12).
import type { World } from '../actions/world.ts'
import { statusOf, toAppError } from '../http/errors.ts'
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
  too_deep: 'invalidSyntax',
  invalid_value: 'invalidValue',
}

export interface ErrorResource {
  status: number
  body: { schemas: string[]; status: string; scimType?: string; detail: string }
}

/** What a thrown value is to the client; what is internal is logged with its cause. */
export function failureOf(world: World, thrown: unknown): ErrorResource & { error: AppError } {
  const error = toAppError(thrown)
  if (error.kind === 'internal') world.log.error({ err: error.cause ?? error }, 'a SCIM request failed')
  return { error, ...errorResource(error) }
}

/** The challenge of a 401 (RFC 6750 §3): no error code where no credentials came; nothing tells whether the directory exists. */
export function challengeOf(error: AppError): string {
  const challenge = 'Bearer realm="scim", scope="scim"'
  if (error.code !== 'invalid_token') return challenge
  return `${challenge}, error="invalid_token", error_description="The token is unknown, expired or not for this address"`
}

/** An error as status and body; what is internal shows nothing of its cause. */
function errorResource(error: AppError): ErrorResource {
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
