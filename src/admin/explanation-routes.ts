// The explanation of one address: why it is in, waits, or cannot join.
import { z } from 'zod'
import { explain } from '../actions/explain.ts'
import { email } from './fields.ts'
import { type Route, route } from './route.ts'

const nextActor = z.enum(['person', 'inviter', 'org_admin', 'idp_admin', 'operator', 'nobody'])
const would = z.object({
  rule: z.string().nullable(),
  outcome: z.enum(['join', 'link', 'prove', 'wait', 'refuse', 'none']),
  reason: z.string().nullable(),
})

const explanation = z.object({
  email: z.string(),
  verdict: z.enum(['joined', 'can_join', 'waiting', 'blocked', 'unknown']),
  reason: z.object({ code: z.string(), message: z.string(), nextActor }),
  evidence: z.array(z.object({ at: z.string(), source: z.string(), text: z.string() })),
  wouldHappen: z.object({ invitation: would, signIn: would, directory: would }),
  fixes: z.array(
    z.object({ label: z.string(), method: z.string(), href: z.string(), body: z.unknown().optional() }),
  ),
})

export const explanationRoutes: Route[] = [
  route('Audit', 'get', '/organizations/{org}/explanation', {
    need: 'admin',
    operationId: 'explain',
    summary: 'Why an address is in, waits, or cannot join, who must act, and what would help',
    query: z.strictObject({ email }),
    answer: explanation,
    run: async ({ world, caller, params, query }) => explain(world, caller, params.org, query.email),
  }),
]
