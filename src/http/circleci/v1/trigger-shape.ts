import { exactly, type JsonOf, object, whole } from '../../json/shape.ts'

export const buildCreatedShape = object({ status: exactly(201), body: exactly('Build created'), build_num: whole(43) })

export type BuildCreatedJson = JsonOf<typeof buildCreatedShape>
