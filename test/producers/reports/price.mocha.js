import assert from 'node:assert'
import { total, withTax } from './src/price.js'
describe('price', () => {
  it('adds the tax', () => assert.equal(withTax(100), 120))
  it('rounds each line', () => assert.equal(withTax(1025), 1231))
  it('reads an empty basket as zero', () => assert.equal(total([]), 0))
})
