// Every table that TypeORM knows; a table family adds its EntitySchemas here.
import type { EntitySchema } from 'typeorm'
import { apiKeySchema } from './api-keys.ts'
import { eventSchema } from './events.ts'
import { organizationSchema } from './organizations.ts'
import { mailboxSchema, outboxSchema } from './outbox.ts'
import { webhookAttemptSchema, webhookEndpointSchema } from './webhooks.ts'

export const entities: EntitySchema[] = [
  apiKeySchema,
  eventSchema,
  mailboxSchema,
  organizationSchema,
  outboxSchema,
  webhookAttemptSchema,
  webhookEndpointSchema,
]
