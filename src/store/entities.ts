// Every table that TypeORM knows; a table family adds its EntitySchemas here.
import type { EntitySchema } from 'typeorm'
import { mailboxSchema, outboxSchema } from './outbox.ts'

export const entities: EntitySchema[] = [mailboxSchema, outboxSchema]
