// What the sign-in log keeps of a Response: readable, but good for no second sign-in.

const LONGEST = 48 * 1024
const SECRETS = /(<(?:[\w.-]+:)?(SignatureValue|CipherValue)(?:\s[^>]*)?>)[^<]*</g

/** The XML without signature values and ciphertexts, at most 48 KiB. */
export function redactResponse(xml: string): string {
  const bare = xml.replace(SECRETS, '$1[removed]<')
  return bare.length > LONGEST ? `${bare.slice(0, LONGEST)}… [cut]` : bare
}
