/** A price with its tax, in cents. */
export function withTax(cents, rate = 0.2) {
  if (rate < 0) throw new Error('a tax cannot be negative')
  return Math.round(cents * (1 + rate))
}

/** The sum of a basket; what is free counts as nothing. */
export function total(basket) {
  let sum = 0
  for (const { cents, count = 1 } of basket) {
    if (cents === 0) continue
    sum += cents * count
  }
  return sum
}
