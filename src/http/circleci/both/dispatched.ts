import type { Canceled, Rerunning } from '../../../actions/dispatch-builds.ts'
import type { Build } from '../../../domain/builds/build.ts'
import { AppError, invalidInput } from '../../../domain/error.ts'
import { type Project, slugText } from '../../../domain/project.ts'

/** The build that was started; throws why none was. */
export function requireStarted(project: Project, outcome: Rerunning): Build {
  switch (outcome.kind) {
    case 'started':
      return outcome.build
    case 'no_target':
      throw noTarget(project)
    case 'unknown_job':
      throw invalidInput('jobs', `${outcome.jobId} is not a job of this workflow`)
    case 'nothing_to_run':
      throw new AppError('nothing_to_run')
  }
}

/** Throws why nothing was canceled. */
export function requireCanceled(project: Project, outcome: Canceled): void {
  switch (outcome.kind) {
    case 'canceled':
      return
    case 'no_target':
      throw noTarget(project)
    case 'cannot_cancel': {
      const { buildUrl } = outcome.build
      const where = buildUrl === null ? 'there' : `at ${buildUrl}`
      throw new AppError(
        'cannot_cancel',
        `The project’s dispatch target cannot be told to stop this run: cancel it ${where}.`,
      )
    }
  }
}

function noTarget(project: Project): AppError {
  return new AppError(
    'no_dispatch_target',
    `This project has no dispatch target, so nothing here can start or stop its builds. An admin sets one with PUT /api/buildpass/v1/projects/${slugText(project)}/dispatch-target.`,
  )
}
