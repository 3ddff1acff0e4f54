// E-mail addresses as keys: the one function by which two addresses are the same (T-19 to T-23).
import { domainToASCII } from 'node:url'

/** What makes two addresses one: ASCII-lowercased local part, `@`, A-label domain. Compare keys only, mail only to the stored form. */
export type AddressKey = string

const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Zs}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/u
const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/

/**
 * The key of an address, or null where the text is no address that we take: quoted or non-ASCII local parts, control, format or
 * compatibility characters (whatever NFKC would change), a domain without a dot, over 254 characters (RFC 5321 §4.5.3.1.3).
 * Never upper-cases, never folds by locale: `mıke@` and `mike@` stay two addresses.
 */
export function addressKey(text: unknown): AddressKey | null {
  if (typeof text !== 'string') return null
  if (text.length > 1000 || isSmuggled(text.trim())) return null
  const trimmed = text.trim().normalize('NFC')
  if (trimmed.length > 254) return null
  const at = trimmed.lastIndexOf('@')
  if (at < 1) return null
  const local = trimmed.slice(0, at)
  const domain = domainKey(trimmed.slice(at + 1))
  if (!domain || local.length > 64 || !LOCAL.test(local)) return null
  return `${asciiLower(local)}@${domain}`
}

/** A domain as its lower-case A-labels without the trailing dot, or null where the text is no domain with at least two labels. */
export function domainKey(text: string): string | null {
  if (isSmuggled(text.trim())) return null
  const bare = text.trim().normalize('NFC').replace(/\.$/, '')
  if (!bare) return null
  const ascii = domainToASCII(bare)
  const labels = ascii.split('.')
  if (ascii.length > 253 || labels.length < 2 || !labels.every((label) => LABEL.test(label))) return null
  // A last label of digits alone is an IPv4 address in the eyes of a URL parser, never a mail domain.
  return /^\d+$/.test(labels[labels.length - 1] as string) ? null : ascii
}

/** The domain part of a key. */
export function domainOf(key: AddressKey): string {
  return key.slice(key.lastIndexOf('@') + 1)
}

/** A domain and every parent of it, the most specific first: `a.b.test` gives `a.b.test`, `b.test`, `test`. */
export function domainChain(domain: string): string[] {
  const labels = domain.split('.')
  return labels.map((_, index) => labels.slice(index).join('.'))
}

/** The address as a token holder may see it: `a•••@acme.com`. */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf('@')
  return at < 1 ? '•••' : `${address.slice(0, 1)}•••${address.slice(at)}`
}

/** Whether a character is no part of any address, or one that normalisation would turn into another: KELVIN SIGN into K, full-width dots (T-22). */
function isSmuggled(text: string): boolean {
  return FORBIDDEN.test(text) || [...text].some((character) => character.normalize('NFKC') !== character)
}

function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32))
}
