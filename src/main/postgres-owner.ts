// Whose processes and files the embedded PostgreSQL's are: ours, or a system user's when we are root.
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'

export interface Owner {
  /** Null when the server does not run as root: PostgreSQL then runs as the same user. */
  switchTo: { uid: number; gid: number } | null
  uid: number | null
}

/** PostgreSQL refuses to run as root, so root lends it the user `postgres` (made when absent), else `nobody`. */
export function postgresOwner(): Owner {
  const uid = process.getuid?.() ?? null
  if (uid !== 0) return { switchTo: null, uid }
  const account = systemUser('postgres') ?? madeUser('postgres') ?? systemUser('nobody')
  if (account === null) {
    throw new Error(
      'running as root, no user was found under which PostgreSQL may run; create one named postgres',
    )
  }
  return { switchTo: account, uid: account.uid }
}

/** Whether this owner may reach `target` through every folder above it, and enter it. */
export function canReach(owner: Owner, target: string): boolean {
  if (owner.switchTo === null) return true
  const { uid, gid } = owner.switchTo
  for (let folder = path.resolve(target); ; folder = path.dirname(folder)) {
    const stat = statSync(folder)
    const mask = stat.uid === uid ? 0o100 : stat.gid === gid ? 0o010 : 0o001
    if ((stat.mode & mask) === 0) return false
    if (folder === path.dirname(folder)) return true
  }
}

function systemUser(name: string): { uid: number; gid: number } | null {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid === undefined || gid === undefined ? null : { uid: Number(uid), gid: Number(gid) }
}

function madeUser(name: string): { uid: number; gid: number } | null {
  try {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', name], { stdio: 'ignore' })
  } catch {
    return null
  }
  return systemUser(name)
}
