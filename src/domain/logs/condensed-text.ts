import type { Condensed } from './condense.ts'

/** The lines for a reader, each with its number; a line with `…` stands where lines are left out. */
export function condensedText({ lines }: Pick<Condensed, 'lines'>): string {
  const width = String(lines.at(-1)?.number ?? 0).length
  let next = 1
  return lines
    .map(({ number, text }) => {
      const gap = number > next ? `${' '.repeat(width)}  …\n` : ''
      next = number + 1
      return `${gap}${String(number).padStart(width)}  ${text}\n`
    })
    .join('')
}
