// The settings: every environment variable that the server reads, checked before anything else happens.
import { isIP } from 'node:net'
import { z } from 'zod'

export interface Settings {
  port: number
  host: string
  /** Without a slash at its end; null: `http://localhost` with the port. */
  publicUrl: string | null
  /** Null: the embedded PostgreSQL. */
  databaseUrl: string | null
  /** Connections of one process to the database. */
  poolSize: number
  dataDir: string
  /** Null: made once and kept in the data folder. */
  secretKey: string | null
  /** Null: made once and kept in the data folder. */
  rootApiKey: string | null
  productName: string
  /** How many reverse proxies stand in front. */
  trustProxy: number
  smtpUrl: string | null
  /** Null: no-reply at the public address's host. */
  mailFrom: string | null
  scimSchemasDir: string | null
  dnsServers: string[] | null
  rateLimits: boolean
  devClock: boolean
  logLevel: string
  production: boolean
}

/** The settings, or one sentence for each that is wrong, naming the variable, the fault and what is accepted. */
export type SettingsResult = { ok: true; settings: Settings } | { ok: false; faults: string[] }

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']
const FLAGS = ['on', 'off']

const variables = z.object({
  NODE_ENV: z.string().default('development'),
  PORT: wholeNumber(0, 65_535).default(3000),
  HOST: z
    .string()
    .regex(/^[^\s/]+$/, accepted('is not a host name', 'a host name or address, like 0.0.0.0'))
    .default('127.0.0.1'),
  PUBLIC_URL: url(['http:', 'https:'], 'an address without path, like https://people.example.com').optional(),
  DATABASE_URL: url(
    ['postgres:', 'postgresql:'],
    'a URL like postgres://user:password@host:5432/database',
  ).optional(),
  DATABASE_POOL_SIZE: wholeNumber(2, 500).default(10),
  DATA_DIR: z.string().default('.gatehouse'),
  SECRET_KEY: z
    .string()
    .refine(
      (text) => Buffer.byteLength(text) >= 32,
      accepted('is too short', '32 bytes or more, kept the same for good'),
    )
    .optional(),
  ROOT_API_KEY: z
    .string()
    .regex(
      /^[\x21-\x7e]{20,}$/,
      accepted('is too short or has spaces', '20 or more printable ASCII characters'),
    )
    .optional(),
  PRODUCT_NAME: z
    .string()
    .regex(
      /^[^\r\n\p{Cc}]{1,100}$/u,
      accepted('is too long or has control characters', 'one line of at most 100 characters'),
    )
    .default('Gatehouse'),
  TRUST_PROXY: z.preprocess((text) => (text === 'off' ? '0' : text), wholeNumber(0, 10)).default(0),
  SMTP_URL: url(['smtp:', 'smtps:'], 'a URL like smtps://user:password@mail.example.com').optional(),
  MAIL_FROM: z
    .string()
    .regex(
      /^[^\r\n]*[^\s@<>]+@[^\s@<>]+>?$/,
      accepted('is not a mail address', 'an address, like Acme <no-reply@acme.example>'),
    )
    .optional(),
  SCIM_SCHEMAS_DIR: z.string().optional(),
  DNS_SERVERS: z.string().transform(dnsServers).optional(),
  RATE_LIMITS: oneOf(FLAGS).default('on'),
  DEV_CLOCK: oneOf(FLAGS).default('off'),
  LOG_LEVEL: oneOf(LEVELS).default('info'),
})

/** Reads the settings from `environment`; a variable that is set but empty counts as unset. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): SettingsResult {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  )
  const read = variables.safeParse(given)
  if (!read.success)
    return { ok: false, faults: read.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`) }
  const values = read.data
  const production = values.NODE_ENV === 'production'
  const faults = togetherFaults(values, production)
  if (faults.length > 0) return { ok: false, faults }
  return {
    ok: true,
    settings: {
      port: values.PORT,
      host: values.HOST,
      publicUrl: values.PUBLIC_URL?.replace(/\/+$/, '') ?? null,
      databaseUrl: values.DATABASE_URL ?? null,
      poolSize: values.DATABASE_POOL_SIZE,
      dataDir: values.DATA_DIR,
      secretKey: values.SECRET_KEY ?? null,
      rootApiKey: values.ROOT_API_KEY ?? null,
      productName: values.PRODUCT_NAME,
      trustProxy: values.TRUST_PROXY,
      smtpUrl: values.SMTP_URL ?? null,
      mailFrom: values.MAIL_FROM ?? null,
      scimSchemasDir: values.SCIM_SCHEMAS_DIR ?? null,
      dnsServers: values.DNS_SERVERS ?? null,
      rateLimits: values.RATE_LIMITS === 'on',
      devClock: values.DEV_CLOCK === 'on',
      logLevel: values.LOG_LEVEL,
      production,
    },
  }
}

/** Faults that only two settings together make. */
function togetherFaults(values: z.output<typeof variables>, production: boolean): string[] {
  const faults: string[] = []
  if (production && values.DATABASE_URL !== undefined && values.SECRET_KEY === undefined) {
    faults.push(
      'SECRET_KEY is not set: with DATABASE_URL and NODE_ENV=production every node needs the same 32 bytes or more',
    )
  }
  if (production && values.DEV_CLOCK === 'on') {
    faults.push('DEV_CLOCK is on: with NODE_ENV=production only off is accepted')
  }
  return faults
}

function wholeNumber(least: number, most: number) {
  const message = accepted('is not a number in range', `a whole number from ${least} to ${most}`)
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .refine((value) => value >= least && value <= most, message)
}

function url(protocols: string[], example: string) {
  return z.string().refine(
    (text) => {
      if (!URL.canParse(text)) return false
      const { protocol, pathname, search, hash } = new URL(text)
      if (!protocols.includes(protocol)) return false
      return !protocols.includes('https:') || (/^\/*$/.test(pathname) && search === '' && hash === '')
    },
    accepted('is not such a URL', example),
  )
}

function oneOf(words: readonly string[]) {
  return z.string().refine((word) => words.includes(word), accepted('is not known', words.join(', ')))
}

function dnsServers(text: string, context: z.RefinementCtx): string[] {
  const servers = text.split(',').map((server) => server.trim())
  for (const server of servers) {
    const [, bracketed, port] = /^(.*?)(?::(\d{1,5}))?$/.exec(server) ?? []
    const address = isIP(server) ? server : (bracketed ?? '').replace(/^\[(.*)\]$/, '$1')
    if (isIP(address) === 0 || Number(port ?? 53) > 65_535) {
      context.addIssue({
        code: 'custom',
        message: accepted(`has ${JSON.stringify(server)}`, 'ip or ip:port, separated by commas'),
      })
      return z.NEVER
    }
  }
  return servers
}

/** The one form of every fault. A value is never repeated where it could be a secret. */
function accepted(fault: string, what: string): string {
  return `${fault}: accepted is ${what}`
}
