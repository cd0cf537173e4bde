import { isBad, MAX_ATTEMPTS, type TestResult } from '../test-result.ts'

/**
 * The tests, where those that passed with nothing to say, and stand again further on, are failed attempts of what stands there
 * last. `repeated` has what the report calls those with an ordinal, `counted` is how many tests it counts: where it counts
 * each, each may have been run several times on purpose, and then they stay as they are.
 */
export function withAttempts(
  tests: readonly TestResult[],
  repeated: ReadonlyMap<TestResult, string>,
  counted: number,
): readonly TestResult[] {
  const keyOf = (test: TestResult) =>
    [test.source, test.file, test.classname, repeated.get(test) ?? test.name].join('\n')
  const groups = new Map<string, TestResult[]>(
    tests.filter((test) => repeated.has(test)).map((test) => [keyOf(test), []]),
  )
  for (const test of tests) groups.get(keyOf(test))?.push(test)

  if (counted === tests.length && isOnPurpose([...groups.values()], tests.length)) return tests

  const attempts = new Set<TestResult>()
  const kept = new Map<TestResult, TestResult>()
  for (const group of groups.values()) {
    const failed = group.slice(0, -1).filter(({ result, message }) => result === 'success' && message === '')
    if (failed.length === 0) continue
    for (const attempt of failed) attempts.add(attempt)
    // What is called and what is torn down may both have failed in the end.
    const last = group.filter((test) => !attempts.has(test))
    for (const [i, test] of last.entries()) kept.set(test, { ...test, name: group[i]?.name ?? test.name })
    const [first] = last
    if (first)
      kept.set(first, {
        ...(kept.get(first) ?? first),
        isFlaky: first.result === 'success',
        attempts: failed.slice(0, MAX_ATTEMPTS).map(() => ({ result: 'failure', message: '' })),
      })
  }
  return tests.filter((test) => !attempts.has(test)).map((test) => kept.get(test) ?? test)
}

/** Whether all tests stand equally often, or none of those that stand again is red. */
function isOnPurpose(groups: readonly (readonly TestResult[])[], testCount: number): boolean {
  const times = groups[0]?.length ?? 0
  const isEach = groups.length * times === testCount && groups.every(({ length }) => length === times)
  return isEach || !groups.flat().some(({ result }) => isBad(result))
}
