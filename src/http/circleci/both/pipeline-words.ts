import type { Person } from '../../../domain/builds/build.ts'
import type { PipelineRow } from '../../../storage/builds/pipelines.ts'
import type { PipelineErrorJson } from './pipeline-error-shape.ts'

/** Why nothing of it ran: it could not be started, or the CI ended a workflow before it had a job. */
export function errorsOf({ start, failures }: PipelineRow): readonly PipelineErrorJson[] {
  const messages = [
    ...(start?.state === 'failed' || start?.state === 'refused' ? [start.problem ?? ''] : []),
    ...failures.map((name) => `The CI ended ${name} as failed without running a job.`),
  ]
  return messages.map((message) => ({ type: 'other', message }))
}

/** How somebody is called where CircleCI has a login. */
export function loginOf(person: Person | null): string {
  return person?.login ?? person?.name ?? 'unknown'
}
