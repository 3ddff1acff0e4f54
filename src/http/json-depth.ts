// A gate before JSON is parsed: what is nested too deeply would overflow the stack of whoever walks it later.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '../kernel/errors.ts'

const DEEPEST = 32

/**
 * For `express.json({ verify })`: throws `invalid` when objects and lists stand more than 32 deep in each other, and
 * `unsupported` for a text that is not in UTF-8 (RFC 8259 §8.1).
 * One pass over the bytes; a text that is no JSON is left to the parser.
 */
export function refuseDeepJson(
  _req: IncomingMessage,
  _res: ServerResponse,
  body: Buffer,
  encoding: string,
): void {
  if (encoding !== 'utf-8') {
    throw new AppError('unsupported', 'unsupported_charset', 'The body must be written in UTF-8.')
  }
  let depth = 0
  let inString = false
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at]
    if (inString) {
      if (byte === BACKSLASH) at += 1
      else if (byte === QUOTE) inString = false
    } else if (byte === QUOTE) inString = true
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      depth += 1
      if (depth > DEEPEST)
        throw new AppError('invalid', 'too_deep', `The body is nested more than ${DEEPEST} deep.`)
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth -= 1
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
