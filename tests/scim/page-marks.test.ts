// Page marks: totals and far pages stay exact whatever comes and goes, in whatever order, at whatever place, at the same time.
import { beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { DirectoryScope } from '../../src/actions/authenticate-directory.ts'
import { findDirectoryUsers } from '../../src/actions/find-directory-users.ts'
import { inTransaction } from '../../src/actions/transaction.ts'
import type { Paged } from '../../src/domain/criteria.ts'
import type { DirectoryPerson } from '../../src/domain/directory-person.ts'
import { groupsSource } from '../../src/store/directory-groups.ts'
import { peopleSource } from '../../src/store/directory-users.ts'
import { placeMarks } from '../../src/store/page-marks.ts'
import { bodyOf, type TestDirectory, testDirectory } from './directory.ts'

let directory: TestDirectory

beforeAll(async () => {
  directory = await testDirectory('okta')
})

const sql = <T>(text: string, values: unknown[] = []): Promise<T[]> =>
  directory.world.dataSource.query(text, values)

/** An id that stands at this number in the order of ids; its time is long past. */
const idAt = (number: number) => `0190${number.toString(16).padStart(4, '0')}-0000-7000-8000-000000000000`

const insertText = `insert into directory_users
  (id, directory_id, organization_id, user_name, user_name_key, active, attributes, created_at, updated_at)
  values ($1,$2,$3,$4,$4,true,'{}',now(),now())`
const valuesOf = (number: number) => [idAt(number), directory.id, directory.organizationId, `n${number}`]
const insert = (number: number) => sql(`${insertText} on conflict do nothing`, valuesOf(number))
const remove = (number: number) => sql('delete from directory_users where id = $1', [idAt(number)])
const mark = (isUrgent = false) =>
  inTransaction(directory.world, (tx) =>
    placeMarks(tx, { source: peopleSource, owner: [directory.id], isUrgent }, 3, 0),
  )
const page = (offset: number, limit = 4): Promise<Paged<DirectoryPerson>> => {
  const place = { kind: 'offset', offset } as const
  return findDirectoryUsers(
    directory.world,
    { id: directory.id } as DirectoryScope,
    { criteria: null, order: null, place, limit, total: null },
    false,
  )
}

async function standing(): Promise<string[]> {
  const rows = await sql<{ id: string }>(
    'select id from directory_users where directory_id = $1 order by id',
    [directory.id],
  )
  return rows.map((row) => row.id)
}

/** Every page by number, and the total, against the rows themselves. */
async function check(): Promise<void> {
  const ids = await standing()
  for (let offset = 0; offset <= ids.length + 1; offset += 1 + (offset % 3)) {
    const { items, total } = await page(offset)
    expect([offset, total, items.map((item) => item.id)]).toEqual([
      offset,
      ids.length,
      ids.slice(offset, offset + 4),
    ])
  }
  expect((await page(0, 0)).total).toBe(ids.length)
}

test('totals and pages are always those of the rows, wherever they come and go and whenever marks are set', async () => {
  const number = fc.integer({ min: 0, max: 60 })
  const step = fc.oneof(
    { weight: 5, arbitrary: number.map((at) => () => insert(at)) },
    { weight: 3, arbitrary: number.map((at) => () => remove(at)) },
    { weight: 2, arbitrary: fc.constant(() => mark()) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      await sql('delete from directory_users where directory_id = $1', [directory.id])
      for (const take of steps) await take()
      await check()
    }),
    { numRuns: 25 },
  )
}, 60_000)

test('marks that are set while others write leave nobody out and count nobody twice', async () => {
  await sql('delete from directory_users where directory_id = $1', [directory.id])
  const writer = async (first: number) => {
    for (let at = first; at < 200; at += 4) {
      // Between the write and the commit others look, and see nothing of it.
      await inTransaction(directory.world, async (tx) => {
        await tx.run({ name: '', text: `${insertText} on conflict do nothing` }, valuesOf(at))
        await tx.run({ name: '', text: 'select pg_sleep(0.002)' })
      })
      if (at % 3 > 0) continue
      await inTransaction(directory.world, async (tx) => {
        await tx.run({ name: '', text: 'delete from directory_users where id = $1' }, [idAt(at)])
        await tx.run({ name: '', text: 'select pg_sleep(0.002)' })
      })
    }
  }
  const marker = async () => {
    for (let turn = 0; turn < 80; turn++) await mark(turn % 4 === 0)
  }
  await Promise.all([writer(3), writer(2), writer(1), writer(0), marker()])
  await mark()
  const [{ marks } = { marks: 0 }] = await sql<{ marks: number }>(
    'select count(*)::int as marks from page_marks where directory_id = $1',
    [directory.id],
  )
  expect(marks).toBeGreaterThan(0)
  await check()
}, 60_000)

