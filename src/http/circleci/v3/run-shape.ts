import { PHASES, V3_OUTCOMES } from '../../../domain/builds/progress.ts'
import { IDS, type JsonOf, list, maybe, named, object, oneOf, text, time, uuid, whole } from '../../json/shape.ts'
import { pipelineErrorShape } from '../both/pipeline-error-shape.ts'

export const phaseShape = () => oneOf(PHASES)
export const outcomeShape = () => oneOf(V3_OUTCOMES)

export const userReferenceShape = () => object({ id: uuid(IDS.person), attributes: object({ login: text('jo') }) })
export const referenceShape = (id: string) => object({ id: uuid(id) })

/** What `runs:list` alone opens is always there. */
export const runShape = named(
  'V3Run',
  object({
    id: uuid(IDS.pipeline),
    attributes: object({
      number: whole(12),
      phase: maybe(phaseShape()),
      current_outcome: maybe(outcomeShape()),
      created_at: maybe(time()),
      errors: maybe(list(pipelineErrorShape)),
    }),
    references: object({
      project: referenceShape(IDS.project),
      event: maybe(
        object({
          attributes: object({
            type: oneOf(['push', 'api']),
            vcs: object({
              provider_name: oneOf(['GitHub', 'Bitbucket', 'GitLab']),
              origin_repository_url: text('https://github.com/acme/web'),
              branch: maybe(text('main')),
              tag: maybe(text('v1.2.0')),
              revision: text('5a1c0de'),
              commit: maybe(
                object({
                  subject: text('Add the cart'),
                  url: text('https://github.com/acme/web/commit/5a1c0de'),
                  author: object({ name: maybe(text('Jo')), login: maybe(text('jo')) }),
                }),
              ),
            }),
          }),
        }),
      ),
      trigger: maybe(object({ attributes: object({ event_source: object({ type: oneOf(['webhook', 'api']) }) }) })),
      user: maybe(userReferenceShape()),
    }),
  }),
)

export const v3WorkflowShape = named(
  'V3Workflow',
  object({
    id: uuid(IDS.workflow),
    attributes: object({
      name: text('build-and-test'),
      phase: maybe(phaseShape()),
      outcome: maybe(outcomeShape()),
      current_outcome: maybe(outcomeShape()),
      created_at: maybe(time()),
      ended_at: maybe(time('2026-11-24T09:01:01.000Z')),
    }),
    references: object({
      run: referenceShape(IDS.pipeline),
      project: referenceShape(IDS.project),
      user: maybe(userReferenceShape()),
    }),
  }),
)

export type RunJson = JsonOf<typeof runShape>
export type V3WorkflowJson = JsonOf<typeof v3WorkflowShape>
export type UserReferenceJson = JsonOf<ReturnType<typeof userReferenceShape>>
