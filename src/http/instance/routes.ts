import type { App } from '../frame/route.ts'
import { mountHealth } from './health.ts'
import { mountLocal } from './local.ts'
import { mountMetrics } from './metrics.ts'
import { mountPolicy } from './policy.ts'
import { mountInstanceTokens } from './tokens.ts'
import { mountTraffic } from './traffic.ts'

/** What operators and monitors ask of the whole instance. */
export function mountInstance(app: App): void {
  mountHealth(app)
  mountMetrics(app)
  mountTraffic(app)
  mountPolicy(app)
  mountInstanceTokens(app)
  mountLocal(app)
}
