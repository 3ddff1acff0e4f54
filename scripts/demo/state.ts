// What the demo keeps between two starts, in the data folder: the identity provider's key, its port, the directory's token.
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { newSelfSigned } from '../../src/kernel/self-signed.ts'

export interface DemoState {
  key: { privateKeyPem: string; certificatePem: string }
  idpPort: number | null
  /** Shown once by the API; kept here because it is the demo's to print again. */
  directoryToken: string | null
}

/** The kept state, or a new one with a new key where none can be read. */
export async function readState(dataDir: string): Promise<DemoState> {
  try {
    return JSON.parse(await readFile(fileIn(dataDir), 'utf8')) as DemoState
  } catch {
    const key = await newSelfSigned('Demo identity provider', new Date(Date.now() - 86_400_000), 10)
    return { key, idpPort: null, directoryToken: null }
  }
}

export async function writeState(dataDir: string, state: DemoState): Promise<void> {
  await writeFile(fileIn(dataDir), JSON.stringify(state, null, 2), { mode: 0o600 })
}

function fileIn(dataDir: string): string {
  return path.join(dataDir, 'demo.json')
}
