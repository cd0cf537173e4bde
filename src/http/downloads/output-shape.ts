import { type JsonOf, list, object, oneOf, text, time } from '../json/shape.ts'

export const outputShape = list(
  object({
    type: oneOf(['out', 'err']),
    time: time(),
    message: text('> vitest run\r\n'),
  }),
)

export type OutputJson = JsonOf<typeof outputShape>
