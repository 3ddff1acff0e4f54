// What a request leaves to say of itself: gathered while it is handled, for its line in the log and for the metrics.
import type { Change, Decision } from '../domain/change.ts'
import type { AppError, ErrorKind } from '../kernel/errors.ts'

/** What was decided about one person, for whom the directory says `active`. */
export interface Told {
  readonly person: string
  readonly active: boolean
  readonly decision: Decision
}

export interface NotedError {
  /** The scimType, or our own code where there is none. */
  readonly code: string
  readonly kind: ErrorKind
  readonly message: string
}

export interface Notes {
  /** What was refused, of a bulk request the first few. */
  readonly errors: NotedError[]
  /** Members that were named and are nobody here (C17). */
  readonly unknownMembers: Set<string>
  /** The last decision about each record: a deed that runs again decides again. */
  readonly told: Map<string, Told>
  /** Kinds of the questions that were opened for an administrator, by the record that they are about. */
  readonly asked: Map<string, string>
  /** Hears what a deed writes; handed to the hall with the directory. */
  readonly hear: (changes: readonly Change[]) => void
}

const MOST_ERRORS = 20

export function newNotes(): Notes {
  const told = new Map<string, Told>()
  const asked = new Map<string, string>()
  return {
    errors: [],
    unknownMembers: new Set(),
    told,
    asked,
    hear: (changes) => {
      for (const change of changes) {
        if (change.kind === 'conflict.open' && change.conflict.directoryUserId !== null)
          asked.set(change.conflict.directoryUserId, change.conflict.kind)
        if (change.kind !== 'event') continue
        const { subject, decision, data } = change.event
        if (subject.type !== 'directory_user' || subject.id === null || decision === undefined) continue
        const { before: _before, inputs: _inputs, ...kept } = decision
        told.set(subject.id, {
          person: subject.email ?? String(data?.userName ?? subject.id),
          active: data?.active === true,
          decision: kept,
        })
      }
    },
  }
}

/** Notes an error that was answered with this scimType. */
export function noteError({ errors }: Notes, error: AppError, scimType: string | undefined): void {
  const { kind, code, message } = error
  if (errors.length < MOST_ERRORS) errors.push({ code: scimType ?? code, kind, message })
}
