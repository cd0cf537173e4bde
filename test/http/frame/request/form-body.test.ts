import { expect, it } from 'vitest'
import { formOf } from '../../../../src/http/frame/request/form-body.ts'

it.each([
  ['a=1&b=two+words', { a: '1', b: 'two words' }],
  [
    'build_parameters[CIRCLE_JOB]=deploy&build_parameters[X]=1&revision=abc',
    { build_parameters: { CIRCLE_JOB: 'deploy', X: '1' }, revision: 'abc' },
  ],
  ['build_parameters%5BCIRCLE_JOB%5D=deploy', { build_parameters: { CIRCLE_JOB: 'deploy' } }],
  ['a[b][c]=1', { 'a[b][c]': '1' }],
  ['', {}],
])('reads the form %j', (text, expected) => {
  expect(JSON.parse(JSON.stringify(formOf(text)))).toEqual(expected)
})

it('reaches no prototype', () => {
  const form = formOf('__proto__[polluted]=1&constructor[prototype]=1')
  expect(Object.hasOwn(form, '__proto__')).toBe(true)
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
})
