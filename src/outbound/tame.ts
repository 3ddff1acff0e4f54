// Taming: what a stranger wrote becomes plain text that no mail program turns into a link or a telephone call (T-30).
import { parse } from 'tldts'

const NAME_LENGTH = 80
const MESSAGE_LENGTH = 500

/** A name in one line of at most 80 characters; `trusted` where its organization has proven a domain. */
export function tameName(text: string, trusted: boolean): string {
  return cut(plain(text).replace(/\s+/g, ' ').trim(), NAME_LENGTH, trusted)
}

/** A message of at most 500 characters that keeps its lines. */
export function tameMessage(text: string, trusted: boolean): string {
  const lines = plain(text.replace(/\r\n?/g, '\n'))
    .replace(/[^\S\n]+/g, ' ')
    .replace(/\n{3,}/g, '\n\n')
  return cut(lines.trim(), MESSAGE_LENGTH, trusted)
}

/** Takes off what is not seen and may reorder or hide what is: control, format, private and unassigned characters. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}]/gu, (character) =>
    character === '\n' ? '\n' : character === '\t' ? ' ' : '',
  )
}

function cut(text: string, length: number, trusted: boolean): string {
  // Cut before it is searched, so that no length of text makes the search slow.
  const first = [...text].slice(0, length + 1).join('')
  const characters = [...(trusted ? first : withoutCalls(first))]
  return characters.length <= length ? characters.join('') : `${characters.slice(0, length - 1).join('')}…`
}

/** Takes out what reads as an address of the web or of mail, or as a telephone number. */
function withoutCalls(text: string): string {
  return text
    .replace(/[a-z][a-z0-9+.-]*:\/\/\S*/gi, '[link removed]')
    .replace(/\bwww\.\S+/gi, '[link removed]')
    .replace(/[^\s()[\]<>"',;:/]+\.[^\s()[\]<>"',;:/]+(?:[:/]\S*)?/g, (word) =>
      isAddress(word) ? '[link removed]' : word,
    )
    .replace(/\+?\d(?:[\s().\-/]*\d){6,}/g, '[number removed]')
}

function isAddress(word: string): boolean {
  const host = (word.split(/[/:]/)[0] ?? '').split('@').at(-1) ?? ''
  const { isIp, isIcann, domain } = parse(host.replace(/[.!?]+$/, ''), { validateHostname: false })
  return isIp === true || (isIcann === true && domain !== null)
}
