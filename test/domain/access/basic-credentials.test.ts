import { expect, it } from 'vitest'
import { parseBasicCredentials } from '../../../src/domain/access/basic-credentials.ts'

it.each([
  ['Basic YTpiOmM=', { user: 'a', password: 'b:c' }],
  ['bAsIc   YTo', { user: 'a', password: '' }],
  ['Basic OmI=', { user: '', password: 'b' }],
  ['Basic YQ==', null],
  ['Basic YTpiOmM=x', null],
  ['Basic YTp', { user: 'a', password: '' }],
  ['Basic A', null],
  ['NotBasic YTo=', null],
  ['', null],
])('%s is %j', (header, credentials) => expect(parseBasicCredentials(header)).toEqual(credentials))
