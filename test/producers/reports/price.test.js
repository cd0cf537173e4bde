import { describe, expect, it } from 'vitest'
import { total, withTax } from './src/price.js'
describe('price', () => {
  it('adds the tax', () => expect(withTax(100)).toBe(120))
  it('rounds each line', () => expect(withTax(1025)).toBe(1231))
  it('reads an empty basket as zero', () => expect(total([])).toBe(0))
})
