import { JOB_STATUS } from '../../../domain/builds/workflow-status.ts'
import {
  exactly,
  IDS,
  type JsonOf,
  list,
  maybe,
  named,
  none,
  ORIGIN,
  object,
  oneOf,
  orNull,
  text,
  time,
  uuid,
  whole,
} from '../../json/shape.ts'

const jobStatusShape = () => oneOf([...new Set(Object.values(JOB_STATUS))])
const STOPPED = '2026-11-24T09:01:01.000Z'

/** A job in the list of its workflow. */
export const jobShape = named(
  'Job',
  object({
    id: uuid(IDS.job),
    job_number: whole(42),
    name: text('test'),
    status: jobStatusShape(),
    type: exactly('build'),
    project_slug: text('gh/acme/web'),
    dependencies: none(),
    started_at: time(),
    stopped_at: maybe(time(STOPPED)),
  }),
)

export const jobDetailShape = named(
  'JobDetail',
  object({
    id: uuid(IDS.job),
    number: whole(42),
    name: text('test'),
    status: jobStatusShape(),
    web_url: text(`${ORIGIN}/gh/acme/web/42`),
    project: object({
      id: uuid(IDS.project),
      slug: text('gh/acme/web'),
      name: text('web'),
      external_url: text('https://github.com/acme/web'),
    }),
    organization: object({ name: text('acme') }),
    pipeline: object({ id: uuid(IDS.pipeline) }),
    latest_workflow: object({ id: uuid(IDS.workflow), name: text('build-and-test') }),
    created_at: time(),
    queued_at: time(),
    started_at: time(),
    stopped_at: maybe(time(STOPPED)),
    duration: orNull(whole(61_000)),
    parallelism: exactly(1),
    parallel_runs: list(object({ index: exactly(0), status: jobStatusShape() })),
    executor: object({ type: exactly('external'), resource_class: exactly('external') }),
    contexts: none(),
    messages: none(),
  }),
)

export const v2ArtifactShape = named(
  'V2Artifact',
  object({
    path: text('dist/app.zip'),
    node_index: whole(0),
    url: text(`${ORIGIN}/output/job/${IDS.job}/artifacts/0/dist/app.zip`),
  }),
)

export type JobJson = JsonOf<typeof jobShape>
export type JobDetailJson = JsonOf<typeof jobDetailShape>
export type V2ArtifactJson = JsonOf<typeof v2ArtifactShape>
