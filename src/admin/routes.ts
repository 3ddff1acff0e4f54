// The table of contents of the JSON API.
import { accountRoutes } from './account-routes.ts'
import { connectionRoutes } from './connection-routes.ts'
import { directoryRequestRoutes } from './directory-request-routes.ts'
import { directoryRoutes } from './directory-routes.ts'
import { domainRoutes } from './domain-routes.ts'
import { eventStreamRoutes } from './event-stream-routes.ts'
import { explanationRoutes } from './explanation-routes.ts'
import { insightRoutes } from './insight-routes.ts'
import { invitationRoutes } from './invitation-routes.ts'
import { keyRoutes } from './key-routes.ts'
import { mappingRoutes } from './mapping-routes.ts'
import { memberRoutes } from './member-routes.ts'
import { oauthClientRoutes } from './oauth-client-routes.ts'
import { organizationRoutes } from './organization-routes.ts'
import type { Route } from './route.ts'
import { sessionRoutes } from './session-routes.ts'
import { webhookRoutes } from './webhook-routes.ts'

export const routes: readonly Route[] = [
  ...organizationRoutes,
  ...keyRoutes,
  ...domainRoutes,
  ...accountRoutes,
  ...memberRoutes,
  ...invitationRoutes,
  ...connectionRoutes,
  ...directoryRoutes,
  ...directoryRequestRoutes,
  ...oauthClientRoutes,
  ...eventStreamRoutes,
  ...mappingRoutes,
  ...explanationRoutes,
  ...insightRoutes,
  ...webhookRoutes,
  ...sessionRoutes,
]
