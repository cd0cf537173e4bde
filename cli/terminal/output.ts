import { isatty } from 'node:tty'
import { visibleLine, writtenOut } from '../../src/domain/formats/visible-text.ts'
import { CliError, EXIT } from './exit.ts'
import { say, sayIfWritable, sayToReader } from './say.ts'
import { systemFailure } from './system-error.ts'

/**
 * Results go to stdout, for people or as one JSON document; everything else goes to stderr. Characters in names that are
 * invisible, or that control a terminal, are written out here.
 */
export type Output = {
  readonly json: boolean
  /** Whether a person watches: bars may move, and colours are welcome. */
  readonly isLive: boolean
  result(lines: string | readonly string[], value: unknown): void
  /** As `result`, for a text that would be lost: throws if nobody reads it. */
  secret(line: string, value: unknown): void
  note(text: string): void
  warn(text: string): void
}

export function openOutput({ json = false, quiet = false }: { json?: boolean; quiet?: boolean }): Output {
  const isLive = isatty(2) && !process.env.CI && !quiet && process.env.TERM !== 'dumb'
  return {
    json,
    isLive,
    result(lines, value) {
      const text = json ? jsonText(value) : [lines].flat().map(visibleLine).join('\n')
      if (text !== '') say('stdout', `${text}\n`)
    },
    secret: (line, value) => sayToReader(`${json ? jsonText(value) : line}\n`),
    note: (text) => void (quiet || say('stderr', `${visibleLine(text)}\n`)),
    warn: (text) => say('stderr', `buildpass: ${visibleLine(text)}\n`),
  }
}

/** Prints why a verb failed, and gives its exit code; `more` is the part of the result that there is. */
export function reportFailure(thrown: unknown, json: boolean, more: object = {}): number {
  const error = systemFailure(thrown)
  if (!(error instanceof CliError)) {
    say('stderr', `buildpass: this is a bug in buildpass: ${error instanceof Error ? error.stack : error}\n`)
    return EXIT.failed
  }
  const { failure, message, hint, status } = error
  say('stderr', `buildpass: ${visibleLine(message)}\n${hint ? `  ${visibleLine(hint)}\n` : ''}`)
  if (json) sayIfWritable(`${jsonText({ error: { code: failure, message, hint, status }, ...more })}\n`)
  return EXIT[failure]
}

/** JSON in which invisible characters are written as escapes. */
function jsonText(value: unknown): string {
  return writtenOut(JSON.stringify(value, null, 2), escapeOf)
}

function escapeOf(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB'] as const

export function sizeText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10))
  const value = bytes / 1024 ** power
  return `${power === 0 ? value : value.toFixed(1)} ${UNITS[power]}`
}

/** `1 file`, `10000 files`. */
export function countText(files: number): string {
  return files === 1 ? '1 file' : `${files} files`
}

/** Columns padded to one width each. */
export function tableText(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
