import { type JsonOf, object, whole } from '../../json/shape.ts'

export const stepKeptShape = object({ step: whole(0) })

export type StepKeptJson = JsonOf<typeof stepKeptShape>
