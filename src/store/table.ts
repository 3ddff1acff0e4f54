// The words in which a table is told to TypeORM: columns by PostgreSQL's types, and foreign keys.
import type { EntitySchemaColumnOptions, EntitySchemaOptions } from 'typeorm'

type ForeignKey = NonNullable<EntitySchemaOptions<unknown>['foreignKeys']>[number]

type Kind = 'uuid' | 'text' | 'boolean' | 'integer' | 'bigint' | 'jsonb' | 'bytea' | 'timestamptz'

/** A column that always has a value; `more` adds a default, `array`, or its part in the primary key. */
export function must(type: Kind, more: Partial<EntitySchemaColumnOptions> = {}): EntitySchemaColumnOptions {
  return { type, ...more }
}

/** A column that may be null. */
export function may(type: Kind, more: Partial<EntitySchemaColumnOptions> = {}): EntitySchemaColumnOptions {
  return { type, nullable: true, ...more }
}

/** A column of the primary key that is named `constraint`. */
export function key(type: Kind, constraint: string): EntitySchemaColumnOptions {
  return { type, primary: true, primaryKeyConstraintName: constraint }
}

/** A foreign key from `column` to the id of `target`. */
export function reference(
  name: string,
  column: string,
  target: string,
  onDelete?: 'CASCADE' | 'SET NULL',
): ForeignKey {
  const action = onDelete === undefined ? {} : { onDelete }
  return { name, target, columnNames: [column], referencedColumnNames: ['id'], ...action }
}
