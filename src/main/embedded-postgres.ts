// The embedded PostgreSQL: made once in the data folder, started with the server, recovered after a crash.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { type Binaries, findBinaries } from './postgres-binaries.ts'
import { canReach, type Owner, postgresOwner } from './postgres-owner.ts'
import { startPostgresProcess } from './postgres-process.ts'
import { takeOver } from './postgres-takeover.ts'

export interface EmbeddedPostgres {
  /** A connection URL of the database `gatehouse`'s superuser. */
  url: string
  pid: number
  /** Settles with PostgreSQL's last words when it ends. */
  ended: Promise<string>
  stop(): Promise<void>
}

export interface EmbeddedOptions {
  /** The data folder; the database lies in its subfolder `postgres`. */
  dataDir: string
  /** Told in one line each what a start that takes long is doing. */
  say: (line: string) => void
  /** Where root's private files are put so that PostgreSQL's user can reach them; `/var/lib/gatehouse` unless said. */
  sharedDir?: string
  /** Further PostgreSQL settings, `name=value`. */
  flags?: readonly string[]
}

// Lies inside the database's own folder, readable by its user alone; PostgreSQL ignores it.
const PASSWORD_FILE = 'gatehouse-password'

/** Starts the embedded PostgreSQL, making it first when there is none. Rejects with a sentence for the operator. */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const owner = postgresOwner()
  const dataDir = path.resolve(options.dataDir)
  openDataDir(dataDir, owner)
  const sharedDir = options.sharedDir ?? '/var/lib/gatehouse'
  const cluster = clusterFolder(owner, dataDir, sharedDir, options.say)
  const binaries = await findBinaries(owner, sharedDir, options.say)

  if (existsSync(path.join(cluster, 'PG_VERSION'))) {
    checkCluster(cluster, binaries, owner)
  } else {
    options.say(`Making a PostgreSQL ${binaries.major} database in ${cluster} (once, some seconds)`)
    await makeCluster(cluster, binaries, owner)
  }
  const password = readFileSync(path.join(cluster, PASSWORD_FILE), 'utf8').trim()
  const urlOn = (port: number) => `postgres://gatehouse:${password}@127.0.0.1:${port}/postgres`

  const running = await takeOver(cluster, urlOn, options.say)
  if (running !== null) return { url: urlOn(running.port), ...running }
  try {
    const started = await startPostgresProcess(binaries, owner, cluster, options.flags ?? [])
    return { url: urlOn(started.port), pid: started.pid, ended: started.ended, stop: started.stop }
  } catch (error) {
    throw new Error(`PostgreSQL did not start in ${cluster}: ${(error as Error).message}`, { cause: error })
  }
}

/** Makes the data folder; a private one of root's own is made passable (0711) for PostgreSQL's user: its files stay private. */
function openDataDir(dataDir: string, owner: Owner): void {
  mkdirSync(dataDir, { recursive: true })
  const { mode } = statSync(dataDir)
  const passable = owner.switchTo === null || canReach(owner, dataDir)
  if (!passable && canReach(owner, path.dirname(dataDir))) chmodSync(dataDir, (mode & 0o777) | 0o111)
}

/** `$DATA_DIR/postgres`, or what it links to; as root under a private folder it is made to link to a shared place. */
function clusterFolder(
  owner: Owner,
  dataDir: string,
  sharedDir: string,
  say: (line: string) => void,
): string {
  const wanted = path.join(dataDir, 'postgres')
  if (lstatSync(wanted, { throwIfNoEntry: false })?.isSymbolicLink() && existsSync(wanted))
    return realpathSync(wanted)
  if (existsSync(wanted) || canReach(owner, dataDir)) return wanted
  const real = path.join(sharedDir, randomBytes(6).toString('hex'), 'postgres')
  say(`The database's files lie in ${real}, because PostgreSQL's user cannot enter ${dataDir}`)
  mkdirSync(real, { recursive: true, mode: 0o755 })
  rmSync(wanted, { force: true })
  symlinkSync(real, wanted)
  return real
}

function checkCluster(cluster: string, binaries: Binaries, owner: Owner): void {
  const version = readFileSync(path.join(cluster, 'PG_VERSION'), 'utf8').trim()
  if (Number(version) !== binaries.major) {
    throw new Error(
      `${cluster} was made by PostgreSQL ${version}, but this is PostgreSQL ${binaries.major}: set another DATA_DIR, ` +
        `or DATABASE_URL to a PostgreSQL that holds its data`,
    )
  }
  const { uid } = statSync(cluster)
  if (owner.uid !== null && uid !== owner.uid) {
    const us =
      owner.switchTo === null
        ? `this server runs as user ${owner.uid}`
        : `PostgreSQL runs as user ${owner.uid}`
    throw new Error(
      `${cluster} belongs to user ${uid}, but ${us}: start as the same user as before, or set DATA_DIR`,
    )
  }
  if (!canReach(owner, cluster)) {
    throw new Error(
      `${cluster} lies in a folder that PostgreSQL's user ${owner.uid} cannot enter: set DATA_DIR`,
    )
  }
}

/** Made under another name and moved when whole: a set-up that is cut off leaves no half database behind. */
async function makeCluster(cluster: string, binaries: Binaries, owner: Owner): Promise<void> {
  const draft = `${cluster}.${process.pid}.draft`
  const passwordFile = `${draft}.password`
  mkdirSync(draft, { recursive: true, mode: 0o700 })
  writeFileSync(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 })
  if (owner.switchTo !== null) {
    const { uid, gid } = owner.switchTo
    chownSync(draft, uid, gid)
    chownSync(passwordFile, uid, gid)
  }
  try {
    await initdb(draft, passwordFile, binaries, owner)
    renameSync(passwordFile, path.join(draft, PASSWORD_FILE))
    renameSync(draft, cluster)
  } catch (error) {
    // Another server may have been quicker; then its database is the one.
    if (!existsSync(path.join(cluster, 'PG_VERSION'))) throw error
  } finally {
    rmSync(passwordFile, { force: true })
    rmSync(draft, { recursive: true, force: true })
  }
}

async function initdb(draft: string, passwordFile: string, binaries: Binaries, owner: Owner): Promise<void> {
  const access = ['-U', 'gatehouse', `--pwfile=${passwordFile}`, '--auth=scram-sha-256']
  // The locale is said outright: without LANG initdb would make an SQL_ASCII database.
  const format = ['--encoding=UTF8', '--locale=C.UTF-8', '--data-checksums']
  const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C.UTF-8' }
  try {
    await promisify(execFile)(binaries.initdb, ['-D', draft, ...access, ...format], {
      ...owner.switchTo,
      cwd: '/',
      env,
    })
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string }
    const words = stderr?.trim().split('\n').at(-1) || message
    throw new Error(`PostgreSQL could not be set up in ${path.dirname(draft)}: ${words}`, { cause: error })
  }
}
