import { type JsonOf, list, object, text, whole } from '../../json/shape.ts'

export const testsStoredShape = object({
  tests: whole(3),
  passed: whole(1),
  failed: whole(1),
  errors: whole(0),
  skipped: whole(1),
  /** Of those that passed: they had failed before. */
  flaky: whole(1),
  warnings: list(text('the report counts 2 failures, its cases show 1')),
  /** As `tests`, for clients that know no other name. */
  stored: whole(3),
})

export type TestsStoredJson = JsonOf<typeof testsStoredShape>
