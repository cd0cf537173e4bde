import type { App } from '../../frame/route.ts'
import { mountInsights } from './insights.ts'
import { mountJobs } from './jobs.ts'
import { mountMe } from './me.ts'
import { mountPipelines } from './pipelines.ts'
import { mountV2Projects } from './projects.ts'
import { mountV2Triggers } from './triggers.ts'
import { mountWorkflows } from './workflows.ts'

/** CircleCI's API v2. */
export function mountCircleciV2(app: App): void {
  mountMe(app)
  mountV2Projects(app)
  mountPipelines(app)
  mountWorkflows(app)
  mountV2Triggers(app)
  mountJobs(app)
  mountInsights(app)
}
