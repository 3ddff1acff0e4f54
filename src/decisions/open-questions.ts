// C9 and C12: where a directory's word and what stands here differ, the question for an administrator.
import type { ConflictDraft } from '../domain/change.ts'
import type { DirectoryRecord } from '../domain/directory.ts'
import type { PersonFacts } from '../domain/person.ts'
import type { Denial } from './find-denial.ts'

/**
 * A directory that brings back somebody whom people here removed or suspended (C9), and two directories of which one says no (C12). Each is
 * asked once, when it arises: `justBound` are the records that this event bound.
 */
export function openQuestions(
  facts: PersonFacts,
  bound: readonly DirectoryRecord[],
  justBound: readonly string[],
  denial: Denial | null,
): ConflictDraft[] {
  if (denial === null) return []
  if (denial.statusReason === 'directory') {
    const was = facts.written?.status
    const other = bound.find((r) => r.active && r.frozenAt === null)
    return other && (was === 'active' || was === 'waiting')
      ? [question(facts, 'C12', other, 'Two directories know this person, and one of them says no.')]
      : []
  }
  const wanted = bound.find((r) => r.active && justBound.includes(r.id))
  return wanted
    ? [question(facts, 'C9', wanted, 'The directory wants access for somebody whom you closed out.')]
    : []
}

function question(
  facts: PersonFacts,
  kind: 'C9' | 'C12',
  record: DirectoryRecord,
  detail: string,
): ConflictDraft {
  return {
    kind,
    key: record.emailKey,
    accountId: facts.account?.id ?? null,
    connectionId: null,
    subject: null,
    directoryUserId: record.id,
    membershipId: facts.membership?.id ?? null,
    choices: kind === 'C12' ? ['allow', 'keep_closed'] : ['allow', 'keep'],
    detail,
  }
}
