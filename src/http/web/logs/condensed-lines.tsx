import type { Condensed, CondensedLine } from '../../../domain/logs/condense.ts'

/** How wide the column of their numbers is. */
export function numberClass(lines: readonly { readonly number: number }[]): string {
  return `digits-${Math.max(3, String(lines.at(-1)?.number ?? 0).length)}`
}

const AT_END = 10

/** What tells in short why a step failed: its first errors, and the end of its log. */
export function reasonsOf({ lines }: Condensed, most: number): readonly CondensedLine[] {
  const errors = lines.filter(({ why }) => why === 'error').slice(0, most - AT_END)
  const end = lines.slice(errors.length > 0 ? -AT_END : -most)
  return lines.filter((line) => errors.includes(line) || end.includes(line))
}

/** Lines of a log that do not all follow each other, each with the way to its place. */
export function CondensedLines({
  lines,
  addressOf,
}: {
  lines: readonly CondensedLine[]
  addressOf: (number: number) => string
}) {
  let next = lines[0]?.number ?? 1
  return (
    <ol class={`log condensed ${numberClass(lines)}`} aria-label="Lines that tell why">
      {lines.map(({ number, text, why }) => {
        const isBehindGap = number !== next
        next = number + 1
        return (
          <li class={`log-line${why === 'error' ? ' error' : ''}${isBehindGap ? ' behind-gap' : ''}`}>
            <a class="log-num" href={addressOf(number)} aria-label={`Line ${number} in the log`}>
              {number}
            </a>
            <span class="log-text">{text}</span>
          </li>
        )
      })}
    </ol>
  )
}
