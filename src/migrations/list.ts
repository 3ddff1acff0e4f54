// The migrations in the order in which they run.
import { Spine1764000000000 } from './1764000000000-spine.ts'
import { Limits1764100000000 } from './1764100000000-limits.ts'
import { HotPaths1764200000000 } from './1764200000000-hot-paths.ts'
import { PageMarks1764210000000 } from './1764210000000-page-marks.ts'
import { DeclaredResources1764220000000 } from './1764220000000-declared-resources.ts'
import { OauthClients1764230000000 } from './1764230000000-oauth-clients.ts'
import { SecurityEvents1764240000000 } from './1764240000000-security-events.ts'
import { RequestLog1764250000000 } from './1764250000000-request-log.ts'
import { DeprovisionBrake1764260000000 } from './1764260000000-deprovision-brake.ts'
import { DeferredPushes1764270000000 } from './1764270000000-deferred-pushes.ts'

export const migrations = [
  Spine1764000000000,
  Limits1764100000000,
  HotPaths1764200000000,
  PageMarks1764210000000,
  DeclaredResources1764220000000,
  OauthClients1764230000000,
  SecurityEvents1764240000000,
  RequestLog1764250000000,
  DeprovisionBrake1764260000000,
  DeferredPushes1764270000000,
]
