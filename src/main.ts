// The program: reads the settings, starts the server, says that it is ready, and stops on SIGTERM or SIGINT.
import { setTimeout as pause } from 'node:timers/promises'
import { readSettings, type Settings } from './config/settings.ts'
import { type RunningServer, startServer } from './main/server.ts'

const START_PATIENCE_MS = 3000

const say = (line: string) => process.stdout.write(`${line}\n`)
const complain = (line: string) => process.stderr.write(`Gatehouse cannot start: ${line}\n`)

let stopping = false

await run()

async function run(): Promise<void> {
  const read = readSettings(process.env)
  if (!read.ok) {
    for (const fault of read.faults) complain(fault)
    process.exitCode = 1
    return
  }
  const starting = startServer(read.settings, say)
  stopOnSignals(starting)
  try {
    announce(await starting, read.settings)
  } catch (error) {
    complain(error instanceof Error ? error.message.replaceAll('\n', ' ') : String(error))
    if (read.settings.logLevel === 'debug' || read.settings.logLevel === 'trace') console.error(error)
    process.exit(1)
  }
}

function announce(server: RunningServer, settings: Settings): void {
  if (server.rootApiKeyFile !== null) say(`The root API key lies in ${server.rootApiKeyFile}`)
  if (settings.smtpUrl === null && !settings.production)
    say(`Mails are kept at ${server.url}/dev/mailbox (SMTP_URL is not set)`)
  say(`Gatehouse is ready at ${server.url}`)
  // A promise that a bug left alone takes nobody else's request with it.
  process.on('unhandledRejection', (reason) =>
    server.world.log.error({ err: reason }, 'an error went unhandled'),
  )
  void server.lost.then((words) => {
    if (stopping) return
    process.stderr.write(`Gatehouse stops: ${words}\n`)
    process.exit(1)
  })
}

/** The first signal stops in order, also in the middle of the start; the second ends the process at once. */
function stopOnSignals(starting: Promise<RunningServer>): void {
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(signal === 'SIGINT' ? 130 : 143)
    stopping = true
    void stop(starting)
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
}

async function stop(starting: Promise<RunningServer>): Promise<void> {
  // A start that waits for something is not waited for; the embedded database stops with this process.
  const server = await Promise.race([starting.catch(() => null), pause(START_PATIENCE_MS, null)])
  await server?.stop()
  process.exit(server === null ? 1 : 0)
}
