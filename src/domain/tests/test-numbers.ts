/** So many numbers in a row that are all there, or all missing, are counted; of others five are a letter. */
const LONG = 15
const LETTER_NUMBERS = 5
const COUNT_ABSENT = '.'
const COUNT_PRESENT = ','
const END_OF_NUMBERS = ':'

/**
 * Which numbers there are, from 0: `1046.300,bf_:` is nothing for 1,046 numbers, 300 that are there, then a letter for five
 * numbers each. So a report of a project that many tests have come to and gone from has a fifth of a character for each.
 */
export function numbersText(numbers: Float64Array): string {
  const parts: string[] = []
  let [number, at] = [0, 0]
  while (at < numbers.length) {
    const next = numbers[at] ?? 0
    let end = at
    if (next === number) while (end < numbers.length && numbers[end] === number + end - at) end++
    const [absent, present] = [next - number, end - at]
    if (absent >= LONG) {
      parts.push(`${absent}${COUNT_ABSENT}`)
      number = next
    } else if (present >= LONG) {
      parts.push(`${present}${COUNT_PRESENT}`)
      number += present
      at = end
    } else {
      let bits = 0
      for (; (numbers[at] ?? Number.POSITIVE_INFINITY) < number + LETTER_NUMBERS; at++)
        bits |= 1 << ((numbers[at] ?? 0) - number)
      parts.push(NUMBER_LETTERS.charAt(bits))
      number += LETTER_NUMBERS
    }
  }
  return `${parts.join('')}${END_OF_NUMBERS}`
}

type Numbers = { readonly numbers: string; readonly stretches: string }

/** What stands before the stretches; null where these have all numbers. */
export function withNumbers(outcomes: string): Numbers | null {
  const end = outcomes.indexOf(END_OF_NUMBERS)
  return end < 0 ? null : { numbers: outcomes.slice(0, end), stretches: outcomes.slice(end + 1) }
}

/** What `numbersText` wrote: each call is of so many numbers, of which bit 0 is the first; all of a counted part are alike. */
function readNumbers(text: string, take: (part: { count: number; bits: number; isCounted: boolean }) => boolean): void {
  let digits = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= ZERO && code <= ZERO + 9) {
      digits = digits * 10 + code - ZERO
      continue
    }
    const letter = text.charAt(at)
    const isCounted = letter === COUNT_ABSENT || letter === COUNT_PRESENT
    const bits = isCounted ? Number(letter === COUNT_PRESENT) : NUMBER_LETTERS.indexOf(letter)
    if (bits < 0) throw new Error(`no numbers of tests are written ${letter}`)
    if (!take({ count: isCounted ? digits : LETTER_NUMBERS, bits, isCounted })) return
    digits = 0
  }
}

/** Neighbouring numbers that are there, in their order. */
export function neighboursIn(text: string): { readonly first: number; readonly count: number }[] {
  const all: { first: number; count: number }[] = []
  let number = 0
  const add = (count: number) => {
    const last = all.at(-1)
    if (last && last.first + last.count === number) last.count += count
    else all.push({ first: number, count })
  }
  readNumbers(text, ({ count, bits, isCounted }) => {
    if (isCounted) {
      if (bits === 1) add(count)
      number += count
    } else
      for (let bit = 0; bit < count; bit++, number++) {
        if ((bits >> bit) & 1) add(1)
      }
    return true
  })
  return all
}

/** How many numbers are before each of these that is there; these ascend. */
export function placesOf(text: string, numbers: readonly number[]): Map<number, number> {
  const places = new Map<number, number>()
  let [number, before, next] = [0, 0, 0]
  readNumbers(text, ({ count, bits, isCounted }) => {
    for (; (numbers[next] ?? Number.POSITIVE_INFINITY) < number + count; next++) {
      const asked = numbers[next] ?? 0
      const bit = asked - number
      if (isCounted && bits === 1) places.set(asked, before + bit)
      else if (!isCounted && (bits >> bit) & 1) places.set(asked, before + bitsIn(bits & ((1 << bit) - 1)))
    }
    before += isCounted ? count * bits : bitsIn(bits)
    number += count
    return next < numbers.length
  })
  return places
}

/** Small letters and such as no outcome has: `M` is what SQL looks for in outcomes. */
const NUMBER_LETTERS = 'abcdefghijklmnopqrstuvwxyz-_~+*='

function bitsIn(bits: number): number {
  let count = 0
  for (let rest = bits; rest > 0; rest &= rest - 1) count++
  return count
}

const ZERO = 48
