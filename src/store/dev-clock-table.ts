// The table of the development clock, as TypeORM knows it.
import { EntitySchema } from 'typeorm'
import { key, must } from './table.ts'

export const devClockSchema = new EntitySchema({
  name: 'dev_clock',
  columns: {
    one: { ...key('boolean', 'dev_clock_pkey'), default: true },
    offset_seconds: must('bigint'),
  },
  checks: [{ name: 'dev_clock_one_check', expression: 'one' }],
})
