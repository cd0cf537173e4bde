import { amount, type JsonOf, list, named, object, oneOf, orNull, text } from './shape.ts'

export const v1TestResultShape = named(
  'V1TestResult',
  object({
    classname: text('cart'),
    name: text('adds'),
    result: oneOf(['success', 'failure', 'error', 'skipped']),
    run_time: amount(0.2),
    message: text(''),
    source: text('unit'),
    file: orNull(text('test/cart.test.js')),
  }),
)
export const v1TestsShape = object({ tests: list(v1TestResultShape) })
/** In v2 an unknown file is empty. */
export const v2TestResultShape = named(
  'V2TestResult',
  object({ ...v1TestResultShape.entries, file: text('test/cart.test.js') }),
)

export type V1TestResultJson = JsonOf<typeof v1TestResultShape>
export type V1TestsJson = JsonOf<typeof v1TestsShape>
export type V2TestResultJson = JsonOf<typeof v2TestResultShape>
