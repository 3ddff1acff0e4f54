// Reads one member: an administrator reads any, a member their own.
import { notFound } from '../kernel/errors.ts'
import { reader } from '../store/database.ts'
import { findMember, type MemberRow } from '../store/members.ts'
import { authorize, type Caller } from './authorize.ts'
import type { World } from './world.ts'

export async function getMember(world: World, caller: Caller, memberId: string): Promise<MemberRow> {
  const read = reader(world.dataSource)
  const found = await findMember(read, memberId)
  if (found === null) throw notFound('The member')
  const own = caller.kind === 'person' && caller.membershipId === memberId
  await authorize(read, caller, found.organizationId, own ? 'member' : 'admin', 'The member')
  return found
}
