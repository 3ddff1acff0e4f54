// Before all tests: one PostgreSQL, and in it one migrated template that each test file clones.
import { tsImport } from 'tsx/esm/api'

export default async function globalSetup() {
  const { prepareDatabase } = await tsImport('./test-postgres.ts', import.meta.url)
  globalThis.testPostgres = await prepareDatabase()
}
