/** The roots of the formats of XML, as they are written. */
export const ROOT_NAMES = [
  'testsuites',
  'testsuite',
  'TestRun',
  'testrun',
  'test-run',
  'test-results',
  'test-suite',
  'assemblies',
  'assembly',
  'testng-results',
] as const

/** In a regular expression, perhaps with a prefix. */
export const ANY_ROOT = `(?:[\\w-]+:)?(?:${ROOT_NAMES.join('|')})`
