import { parseReportedStatus, type Step } from './build.ts'
import { FAILURES } from './pipeline-status.ts'

/** Whether any part of a step failed: as its status says or, where that is no word of ours, its exit code. */
export function hasStepFailed({ actions }: Pick<Step, 'actions'>): boolean {
  return actions.some(({ status, exit_code: exitCode }) => {
    const known = parseReportedStatus(status)
    return known === null ? (exitCode ?? 0) !== 0 : FAILURES.includes(known)
  })
}
