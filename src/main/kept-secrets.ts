// The secrets that the server makes for itself on its first start and keeps in the data folder.
import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Settings } from '../config/settings.ts'
import { newToken } from '../kernel/secrets.ts'

export interface KeptSecrets {
  secretKey: Buffer
  rootApiKey: string
  /** Where the root key was put, when it is not a setting. */
  rootApiKeyFile: string | null
}

/** `SECRET_KEY` and `ROOT_API_KEY` as set, else as kept in `$DATA_DIR/secret-key` and `$DATA_DIR/root-api-key` (0600). */
export function keptSecrets(settings: Settings): KeptSecrets {
  const dataDir = path.resolve(settings.dataDir)
  const rootApiKeyFile = path.join(dataDir, 'root-api-key')
  const secretKey =
    settings.secretKey ?? kept(path.join(dataDir, 'secret-key'), () => randomBytes(32).toString('base64url'))
  const rootApiKey = settings.rootApiKey ?? kept(rootApiKeyFile, () => newToken('key').token)
  return {
    secretKey: Buffer.from(secretKey, 'utf8'),
    rootApiKey,
    rootApiKeyFile: settings.rootApiKey === null ? rootApiKeyFile : null,
  }
}

function kept(file: string, make: () => string): string {
  const known = read(file)
  if (known !== null) return known
  mkdirSync(path.dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}.draft`
  writeFileSync(draft, `${make()}\n`, { mode: 0o600 })
  try {
    // A link is made whole or not at all: of two servers that start at once, one key wins and both read it.
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft, { force: true })
  }
  return read(file) ?? ''
}

function read(file: string): string | null {
  try {
    const text = readFileSync(file, 'utf8').trim()
    if (text.length < 20)
      throw new Error(`${file} is too short to be a key: restore it, or remove it to make another`)
    return text
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
