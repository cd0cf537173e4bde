import {
  amount,
  exactly,
  IDS,
  type JsonOf,
  list,
  maybe,
  named,
  ORIGIN,
  object,
  oneOf,
  text,
  time,
  uuid,
  whole,
} from '../../json/shape.ts'
import { outcomeShape, phaseShape, referenceShape, userReferenceShape } from './run-shape.ts'

const STOPPED = '2026-11-24T09:01:01.000Z'

const jobAttributes = {
  number: whole(42),
  name: text('test'),
  type: exactly('build'),
  phase: maybe(phaseShape()),
  outcome: maybe(outcomeShape()),
  started_at: maybe(time()),
  ended_at: maybe(time(STOPPED)),
}

/** A job in the list of its workflow. */
export const v3JobShape = named(
  'V3Job',
  object({
    id: uuid(IDS.job),
    attributes: object(jobAttributes),
    references: object({ workflow: referenceShape(IDS.workflow), project: referenceShape(IDS.project) }),
  }),
)

const stepShape = object({
  num: whole(0),
  name: text('npm test'),
  type: text('test'),
  phase: maybe(phaseShape()),
  // A word of the reporter that is none of ours is given on.
  outcome: maybe(text('failed')),
  exit_code: maybe(whole(1)),
  command: maybe(text('npm test')),
  started_at: maybe(time()),
  ended_at: maybe(time(STOPPED)),
  stdout_bytes: maybe(whole(4_096)),
  stderr_bytes: maybe(whole(0)),
})

export const v3JobDetailShape = named(
  'V3JobDetail',
  object({
    id: uuid(IDS.job),
    attributes: object({ ...jobAttributes, parallel_executions: list(object({ steps: list(stepShape) })) }),
    references: object({
      project: referenceShape(IDS.project),
      pipeline: referenceShape(IDS.pipeline),
      run: referenceShape(IDS.pipeline),
      workflow: referenceShape(IDS.workflow),
      user: maybe(userReferenceShape()),
    }),
  }),
)

export const v3ArtifactShape = named(
  'V3Artifact',
  object({
    id: uuid('6f1d3a57-90c2-4e8b-a7d4-2c5b8e1f0a36'),
    attributes: object({
      path: text('dist/app.zip'),
      url: text(`${ORIGIN}/output/job/${IDS.job}/artifacts/0/dist/app.zip`),
      execution: whole(0),
    }),
    references: object({}),
  }),
)

/** A line of the tests of a job. */
export const v3TestShape = object({
  classname: text('cart'),
  name: text('adds'),
  result: oneOf(['success', 'failure', 'skipped']),
  run_time: amount(0.2),
  message: text(''),
  file: text('test/cart.test.js'),
})

export type V3JobJson = JsonOf<typeof v3JobShape>
export type V3JobDetailJson = JsonOf<typeof v3JobDetailShape>
export type StepJson = JsonOf<typeof stepShape>
export type V3ArtifactJson = JsonOf<typeof v3ArtifactShape>
export type V3TestJson = JsonOf<typeof v3TestShape>
