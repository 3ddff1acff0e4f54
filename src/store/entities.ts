// Every table that TypeORM knows; a table family adds its EntitySchemas here.
import type { EntitySchema } from 'typeorm'

export const entities: EntitySchema[] = []