test('a change that rolls back is none', async () => {
  await insert(0)
  await mark()
  const before = (await page(0, 0)).total
  const failing = inTransaction(directory.world, async (tx) => {
    await tx.run({ name: '', text: 'delete from directory_users where directory_id = $1' }, [directory.id])
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect((await page(0, 0)).total).toBe(before)
})

test('urgent marks wait for writers, but not for ever', async () => {
  await inTransaction(directory.world, async (tx) => {
    await tx.run({ name: '', text: 'delete from directory_users where id = $1' }, [idAt(1)])
    await expect(mark(true)).rejects.toMatchObject({ code: '55P03' })
  })
  await check()
})

test('marks set by a writer in the middle of a deed wait for nobody', async () => {
  await inTransaction(directory.world, async (tx) => {
    await tx.run({ name: '', text: 'delete from directory_users where id = $1' }, [idAt(0)])
    // Another connection: it finds the directory being written and leaves the marks for later.
    await mark()
  })
  await check()
})

test('lists set marks by themselves, and take the notes of a busy time into them', async () => {
  const busy = await testDirectory('okta', { beside: directory })
  await sql(
    `insert into directory_users (id, directory_id, organization_id, user_name, user_name_key, active, attributes, created_at, updated_at)
     select ('01900000' || lpad(to_hex(n), 4, '0') || '70008000000000000000')::uuid, $1, $2, 'b' || n, 'b' || n, true, '{}', now(), now()
     from generate_series(1, 5200) n`,
    [busy.id, busy.organizationId],
  )
  const list = async (startIndex: number) => {
    const body = bodyOf(await busy.call('get', `/Users?startIndex=${startIndex}&count=1&attributes=userName`))
    return [body.totalResults, body.Resources[0].userName]
  }
  const kept = async () => {
    const [row] = await sql(
      `select (select count(*)::int from page_marks where directory_id = $1) as marks,
        (select count(*)::int from page_mark_notes where directory_id = $1) as notes`,
      [busy.id],
    )
    return row
  }
  expect(await list(1)).toEqual([5200, 'b1'])
  expect(await kept()).toEqual({ marks: 5, notes: 0 })
  expect(await list(4700)).toEqual([5200, 'b4700'])
  await sql(`delete from directory_users where directory_id = $1 and user_name like 'b%0'`, [busy.id])
  expect(await kept()).toEqual({ marks: 5, notes: 500 })
  expect(await list(4501)).toEqual([4680, 'b5001'])
  await sql(`delete from directory_users where directory_id = $1 and user_name = 'b1'`, [busy.id])
  expect(await list(1)).toEqual([4679, 'b2'])
  expect(await kept()).toEqual({ marks: 5, notes: 0 })
  expect(await list(4500)).toEqual([4679, 'b5001'])
})

test('groups have marks of their own', async () => {
  for (let n = 0; n < 7; n++) await directory.make('/Groups', { displayName: `g${n}` })
  await inTransaction(directory.world, (tx) =>
    placeMarks(tx, { source: groupsSource, owner: [directory.id], isUrgent: false }, 2, -1),
  )
  const { id } = bodyOf(await directory.call('get', '/Groups?startIndex=2&count=1')).Resources[0]
  await directory.call('delete', `/Groups/${id}`)
  const notes = await sql('select kind, delta from page_mark_notes where directory_id = $1 and id = $2', [
    directory.id,
    id,
  ])
  expect(notes).toEqual([{ kind: 'Group', delta: -1 }])
  const body = bodyOf(await directory.call('get', '/Groups?startIndex=5&count=1'))
  expect([body.totalResults, body.startIndex, body.Resources[0].displayName]).toEqual([6, 5, 'g5'])
})

test('an organization that goes takes its marks with it', async () => {
  const other = await testDirectory('okta', { beside: directory })
  await sql(
    `insert into directory_users (id, directory_id, organization_id, user_name, user_name_key, active, attributes, created_at, updated_at)
     select gen_random_uuid(), $1, $2, 'x' || n, 'x' || n, true, '{}', now(), now() from generate_series(1, 9) n`,
    [other.id, other.organizationId],
  )
  await sql(
    `insert into page_marks (directory_id, kind, id, position) values ($1, 'User', 'ffffffff-0000-0000-0000-000000000000', 9)`,
    [other.id],
  )
  await sql('delete from directories where id = $1', [other.id])
  const left = await sql(
    'select 1 from page_marks where directory_id = $1 union all select 1 from page_mark_notes where directory_id = $1',
    [other.id],
  )
  expect(left).toEqual([])
})
