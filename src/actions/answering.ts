// What the answer to a question needs to act: the question, who answered, and the choice.
import type { Conflict } from '../store/conflict-answers.ts'
import type { Scope } from './apply.ts'
import type { Caller } from './authorize.ts'

export interface Answering {
  conflict: Conflict
  scope: Scope
  caller: Caller
  choice: string
}
