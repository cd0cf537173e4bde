import { WORKFLOW_IS_OVER } from '../../../domain/builds/workflow-status.ts'
import {
  IDS,
  type JsonOf,
  keyOf,
  list,
  maybe,
  named,
  none,
  object,
  oneOf,
  orNull,
  text,
  time,
  uuid,
  whole,
} from '../../json/shape.ts'
import { pipelineErrorShape } from '../both/pipeline-error-shape.ts'

export const pipelineShape = named(
  'Pipeline',
  object({
    id: uuid(IDS.pipeline),
    number: whole(12),
    project_slug: text('gh/acme/web'),
    state: oneOf(['created', 'pending', 'errored']),
    created_at: time(),
    updated_at: time(),
    errors: list(pipelineErrorShape),
    warnings: none(),
    trigger: object({
      type: oneOf(['webhook', 'api']),
      received_at: time(),
      actor: object({ login: text('jo'), avatar_url: orNull(text('https://example.com/jo.png')) }),
    }),
    vcs: object({
      provider_name: oneOf(['GitHub', 'Bitbucket', 'GitLab']),
      origin_repository_url: text('https://github.com/acme/web'),
      target_repository_url: text('https://github.com/acme/web'),
      revision: text('5a1c0de'),
      branch: maybe(text('main')),
      tag: maybe(text('v1.2.0')),
      commit: maybe(object({ subject: text('Add the cart'), body: text('') })),
    }),
  }),
)

export const workflowShape = named(
  'Workflow',
  object({
    id: uuid(IDS.workflow),
    name: text('build-and-test'),
    status: keyOf(WORKFLOW_IS_OVER),
    created_at: time(),
    stopped_at: orNull(time('2026-11-24T09:01:01.000Z')),
    pipeline_id: uuid(IDS.pipeline),
    pipeline_number: whole(12),
    project_slug: text('gh/acme/web'),
    started_by: uuid(IDS.person),
  }),
)

export type PipelineJson = JsonOf<typeof pipelineShape>
export type WorkflowJson = JsonOf<typeof workflowShape>
