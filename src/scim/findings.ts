// Findings: what the reader of a request's line should know beside the answer, with advice for the directory's identity provider.
import type { DirectoryPreset } from '../domain/directory.ts'
import type { Finding } from '../domain/directory-request.ts'
import { adviceFor } from './advice.ts'
import type { Notes, Told } from './notes.ts'
import { entry, isObject } from './quirks.ts'
import type { ResourceType } from './schemas.ts'
import { unknownNames } from './unknown-names.ts'

/** What is looked at when a line is written. */
export interface Handled {
  readonly preset: DirectoryPreset
  readonly notes: Notes
  readonly method: string
  readonly status: number
  /** The resource type that the address names, or null. */
  readonly type: ResourceType | null
  readonly body: unknown
  readonly userAgent: string | null
}

/** Of one kind, in one line. */
const MOST = 20

/** In the order of their weight: errors, what was passed over, what became of people. */
export function findingsOf(handled: Handled): Finding[] {
  const { notes, preset, status } = handled
  const make = ({ level, code, message }: Omit<Finding, 'advice'>, ...also: string[]): Finding => ({
    level,
    code,
    message,
    advice: adviceFor([code, ...also], preset),
  })
  const errors = notes.errors.map(({ code, kind, message }) => make({ level: 'error', code, message }, kind))
  if (status < 400)
    return [
      ...errors,
      ...passedOver(handled).map((one) => make(one)),
      ...outcomes(notes).map((one) => make(one)),
    ]
  const other = otherPreset(handled)
  return other === null ? errors : [...errors, make(other)]
}

/** Whether there is, or may well be, something to say besides the answer; cheap. */
export function isNotable({ notes, status }: Pick<Handled, 'notes' | 'status'>): boolean {
  return status >= 400 || notes.errors.length > 0 || notes.unknownMembers.size > 0 || notes.asked.size > 0
}

type Bare = Omit<Finding, 'advice'>

function passedOver({ notes, method, type, body }: Handled): Bare[] {
  const found: Bare[] = []
  const members = [...notes.unknownMembers]
  if (members.length > 0) {
    const message = `${members.length === 1 ? 'A member was' : `${members.length} members were`} passed over, for nobody in this directory has the id: ${listed(members)} (C17).`
    found.push({ level: 'warning', code: 'unknown_members', message })
  }
  if (type === null || !isObject(body)) return found
  const names = unknownNames(type, method, body)
  if (names.length > 0) {
    const message = `Attributes that this service does not know were passed over: ${listed(names)}.`
    found.push({ level: 'warning', code: 'unknown_attributes', message })
  }
  if (mentionsPassword(body)) {
    found.push({ level: 'note', code: 'password_forgotten', message: 'A password was sent, and not kept.' })
  }
  return found
}

function mentionsPassword(body: Readonly<Record<string, unknown>>): boolean {
  if (entry(body, 'password') !== undefined) return true
  const operations = entry(body, 'operations')
  return (
    Array.isArray(operations) &&
    operations.some((one) => {
      if (!isObject(one)) return false
      const [path, value] = [entry(one, 'path'), entry(one, 'value')]
      return /^password$/i.test(String(path)) || (isObject(value) && entry(value, 'password') !== undefined)
    })
  )
}

const WHO_CALLS: readonly (readonly [DirectoryPreset, RegExp])[] = [
  ['okta', /okta/i],
  ['entra', /\b(azure|entra|msft|microsoft)/i],
  ['google', /google/i],
  ['onelogin', /onelogin/i],
]

/** An error may come of a preset that is not the caller's. */
function otherPreset({ userAgent, preset }: Handled): Bare | null {
  const caller = WHO_CALLS.find(([, pattern]) => userAgent !== null && pattern.test(userAgent))?.[0]
  if (caller === undefined || caller === preset) return null
  const message = `The client calls itself ${userAgent}, and the directory has the preset ${preset}.`
  return { level: 'warning', code: 'other_preset', message }
}

function outcomes({ told, asked }: Notes): Bare[] {
  const found = [...told].map(([id, one]) => outcomeOf(one, asked.get(id))).filter((one) => one !== null)
  if (found.length <= MOST) return found
  const message = `The same or the like is so of ${found.length - MOST} more people: see the organization's events.`
  return [...found.slice(0, MOST), { level: 'warning', code: 'more', message }]
}

function outcomeOf({ person, active, decision }: Told, asked: string | undefined): Bare | null {
  const { rule, outcome, reason } = decision
  const say = (level: Finding['level'], code: string, what: string): Bare => ({
    level,
    code,
    message: `${person} ${what} (${rule}).`,
  })
  if (outcome === 'conflict' || reason === 'identity_conflict' || asked === 'E9' || asked === 'B8')
    return say('warning', 'identity_conflict', 'is in question: whose record it is must be answered')
  if (outcome === 'suspend' || outcome === 'remove')
    return active
      ? say('warning', reason ?? 'suspended', 'is active in the directory and stays shut out here')
      : null
  if (reason === 'deprovision_held')
    return say('warning', reason, 'is inactive in the directory and held in here')
  if (outcome === 'wait') {
    const code = reason === 'seat_unavailable' ? 'seat_waiting' : (reason ?? 'waiting')
    return say(code === 'seat_waiting' ? 'warning' : 'note', code, 'was taken and waits before they join')
  }
  if (!active && statusOf(decision.after) === 'active')
    return say('warning', 'stays_member', 'is inactive in the directory and stays a member here')
  if (rule === 'C15') return say('warning', 'address_kept', 'keeps the former address for signing in')
  if (reason === 'awaiting_person') return say('note', reason, 'was invited and must confirm')
  return null
}

function statusOf(state: unknown): unknown {
  return isObject(state) ? state.status : null
}

function listed(names: readonly string[]): string {
  const more = names.length - MOST
  return more > 0 ? `${names.slice(0, MOST).join(', ')} and ${more} more` : names.join(', ')
}
