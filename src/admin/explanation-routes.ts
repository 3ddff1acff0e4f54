// Explanations: why one address is in, waits, or cannot join, and how invitations fare as a whole.
import { z } from 'zod'
import { explain } from '../actions/explain.ts'
import { readInsights } from '../actions/read-insights.ts'
import { email, iso, time } from './fields.ts'
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

const count = z.number().int()
const counts = z.object({ invited: count, joined: count, refused: count })

const insights = z.object({
  funnel: z.object({
    invited: count,
    opened: count.describe('By what looks like a person; scanners do not count.'),
    accepted: count,
    satisfied: count,
    declined: count,
    revoked: count,
    expired: count,
    pending: count,
  }),
  medianHoursToJoin: z.number().nullable(),
  refusals: z.array(z.object({ reason: z.string(), count })),
  days: z.array(z.object({ day: z.iso.date(), ...counts.shape })),
  annotations: z
    .array(z.object({ at: time, type: z.string(), before: counts, after: counts }))
    .describe('Changes of configuration, with the 14 days before and after each.'),
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
  route('Audit', 'get', '/organizations/{org}/insights', {
    need: 'admin',
    operationId: 'readInsights',
    summary:
      'How invitations fare: funnel, time to join, refusals by reason, each day, and what changed when',
    query: z.strictObject({ days: z.coerce.number<string>().int().min(1).max(366).default(90) }),
    answer: insights,
    run: async ({ world, caller, params, query }) => {
      const found = await readInsights(world, caller, params.org, query.days)
      return { ...found, annotations: found.annotations.map((one) => ({ ...one, at: iso(one.at) })) }
    },
  }),
]
