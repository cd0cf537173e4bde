import { CliError } from './exit.ts'

const KINDS = {
  text: (value: unknown): value is string => typeof value === 'string',
  'text or null': (value: unknown): value is string | null => value === null || typeof value === 'string',
  count: (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0,
  number: (value: unknown): value is number => Number.isFinite(value),
  time: (value: unknown): value is string => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
  address: (value: unknown): value is string => typeof value === 'string' && URL.canParse(value),
  texts: (value: unknown): value is readonly string[] =>
    Array.isArray(value) && value.every((one) => typeof one === 'string'),
} as const
type Kind = keyof typeof KINDS
type ValueOf<K extends Kind> = (typeof KINDS)[K] extends (value: unknown) => value is infer V ? V : never
export type Shape = Readonly<Record<string, Kind>>
export type Shaped<S extends Shape> = { readonly [F in keyof S]: ValueOf<S[F]> }

/** The server's answer with the fields that are read of it, whatever else it has; `what` is what they are, for people. */
export function answerOf<S extends Shape>(value: unknown, shape: S, what: string): Shaped<S> {
  const fields: Readonly<Record<string, unknown>> = isObject(value) ? value : {}
  const isWhole = Object.entries(shape).every(([name, kind]) => KINDS[kind](fields[name]))
  if (isWhole) return fields as Shaped<S>
  throw noAnswerWith(what)
}

/** As `answerOf`, for a list. */
export function listOf<S extends Shape>(value: unknown, shape: S, what: string): readonly Shaped<S>[] {
  if (!Array.isArray(value)) throw noAnswerWith(what)
  return value.map((item) => answerOf(item, shape, what))
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function noAnswerWith(what: string): CliError {
  return new CliError('failed', `The server answered without ${what}, or in a way that this buildpass does not know.`, {
    hint: 'Is this the address of a Buildpass server? If so, update buildpass.',
  })
}
