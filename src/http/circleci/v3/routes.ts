import type { App } from '../../frame/route.ts'
import { mountV3Jobs } from './jobs.ts'
import { mountV3Logs } from './logs.ts'
import { mountV3Projects } from './projects.ts'
import { mountRuns } from './runs.ts'
import { mountV3Triggers } from './triggers.ts'
import { mountV3Workflows } from './workflows.ts'

/** CircleCI's API v3. */
export function mountCircleciV3(app: App): void {
  mountV3Projects(app)
  mountRuns(app)
  mountV3Workflows(app)
  mountV3Triggers(app)
  mountV3Jobs(app)
  mountV3Logs(app)
}
