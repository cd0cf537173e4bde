import { type JsonOf, object, whole } from '../../json/shape.ts'

export const testsStoredShape = object({ stored: whole(1), failed: whole(0), skipped: whole(0) })

export type TestsStoredJson = JsonOf<typeof testsStoredShape>
