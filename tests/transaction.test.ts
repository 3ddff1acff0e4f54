// Transactions: what is tried again, what is not, and what is counted.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { inTransaction } from '../src/actions/transaction.ts'
import type { World } from '../src/actions/world.ts'
import { databaseFailure, reader, statement } from '../src/store/database.ts'
import { freshWorld, statementsOf } from './support/world.ts'

const insertPerson = statement('test.insert', 'insert into people (name) values ($1)')
const addTen = statement('test.add-ten', 'update people set age = age + 10 where name = $1')
const read = statement('test.read', 'select name, age from people order by name')

describe('a transaction', () => {
  let world: World
  beforeAll(async () => {
    world = await freshWorld()
    await world.dataSource.query(
      'create table people (name text constraint invitations_open_key_test primary key, age int not null default 0)',
    )
  })

  test('that throws leaves no row', async () => {
    const failing = inTransaction(world, async (tx) => {
      await tx.run(insertPerson, ['Ann'])
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await reader(world.dataSource).rows(read)).toEqual([])
  })

  test('is BEGIN, its statements and COMMIT: no round trip more', async () => {
    const texts = await statementsOf(world, () => inTransaction(world, (tx) => tx.run(insertPerson, ['Bea'])))
    expect(texts).toEqual(['START TRANSACTION', insertPerson.text, 'COMMIT'])
  })

  test('that deadlocks with another is run again, so that both succeed', async () => {
    await inTransaction(world, async (tx) => {
      await tx.run(insertPerson, ['Cid'])
      await tx.run(insertPerson, ['Dee'])
    })
    let runs = 0
    const bothHoldOne = barrier(2)
    const deed = (first: string, second: string) =>
      inTransaction(world, async (tx) => {
        runs += 1
        await tx.run(addTen, [first])
        if (runs <= 2) await bothHoldOne()
        await tx.run(addTen, [second])
      })
    await Promise.all([deed('Cid', 'Dee'), deed('Dee', 'Cid')])
    expect(runs).toBe(3)
    const people = await reader(world.dataSource).rows<{ name: string; age: number }>(read)
    expect(people.filter(({ name }) => name === 'Cid' || name === 'Dee').map(({ age }) => age)).toEqual([
      20, 20,
    ])
  })

  test('that breaks a unique key which is not listed is not run again', async () => {
    let runs = 0
    const failing = inTransaction(world, async (tx) => {
      runs += 1
      await tx.run(insertPerson, ['Eve'])
      await tx.run(insertPerson, ['Eve'])
    })
    const error = await failing.catch((thrown: unknown) => thrown)
    expect(databaseFailure(error)).toEqual({ code: '23505', constraint: 'invitations_open_key_test' })
    expect(runs).toBe(1)
  })

  test('that loses the race for a listed unique key is run again', async () => {
    let runs = 0
    await inTransaction(world, async () => {
      runs += 1
      if (runs < 3)
        throw Object.assign(new Error('duplicate'), { code: '23505', constraint: 'identities_subject_key' })
    })
    expect(runs).toBe(3)
  })
})

function barrier(parties: number): () => Promise<void> {
  let open: () => void = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  let arrived = 0
  return () => {
    arrived += 1
    if (arrived === parties) open()
    return opened
  }
}
