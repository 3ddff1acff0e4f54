// Identifiers: version 7, unique, and in the order of their making.
import { expect, test } from '@jest/globals'
import { isId, newId } from '../../src/kernel/ids.ts'

test('ids are UUIDs of version 7, all different, and sort as they were made', () => {
  const ids = Array.from({ length: 20_000 }, newId)
  expect(
    ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
  ).toBe(true)
  expect(new Set(ids).size).toBe(ids.length)
  expect([...ids].sort()).toEqual(ids)
})

test('an id carries the millisecond of its making', () => {
  const millisecond = Number.parseInt(newId().replace('-', '').slice(0, 12), 16)
  expect(Math.abs(millisecond - Date.now())).toBeLessThan(60_000)
})

test('what is no UUID is told before it meets the database', () => {
  expect(isId(newId())).toBe(true)
  for (const text of ['', 'a', `${newId()} `, `{${newId()}}`, `${newId()}\n`, newId().replaceAll('-', '')]) {
    expect(isId(text)).toBe(false)
  }
})
