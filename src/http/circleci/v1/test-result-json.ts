import type { TestResult } from '../../../domain/tests/test-result.ts'

/** A test result as CircleCI's v1.1 and v2 give it; `message` is never null. */
export function testResultJson({ classname, name, result, runTimeSeconds, message, file, source }: TestResult) {
  return { classname, name, result, run_time: runTimeSeconds, message, file, source }
}
