// A group's members in requests: lists of ids, and PATCH operations on them folded into one change of rows.
import type { MemberChange } from '../domain/directory-person.ts'
import { AppError } from '../kernel/errors.ts'
import type { FilterTree } from './filter-syntax.ts'
import { readTarget } from './patch.ts'
import { isObject, type PatchOperation } from './quirks.ts'
import type { ResourceType } from './schemas.ts'
import { invalidValue } from './values.ts'

/** The ids in a list of members, whether written `{"value": id}` or bare; null and undefined are an empty list. */
export function readMemberIds(value: unknown, at: string): string[] {
  if (value === null || value === undefined) return []
  const list = Array.isArray(value) ? value : [value]
  return [...new Set(list.map((one, index) => readMemberId(one, `${at}[${index}]`)))]
}

function readMemberId(one: unknown, at: string): string {
  const id = isObject(one) ? one.value : one
  if (typeof id !== 'string' || id === '') throw invalidValue(at, 'must have a value that is an id')
  return id.toLowerCase()
}

/** Parts the operations on `members` from the others; the change is null where there is none. */
export function splitMemberOperations(
  type: ResourceType,
  operations: readonly PatchOperation[],
): { members: MemberChange | null; others: PatchOperation[] } {
  const others: PatchOperation[] = []
  let change: Gathered | null = null
  for (const operation of operations) {
    const target = readTarget(type, operation.path)
    if (target?.extension || target?.attribute?.name !== 'members') others.push(operation)
    else {
      change ??= { replace: null, add: new Set(), remove: new Set() }
      // The sub-attributes of a member are its own business; only who is a member can change here.
      if (!target.sub || target.sub.name === 'value') gather(change, operation, target.where)
    }
  }
  if (change === null) return { members: null, others }
  return { members: { replace: change.replace, add: [...change.add], remove: [...change.remove] }, others }
}

interface Gathered {
  replace: string[] | null
  add: Set<string>
  remove: Set<string>
}

function gather(change: Gathered, { op, path, value }: PatchOperation, where: FilterTree | null): void {
  if (where !== null) {
    if (op !== 'add') for (const id of idsIn(where)) drop(change, id)
    if (op !== 'remove') for (const id of readMemberIds(value, path)) put(change, id)
  } else if (op === 'add') for (const id of readMemberIds(value, path)) put(change, id)
  else if (op === 'remove' && value !== undefined && value !== null) {
    // Entra names whom it removes in the value; without one the RFC means everybody.
    for (const id of readMemberIds(value, path)) drop(change, id)
  } else {
    change.replace = op === 'replace' ? readMemberIds(value, path) : []
    change.add.clear()
    change.remove.clear()
  }
}

function put(change: Gathered, id: string): void {
  change.remove.delete(id)
  change.add.add(id)
}

function drop(change: Gathered, id: string): void {
  change.add.delete(id)
  change.remove.add(id)
}

/** The ids that `value eq "a" or value eq "b"` names: members are chosen by id alone, so that no list is read to find them. */
function idsIn(where: FilterTree): string[] {
  if (where.op === 'or') return where.of.flatMap(idsIn)
  if (where.op === 'eq' && where.path.toLowerCase() === 'value' && typeof where.value === 'string') {
    return [where.value.toLowerCase()]
  }
  throw new AppError('invalid', 'invalidFilter', 'Members are chosen by value eq "id", joined by or.')
}
