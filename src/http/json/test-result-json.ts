import type { TestResult } from '../../domain/tests/test-result.ts'
import type { V1TestResultJson, V1TestsJson, V2TestResultJson } from './test-result-shape.ts'

/** A test result as CircleCI's v1.1 gives it; `message` is never null. */
function v1TestResultJson(test: TestResult): V1TestResultJson {
  const { classname, name, result, runTimeSeconds, message, file, source } = test
  return { classname, name, result, run_time: runTimeSeconds, message, file, source }
}

/** The test results of a build in v1.1. */
export function v1TestsJson(results: readonly TestResult[]): V1TestsJson {
  return { tests: results.map(v1TestResultJson) }
}

/** As v1.1 has it, but for a file that is not known. */
export function v2TestResultJson(test: TestResult): V2TestResultJson {
  return { ...v1TestResultJson(test), file: test.file ?? '' }
}
