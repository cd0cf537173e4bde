import * as v from 'valibot'

// What answers are made of. Each part brings an example, so that the example of a whole answer makes itself. Objects
// are closed. The Worker takes types from shapes and nothing else, so that none of them is in its bundle.

/** What an answer, or a part of one, is like. */
export type Shape = v.GenericSchema

/** What a function that gives this shape returns: no field of another type, none missing, none besides. */
export type JsonOf<S extends Shape> = Frozen<v.InferOutput<S>>

type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Name in keyof T]: Frozen<T[Name]> }
    : T

export const TIME = '2026-11-24T09:00:00.000Z'
export const ORIGIN = 'https://builds.example.com'
export const IDS = {
  project: '018f3c1e-6d3a-7c54-9d8e-2b1f0a4c7e11',
  pipeline: '5034460f-c7c4-4c43-9457-de07e2029e7b',
  workflow: 'fda08377-fe7e-46b1-8992-3a7aaecac9c3',
  job: '8a2b1c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d',
  token: '2f1b6c9e-0d4a-4b7e-9a35-6c8d7e5f4a3b',
  person: '0b7e4f52-91d3-4f0a-8c26-5d1e3a7b9c80',
} as const

/** A shape that the API document shows once, under this name, and refers to elsewhere. */
export const named = <const S extends Shape>(name: string, shape: S) => v.pipe(shape, v.title(name))

export const object = v.strictObject
export const list = v.array
export const orNull = v.nullable
/** A field that is not always there. */
export const maybe = <S extends Shape>(shape: S) => v.optional(shape)
export const oneOf = v.picklist
export const either = v.union
export const nothing = v.null_
export const exactly = v.literal
/** An object by names that nobody knows before. */
export const byName = <S extends Shape>(shape: S) => v.record(v.string(), shape)

export const text = (example: string) => v.pipe(v.string(), v.examples([example]))
export const uuid = (example: string) => v.pipe(v.string(), v.uuid(), v.examples([example]))
export const time = (example: string = TIME) => v.pipe(v.string(), v.isoTimestamp(), v.examples([example]))
export const whole = (example: number) => v.pipe(v.number(), v.integer(), v.examples([example]))
export const amount = (example: number) => v.pipe(v.number(), v.examples([example]))
export const flag = (example = false) => v.pipe(v.boolean(), v.examples([example]))
/** A list that clients expect, and that never holds anything here. */
export function none(): v.GenericSchema<never[]> {
  const empty: Shape = v.pipe(list(v.unknown()), v.maxLength(0))
  // Of no length, it has no items of any type.
  return empty as v.GenericSchema<never[]>
}
/** One of the names in a table of the domain. */
export const keyOf = <K extends string>(table: Readonly<Record<K, unknown>>) => oneOf(Object.keys(table) as K[])

/** An answer in words. */
export const said = (example: string) => object({ message: text(example) })
export type SaidJson = JsonOf<ReturnType<typeof said>>

export const doneShape = named('Done', object({ message: exactly('ok') }))
export type DoneJson = JsonOf<typeof doneShape>
