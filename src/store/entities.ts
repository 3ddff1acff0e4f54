// Every table that TypeORM knows; a table family adds its EntitySchemas here.
import type { EntitySchema } from 'typeorm'
import {
  accountAddressSchema,
  accountSchema,
  blockSchema,
  domainSchema,
  projectSchema,
} from './account-tables.ts'
import { apiKeySchema } from './api-keys.ts'
import {
  connectionSchema,
  identitySchema,
  identityUndoSchema,
  pendingSignInSchema,
  roleMappingSchema,
  samlAssertionSchema,
  samlRequestSchema,
  signInSchema,
} from './connection-tables.ts'
import { directoryResourceSchema, directoryUniqueValueSchema } from './declared-resource-tables.ts'
import { deferredPushSchema } from './deferred-pushes.ts'
import { deprovisionHoldSchema } from './deprovision-holds.ts'
import { devClockSchema } from './dev-clock-table.ts'
import {
  directoryGroupMemberSchema,
  directoryGroupSchema,
  directoryRequestSchema,
  directorySchema,
  directoryTokenSchema,
  directoryTombstoneSchema,
  directoryUserEmailSchema,
  directoryUserSchema,
} from './directory-tables.ts'
import { eventSchema } from './events.ts'
import { idempotencyKeySchema } from './idempotency-keys.ts'
import {
  consentSchema,
  deliveryOpeningSchema,
  deliverySchema,
  invitationSchema,
} from './invitation-tables.ts'
import {
  approvalSchema,
  conflictSchema,
  grantSchema,
  manualGrantSchema,
  membershipKeySchema,
  membershipSchema,
} from './membership-tables.ts'
import { oauthAssertionSchema, oauthClientSchema, oauthSecretSchema } from './oauth-tables.ts'
import { organizationSchema } from './organizations.ts'
import { mailboxSchema, outboxSchema } from './outbox.ts'
import { pageMarkNoteSchema, pageMarkSchema } from './page-mark-tables.ts'
import { ProofCodeSchema } from './proof-codes.ts'
import {
  asyncRequestSchema,
  eventStreamSchema,
  securityEventSchema,
  signingKeySchema,
} from './security-event-tables.ts'
import { SessionHandoffSchema, SessionSchema } from './sessions.ts'
import { webhookAttemptSchema, webhookEndpointSchema } from './webhooks.ts'

export const entities: EntitySchema[] = [
  accountAddressSchema,
  accountSchema,
  apiKeySchema,
  approvalSchema,
  asyncRequestSchema,
  blockSchema,
  conflictSchema,
  connectionSchema,
  consentSchema,
  deliveryOpeningSchema,
  deferredPushSchema,
  deliverySchema,
  deprovisionHoldSchema,
  devClockSchema,
  directoryGroupMemberSchema,
  directoryGroupSchema,
  directoryRequestSchema,
  directoryResourceSchema,
  directorySchema,
  directoryTokenSchema,
  directoryTombstoneSchema,
  directoryUniqueValueSchema,
  directoryUserEmailSchema,
  directoryUserSchema,
  domainSchema,
  eventSchema,
  eventStreamSchema,
  grantSchema,
  idempotencyKeySchema,
  identitySchema,
  identityUndoSchema,
  invitationSchema,
  mailboxSchema,
  manualGrantSchema,
  membershipKeySchema,
  membershipSchema,
  oauthAssertionSchema,
  oauthClientSchema,
  oauthSecretSchema,
  organizationSchema,
  outboxSchema,
  pageMarkNoteSchema,
  pageMarkSchema,
  pendingSignInSchema,
  projectSchema,
  ProofCodeSchema,
  roleMappingSchema,
  samlAssertionSchema,
  samlRequestSchema,
  securityEventSchema,
  SessionHandoffSchema,
  SessionSchema,
  signInSchema,
  signingKeySchema,
  webhookAttemptSchema,
  webhookEndpointSchema,
]
