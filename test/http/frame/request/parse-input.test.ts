import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../../src/domain/error.ts'
import { parseInput } from '../../../../src/http/frame/request/input.ts'

const inner = () => v.strictObject({ a: v.optional(v.string()) })
const schema = v.strictObject({
  plain: v.optional(inner()),
  nullish: v.nullish(
    v.pipe(
      inner(),
      v.transform((value) => value),
    ),
  ),
  each: v.optional(v.array(v.strictObject({ deep: v.optional(v.nullable(inner())) }))),
  list: v.optional(v.array(v.string())),
  named: v.optional(v.record(v.string(), v.string())),
})

describe('a list where an object is wanted', () => {
  it.each<[unknown, string]>([
    [{ plain: [] }, 'plain'],
    [{ plain: [{ a: 'x' }] }, 'plain'],
    [{ nullish: [] }, 'nullish'],
    [{ named: [] }, 'named'],
    [{ named: ['x'] }, 'named'],
    [{ each: [{}, []] }, 'each.1'],
    [{ each: [{}, { deep: [] }] }, 'each.1.deep'],
  ])('is refused by its name: %j', (value, path) => {
    const parse = () => parseInput(schema, value)
    expect(parse).toThrow(AppError)
    expect(parse).toThrow(`${path}: must be an object`)
  })

  it.each<unknown>([
    {},
    { plain: {}, nullish: null, each: [{ deep: null }, { deep: { a: 'x' } }], list: ['x'], named: { a: 'x' } },
  ])('is all that this refuses: %j', (value) => {
    expect(parseInput(schema, value)).toEqual(value)
  })

  it.each<unknown>([{ list: {} }, { each: {} }, { plain: 'x' }, { plain: { b: 1 } }, null, 7])(
    'leaves what else is wrong to the schema: %j',
    (value) => {
      expect(() => parseInput(schema, value)).toThrow(AppError)
    },
  )
})
