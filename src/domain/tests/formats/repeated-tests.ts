import { MAX_ATTEMPTS, type TestResult } from '../test-result.ts'

/**
 * The tests, where those that passed with nothing to say, and stand again further on, are failed attempts of the last of
 * their name; as they are, if these were more than `most`. `repeated` has what the report calls those with an ordinal.
 */
export function withAttempts(
  tests: readonly TestResult[],
  repeated: ReadonlyMap<TestResult, string>,
  most: number,
): readonly TestResult[] {
  const keyOf = (test: TestResult) =>
    [test.source, test.file, test.classname, repeated.get(test) ?? test.name].join('\n')
  const groups = new Map<string, TestResult[]>(
    tests.filter((test) => repeated.has(test)).map((test) => [keyOf(test), []]),
  )
  for (const test of tests) groups.get(keyOf(test))?.push(test)

  const attempts = new Set<TestResult>()
  const lasts = new Map<TestResult, TestResult>()
  for (const group of groups.values()) {
    const last = group.at(-1)
    const failed = group.slice(0, -1).filter(({ result, message }) => result === 'success' && message === '')
    if (!last || failed.length === 0) continue
    for (const attempt of failed) attempts.add(attempt)
    lasts.set(last, {
      ...last,
      name: failed.length === group.length - 1 ? (repeated.get(last) ?? last.name) : last.name,
      isFlaky: last.result === 'success',
      attempts: failed.slice(0, MAX_ATTEMPTS).map(() => ({ result: 'failure', message: '' })),
    })
  }
  if (attempts.size > most) return tests
  return tests.filter((test) => !attempts.has(test)).map((test) => lasts.get(test) ?? test)
}
