// The files in which schemas and resource types are declared: the product's own, and those of the operator's folder.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Definition, readDefinitions } from './schema-json.ts'

export type Declaration = Definition & {
  /** The file that it stands in, for messages. */
  readonly file: string
  /** Whether it is the product's own. */
  readonly own: boolean
}

const own = fileURLToPath(new URL('../../config/scim/', import.meta.url))

/** All definitions in the order of their files' names, the product's own first. Throws, naming the file, on what it cannot read. */
export function readDeclarations(extraDirectory: string | null): Declaration[] {
  return [
    ...readFolder(join(own, 'schemas'), true),
    ...readFolder(join(own, 'resource-types'), true),
    ...(extraDirectory === null ? [] : readFolder(extraDirectory, false)),
  ]
}

/** Runs a check of a definition; its Error is told with the file. */
export function inFile<T>(file: string, check: () => T): T {
  try {
    return check()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`the SCIM schema file ${file} is wrong: ${why}`, { cause: error })
  }
}

function readFolder(folder: string, isOwn: boolean): Declaration[] {
  return namesIn(folder)
    .filter((name) => name.toLowerCase().endsWith('.json'))
    .sort()
    .flatMap((name) => {
      const file = join(folder, name)
      return inFile(file, () => readDefinitions(JSON.parse(readFileSync(file, 'utf8')))).map(
        (definition) => ({ ...definition, file, own: isOwn }),
      )
    })
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    throw new Error(`the folder of SCIM schemas ${folder} cannot be read`, { cause: error })
  }
}
