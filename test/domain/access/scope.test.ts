import { describe, expect, it } from 'vitest'
import { parseScope } from '../../../src/domain/access/scope.ts'

describe('a scope', () => {
  it.each([
    ['status', 'status'],
    ['view-builds', 'view-builds'],
    ['all', 'all'],
    ['build-artifacts', 'view-builds'],
    ['read-only', 'view-builds'],
  ])('%s is read as %s', (text, scope) => {
    expect(parseScope(text)).toBe(scope)
  })

  it.each(['', 'Status', ' all', 'write', 'toString', '__proto__', 'constructor'])('%j is none', (text) => {
    expect(parseScope(text)).toBeNull()
  })
})
