// The tables of page marks, as TypeORM knows them.
import { EntitySchema } from 'typeorm'
import { key, must, reference } from './table.ts'

export const pageMarkSchema = new EntitySchema({
  name: 'page_marks',
  columns: {
    directory_id: key('uuid', 'page_marks_pkey'),
    kind: key('text', 'page_marks_pkey'),
    id: key('uuid', 'page_marks_pkey'),
    position: must('bigint'),
  },
  indices: [{ name: 'page_marks_position_idx', columns: ['directory_id', 'kind', 'position'] }],
  foreignKeys: [reference('page_marks_directory_fkey', 'directory_id', 'directories', 'CASCADE')],
})

export const pageMarkNoteSchema = new EntitySchema({
  name: 'page_mark_notes',
  columns: {
    note: key('uuid', 'page_mark_notes_pkey'),
    directory_id: must('uuid'),
    kind: must('text'),
    id: must('uuid'),
    delta: must('integer'),
  },
  checks: [{ name: 'page_mark_notes_delta_check', expression: 'delta = ANY (ARRAY[1, -1])' }],
  indices: [{ name: 'page_mark_notes_place_idx', columns: ['directory_id', 'kind', 'id'] }],
  foreignKeys: [reference('page_mark_notes_directory_fkey', 'directory_id', 'directories', 'CASCADE')],
})
