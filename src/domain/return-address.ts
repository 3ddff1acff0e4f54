// Where a finished sign-in may lead: an own path, or an address at the origin of a return URL that the organization allowed.

/**
 * The wanted address where it is allowed, else the organization's first return URL, else `/welcome`. Own paths begin with one slash; backslashes,
 * control characters, user names and every scheme but http and https are refused (open redirects).
 */
export function returnAddress(
  wanted: string | null,
  returnUrls: readonly string[],
  publicUrl: string,
): string {
  const fallback = returnUrls.find((url) => originOf(url) !== null) ?? '/welcome'
  if (wanted === null || wanted.length > 2048 || /[\\\p{Cc}\s]/u.test(wanted)) return fallback
  if (/^\/(?!\/)/.test(wanted)) return wanted
  const origin = originOf(wanted)
  const allowed = [publicUrl, ...returnUrls].map(originOf)
  return origin !== null && allowed.includes(origin) ? wanted : fallback
}

function originOf(text: string): string | null {
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  return (url.protocol === 'https:' || url.protocol === 'http:') && url.username === '' && url.password === ''
    ? url.origin
    : null
}
