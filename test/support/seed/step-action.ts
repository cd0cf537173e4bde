import type { StepAction } from '../../../src/domain/builds/build.ts'

/** What one node did in a step, with nothing told but that it passed. */
export function stepAction(over: Partial<StepAction> = {}): StepAction {
  return {
    name: 'npm test',
    type: 'test',
    index: 0,
    step: 0,
    status: 'success',
    start_time: null,
    end_time: null,
    run_time_millis: null,
    bash_command: null,
    exit_code: null,
    ...over,
  }
}
