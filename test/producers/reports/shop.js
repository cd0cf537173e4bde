import { plural } from './src/deep/words.js'
import { total, withTax } from './src/price.js'
console.log(withTax(100), total([{ cents: 5, count: 2 }]), plural(1, 'file'))
