import type { App } from '../frame/route.ts'
import { mountAudit } from './audit.ts'
import { mountArtifactLists } from './builds/artifacts.ts'
import { mountBuildReports } from './builds/builds.ts'
import { mountLogs } from './builds/logs.ts'
import { mountMultipartUploads } from './builds/multipart-uploads.ts'
import { mountPacks } from './builds/packs.ts'
import { mountSteps } from './builds/steps.ts'
import { mountTests } from './builds/tests.ts'
import { mountUploads } from './builds/uploads.ts'
import { mountCreators } from './creators.ts'
import { mountNotices } from './notices.ts'
import { mountBuildpassProjects } from './projects.ts'
import { mountDispatchTarget } from './settings/dispatch-target.ts'
import { mountListeners } from './settings/listeners.ts'
import { mountOnLeak } from './settings/on-leak.ts'
import { mountPublishers } from './settings/publishers.ts'
import { mountRetention } from './settings/retention.ts'
import { mountWebhooks } from './settings/webhooks.ts'
import { mountShares } from './shares.ts'
import { mountProjectTests } from './tests/project-tests.ts'
import { mountVerdicts } from './tests/verdicts.ts'
import { mountLeaks } from './tokens/leaks.ts'
import { mountOidc } from './tokens/oidc.ts'
import { mountOrgTokens } from './tokens/org-tokens.ts'
import { mountToken } from './tokens/token.ts'

/** Our own API: what CircleCI has no word for. */
export function mountBuildpass(app: App): void {
  mountToken(app)
  mountBuildpassProjects(app)
  mountBuildReports(app)
  mountUploads(app)
  mountSteps(app)
  mountLogs(app)
  mountTests(app)
  mountVerdicts(app)
  mountProjectTests(app)
  mountMultipartUploads(app)
  mountArtifactLists(app)
  mountPacks(app)
  mountAudit(app)
  mountWebhooks(app)
  mountPublishers(app)
  mountOidc(app)
  mountRetention(app)
  mountOnLeak(app)
  mountDispatchTarget(app)
  mountListeners(app)
  mountCreators(app)
  mountOrgTokens(app)
  mountLeaks(app)
  mountShares(app)
  mountNotices(app)
}
