// The process log: JSON lines by pino, with secrets taken out by name.
import { type DestinationStream, type Logger, pino } from 'pino'

export type Log = Logger

const SECRET_FIELDS = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'token',
  'secret',
  'code',
  'SAMLResponse',
  'RelayState',
  'smtpUrl',
  'databaseUrl',
]

/** A logger at a pino level (`fatal` … `trace`, or `silent`), written to standard output unless told otherwise. */
export function createLog(level: string, destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: SECRET_FIELDS.flatMap((field) => [quoted(field), `*${quoted(field)}`, `*.*${quoted(field)}`]),
      censor: '[redacted]',
    },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}

function quoted(field: string): string {
  return `["${field}"]`
}
