import * as v from 'valibot'
import {
  DEFAULT_RETENTION,
  MAX_KEPT_PER_BRANCH,
  MAX_RETENTION_DAYS,
  type Retention,
} from '../../../domain/builds/retention.ts'
import { AppError, invalidInput } from '../../../domain/error.ts'
import { lazily } from '../../../domain/lazily.ts'
import { findRetention, putRetention } from '../../../storage/upkeep/retention.ts'
import { jsonRead, jsonWritten } from '../../frame/answers/answers.ts'
import { readJson } from '../../frame/request/input.ts'
import { type App, route } from '../../frame/route.ts'
import { count } from '../../json/schemas.ts'
import type { RetentionJson } from './retention-shape.ts'

export const retentionInput = lazily(() =>
  v.strictObject({
    artifact_days: v.optional(count(1, MAX_RETENTION_DAYS), DEFAULT_RETENTION.artifactDays),
    build_days: v.optional(count(1, MAX_RETENTION_DAYS), DEFAULT_RETENTION.buildDays),
    keep_per_branch: v.optional(count(0, MAX_KEPT_PER_BRANCH), DEFAULT_RETENTION.keepPerBranch),
  }),
)

/** How long a project keeps what. What a change leaves out takes its default. */
export function mountRetention(app: App): void {
  route(app, 'GET /api/buildpass/v1/projects/:vcs/:org/:repo/retention', async (c, { project }) =>
    jsonRead(c, retentionJson(await findRetention(c.env.stores.db, project.id))),
  )

  route(app, 'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/retention', async (c, { actor, project }) => {
    const { artifact_days, build_days, keep_per_branch } = await readJson(c, retentionInput())
    if (artifact_days > build_days) throw invalidInput('artifact_days', 'must not be more than build_days')
    const retention = { artifactDays: artifact_days, buildDays: build_days, keepPerBranch: keep_per_branch }
    if (!(await putRetention(c.env.stores, project.id, retention, actor))) throw new AppError('project_not_found')
    return jsonWritten(c, retentionJson(retention))
  })
}

function retentionJson({ artifactDays, buildDays, keepPerBranch }: Retention): RetentionJson {
  return { artifact_days: artifactDays, build_days: buildDays, keep_per_branch: keepPerBranch }
}
