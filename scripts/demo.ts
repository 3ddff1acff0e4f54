// The demo: the server as `npm start` starts it, an organization to look at, an identity provider with tiles, and what to try.
import { startFixtureIdp } from '../idp-fixtures/server.ts'
import { apiOf } from './demo/api.ts'
import { startDesk } from './demo/desk.ts'
import { guide } from './demo/guide.ts'
import { furnish } from './demo/organization.ts'
import { tilePeople } from './demo/people.ts'
import { freePortNear } from './demo/ports.ts'
import { startProgram } from './demo/program.ts'
import { readState, writeState } from './demo/state.ts'

const dataDir = process.env.DATA_DIR || '.gatehouse'
const port = Number(process.env.PORT || 3000)

const program = startProgram(dataDir)
const closers: (() => Promise<void>)[] = []
try {
  const server = await program.ready
  const state = await readState(dataDir)
  const idp = await startFixtureIdp(state.key, tilePeople, await freePortNear(state.idpPort ?? port + 1))
  closers.push(idp.close)
  const idpPort = Number(new URL(idp.url).port)
  await writeState(dataDir, { ...state, idpPort })
  const api = apiOf(server.url, server.rootKey)
  const demo = await furnish(api, idp.provider, state.directoryToken)
  await writeState(dataDir, { ...state, idpPort, directoryToken: demo.directory.token })
  idp.target({ acsUrl: demo.connection.acsUrl, spEntityId: demo.connection.spEntityId, title: 'Gatehouse' })
  const desk = await startDesk(api, demo, await freePortNear(port + 2))
  closers.push(desk.close)
  process.stdout.write(guide({ server: server.url, tiles: idp.url, desk: desk.url, demo }))
} catch (error) {
  process.stderr.write(`The demo cannot go on: ${error instanceof Error ? error.message : String(error)}\n`)
  program.stop()
  process.exitCode = 1
}
const code = await program.ended
for (const close of closers) await close()
process.exitCode ||= code
