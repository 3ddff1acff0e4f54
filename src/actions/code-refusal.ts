// The refusal of a typed code, in the words of the catalogue.
import { AppError } from '../kernel/errors.ts'
import type { CodeVerdict } from './check-code.ts'

/** AppError unprocessable with the code `code_wrong` or `code_expired`, `details.triesLeft` and who acts next. */
export function codeRefusal(verdict: Extract<CodeVerdict, { ok: false }>): AppError {
  const message =
    verdict.reason === 'code_wrong'
      ? `That is not the code. ${verdict.triesLeft} tries are left.`
      : 'This code no longer works: ask for a new one.'
  return new AppError('unprocessable', verdict.reason, message, {
    details: { reason: verdict.reason, nextActor: 'person', triesLeft: verdict.triesLeft },
  })
}
