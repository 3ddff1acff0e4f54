// A directory's request as its log keeps it: what was asked, what we answered, and what its reader should know of it.

/** Something that a request's line says beside the answer: an error, what was passed over, or an outcome that may surprise. */
export interface Finding {
  /** `error`: it was refused. `warning`: it was taken, but not as it was meant. `note`: it was done, and something waits or was kept. */
  level: 'error' | 'warning' | 'note'
  /** Our stable word for it: a `scimType`, an error's code, a rule's name, or `unknown_attributes`, `unknown_members`. */
  code: string
  /** What happened, in a sentence. */
  message: string
  /** What it means at this identity provider and what to change there or here. */
  advice: string
}

/** The bodies hold no secret. */
export interface DirectoryRequest {
  id: string
  directoryId: string
  at: Date
  method: string
  path: string
  status: number
  requestBody: string | null
  responseBody: string | null
  durationMs: number
  userAgent: string | null
  /** The label of the credential that opened the door, as it stood then. */
  credential: string | null
  findings: Finding[]
  /** How many requests just before this one could not be kept. */
  lostBefore: number
}
