import { personOf } from '../../../domain/builds/build.ts'
import { stableIdFor } from '../../../domain/formats/stable-id.ts'
import { type Project, slugText, VCS, vcsUrlFor } from '../../../domain/project.ts'
import type { PipelineRow } from '../../../storage/builds/pipelines.ts'
import type { WorkflowRow } from '../../../storage/builds/workflows.ts'
import { isoOf } from '../../json/iso-time.ts'
import { errorsOf, loginOf } from '../both/pipeline-words.ts'
import type { PipelineJson, WorkflowJson } from './pipeline-shape.ts'

/** A pipeline as CircleCI v2 shows it. */
export function pipelineJson(project: Project, pipeline: PipelineRow): PipelineJson {
  const { branch, tag, revision, subject, body, start } = pipeline
  const errors = errorsOf(pipeline)
  const who = personOf(pipeline)
  const url = vcsUrlFor(project)
  return {
    id: pipeline.id,
    number: pipeline.number,
    project_slug: slugText(project),
    state: errors.length > 0 ? 'errored' : start?.state === 'pending' ? 'pending' : 'created',
    created_at: isoOf(pipeline.beganAt),
    updated_at: isoOf(pipeline.updatedAt),
    errors,
    warnings: [],
    trigger: {
      type: start ? 'api' : 'webhook',
      received_at: isoOf(pipeline.beganAt),
      actor: { login: loginOf(who), avatar_url: who?.avatar_url ?? null },
    },
    vcs: {
      provider_name: VCS[project.vcs].provider,
      origin_repository_url: url,
      target_repository_url: url,
      revision,
      branch: branch ?? undefined,
      tag: tag ?? undefined,
      commit: subject === null ? undefined : { subject, body: body ?? '' },
    },
  }
}

/** A workflow as CircleCI v2 shows it. */
export async function workflowJson(project: Project, workflow: WorkflowRow): Promise<WorkflowJson> {
  const { id, name, status, beganAt, stoppedAt, pipeline } = workflow
  return {
    id,
    name,
    status,
    created_at: isoOf(beganAt),
    stopped_at: isoOf(stoppedAt),
    pipeline_id: pipeline.id,
    pipeline_number: pipeline.number,
    project_slug: slugText(project),
    started_by: await stableIdFor('person', `${project.vcs} ${loginOf(pipeline.actor)}`),
  }
}
