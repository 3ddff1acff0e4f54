// Validation at the edge: a zod schema read once, its faults told field by field.
import type { z } from 'zod'
import { AppError } from '../kernel/errors.ts'

export interface FieldFault {
  /** The field as the caller wrote it, for instance `projects.0`; empty for the whole. */
  path: string
  message: string
}

/** The value as the schema reads it; otherwise AppError `invalid` with `details.errors: FieldFault[]`. */
export function validate<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value === undefined ? {} : value)
  if (result.success) return result.data
  const errors = result.error.issues.flatMap((issue) => faultsOf(issue, value))
  const first = errors[0]
  const message = first === undefined ? 'The request is not valid.' : sentence(first)
  throw new AppError('invalid', 'invalid_request', message, { details: { errors } })
}

function faultsOf(issue: z.core.$ZodIssue, whole: unknown): FieldFault[] {
  const path = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: path ? `${path}.${key}` : key, message: 'is not known' }))
  }
  if (issue.code === 'invalid_type' && valueAt(whole, issue.path) === undefined)
    return [{ path, message: 'is required' }]
  return [{ path, message: issue.message }]
}

function sentence({ path, message }: FieldFault): string {
  return path ? `${path}: ${message}` : message
}

function valueAt(whole: unknown, path: readonly PropertyKey[]): unknown {
  let value = whole
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<PropertyKey, unknown>)[key]
  }
  return value
}
