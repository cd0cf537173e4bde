import { flag, type JsonOf, list, object, oneOf, text, whole } from '../../json/shape.ts'

export const logAppendedShape = object({
  /** Where the next bytes belong. */
  offset: whole(4_096),
  final: flag(),
})

export const condensedShape = object({
  complete: flag(true),
  total_lines: whole(1_204),
  lines: list(
    object({
      number: whole(1_180),
      text: text('FAIL test/cart.test.ts > adds a product'),
      why: oneOf(['error', 'end']),
    }),
  ),
})

export type LogAppendedJson = JsonOf<typeof logAppendedShape>
export type CondensedJson = JsonOf<typeof condensedShape>
