// Mail: what the product may write to a person, before and after it has become text.
import type { InvitationStatus } from './invitation.ts'

export type MailKind =
  | 'invitation'
  | 'proof-code'
  | 'sign-in-code'
  | 'linked'
  | 'joined'
  | 'address-changed'
  | 'domain-proven'
  | 'asked-for-invitation'
  | 'owner-guard'
  | 'deprovision-held'
  | 'delivery-failed'

/**
 * What a mail is about, beside what is looked up when it leaves (the organization's name by `organizationId`; role, projects,
 * inviter, message and expiry of an invitation by `deliveryId`).
 */
export interface MailData {
  /** `invitation`: the secret of its link. It stands only here. */
  token?: string
  /** `invitation`: the typed code (`K7QM-4D2P`); `proof-code` and `sign-in-code`: six digits. */
  code?: string
  /** The address the mail speaks of where that is not its reader's: who asked, whose delivery failed, the former address. */
  address?: string
  /** `address-changed`: the address from now on; absent where the account just lost one. `asked-for-invitation`: whom to invite instead. */
  newAddress?: string
  /** `linked`: what was connected, by its name. `owner-guard`: why an owner stayed. `deprovision-held`: how many people are held. `delivery-failed`: the mail server's words. */
  detail?: string
  /** Where the reader can act, on this product's own host. */
  url?: string
}

/** One mail to be carried: a deed posts it, the outbox keeps it, its text is made when it leaves. */
export interface MailDraft {
  kind: MailKind
  /** The address in the form in which it was stored. */
  to: string
  /** A BCP 47 tag; English when absent or not spoken. */
  language?: string | null
  organizationId?: string | null
  /** The Delivery whose state follows this mail. */
  deliveryId?: string | null
  data?: MailData
}

/** What is looked up when a mail leaves. */
export interface MailFacts {
  organization: { id: string; name: string; proven: boolean } | null
  invitation: InvitationFacts | null
}

export interface InvitationFacts {
  id: string
  organizationId: string
  status: InvitationStatus
  email: string
  role: string
  projects: string[]
  message: string | null
  language: string | null
  expiresAt: Date
  /** A directory's own invitation lives with its record: its mail names no date. */
  byDirectory: boolean
  /** Whether this Delivery's link and code still work. */
  replaced: boolean
  /** Null unless a member invited. */
  inviterName: string | null
  /** The inviter's address in the organization where it is proven: the only one a reply may go to. */
  inviterAddress: string | null
}

/** A mail as its reader gets it. */
export interface Mail {
  to: string
  from: { name: string; address: string }
  replyTo: string | null
  subject: string
  text: string
  html: string
  headers: Record<string, string>
}
