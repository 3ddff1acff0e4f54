// Fields that many requests and answers share.
import { z } from 'zod'

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u
const UNPRINTABLE_LINES = /[\p{Cs}\p{Co}\p{Cn}]|(?![\n\r\t])\p{Cc}/u

/** A line of text without control, format or unassigned characters, trimmed and not empty. */
export const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((text) => !UNPRINTABLE.test(text), 'must not hold control or invisible characters')

/** Text of several lines. */
export const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => !UNPRINTABLE_LINES.test(value), 'must not hold control characters')

/** An address: the deed judges it by the one key function of the product. */
export const email = z.string().trim().min(3).max(320).regex(/@/, 'is not an e-mail address')

export const slug = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be 1 to 63 of a–z, 0–9 and -')

export const id = z.uuid()
export const time = z.iso.datetime()

export const roleName = z.string().min(1).max(60)

/** A moment to come or gone, as a Date. */
export const moment = z.iso
  .datetime({ offset: true })
  .transform((value) => new Date(value))
  .refine((at) => !Number.isNaN(at.getTime()), 'is not a moment')

/** An answer's moment. */
export function iso(at: Date): string {
  return at.toISOString()
}

export function isoOrNull(at: Date | null): string | null {
  return at === null ? null : at.toISOString()
}

/** An absolute http or https address without credentials and without a fragment. */
export const webAddress = z
  .string()
  .max(2048)
  .refine((value) => {
    if (!/^https?:\/\/[^\s]+$/i.test(value) || !URL.canParse(value)) return false
    const url = new URL(value)
    return url.username === '' && url.password === '' && url.hash === ''
  }, 'is not an http or https address')
