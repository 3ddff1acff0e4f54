// After all tests: what the run made is dropped and stopped.
export default async function globalTeardown() {
  await globalThis.testPostgres.stop()
}
