/** Under which all objects with tests are in R2. */
export const TESTS_PREFIX = 'tests/'

/** A new key for tests of a build. */
export function testsKeyFor(projectId: string, buildId: string): string {
  return `${TESTS_PREFIX}${projectId}/${buildId}/${crypto.randomUUID()}`
}
