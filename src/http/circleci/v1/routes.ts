import type { App } from '../../frame/route.ts'
import { mountEnvVars } from '../both/env-vars.ts'
import { mountNotKept } from '../both/not-kept.ts'
import { mountArtifacts } from './artifacts.ts'
import { mountBuilds } from './builds.ts'
import { mountTokens } from './tokens.ts'
import { mountTriggers } from './triggers.ts'
import { mountUsers } from './users.ts'

/** CircleCI's API v1.1. */
export function mountCircleciV1(app: App): void {
  mountTokens(app)
  mountUsers(app)
  mountTriggers(app)
  mountEnvVars(app)
  mountNotKept(app)
  // Before the artifacts: a branch may be called "artifacts".
  mountBuilds(app)
  mountArtifacts(app)
}
