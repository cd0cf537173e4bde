import { describe, expect, it } from 'vitest'
import { maskedValueOf, parseEnvVarName } from '../../../src/domain/notices/env-var.ts'

describe('the shown value of an environment variable', () => {
  it.each([
    ['super-secret-1234', 'xxxx1234'],
    ['12345678', 'xxxx5678'],
    ['1234567', 'xxxx'],
    ['bar', 'xxxx'],
    ['', 'xxxx'],
  ])('%j is %s', (value, shown) => {
    expect(maskedValueOf(value)).toBe(shown)
  })
})

it.each([
  ['FOO', true],
  ['_foo2', true],
  ['2FOO', false],
  ['FOO-BAR', false],
  ['FOO BAR', false],
  ['', false],
  ['É', false],
  ['A'.repeat(256), false],
])('%j is a name: %s', (name, expected) => {
  expect(parseEnvVarName(name) !== null).toBe(expected)
})
