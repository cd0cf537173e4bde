import * as v from 'valibot'
import { AppError } from '../../../domain/error.ts'
import { lazily } from '../../../domain/lazily.ts'
import { keepStep, MAX_STEPS } from '../../../storage/builds/build-steps.ts'
import { jsonWritten } from '../../frame/answers/answers.ts'
import { buildNumOf, readJson } from '../../frame/request/input.ts'
import { type App, route } from '../../frame/route.ts'
import { line, time } from '../../json/schemas.ts'
import type { StepKeptJson } from './steps-shape.ts'
import { requireBuildId } from './uploads.ts'

const STATUSES = ['running', 'success', 'failed', 'canceled', 'timedout'] as const
const STATUS_RULE = `must be one of ${STATUSES.join(', ')}`

const isoTime = () =>
  v.pipe(
    time(),
    v.transform((at) => new Date(at).toISOString()),
  )

/** The body of a report of one step. */
export const stepInput = lazily(() =>
  v.strictObject({
    key: line(200),
    name: line(1_000),
    status: v.optional(v.picklist(STATUSES, STATUS_RULE), 'running'),
    start_time: v.nullish(isoTime()),
    end_time: v.nullish(isoTime()),
    exit_code: v.nullish(v.pipe(v.number('must be a whole number'), v.integer('must be a whole number'))),
  }),
)

/** Reporting the steps of a build one by one. */
export function mountSteps(app: App): void {
  route(
    app,
    'POST /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/steps',
    async (c, { actor, project, params }) => {
      const { start_time = null, end_time = null, exit_code = null, ...said } = await readJson(c, stepInput())
      const buildId = await requireBuildId(c, project.id, buildNumOf(params))
      const kept = await keepStep(c.env.stores, buildId, { ...said, start_time, end_time, exit_code }, actor)
      switch (kept.kind) {
        case 'no_build':
          throw new AppError('build_not_found')
        case 'too_many':
          throw new AppError('limit_reached', `A build has at most ${MAX_STEPS} steps.`)
        case 'kept':
          return jsonWritten(c, { step: kept.step } satisfies StepKeptJson)
      }
    },
  )
}
