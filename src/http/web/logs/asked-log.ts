import type { Context } from 'hono'
import { invalidInput } from '../../../domain/error.ts'
import type { LogStream } from '../../../domain/logs/log.ts'
import type { Slug } from '../../../domain/project.ts'
import type { LineRange } from '../../../storage/logs/log-text.ts'
import { streamOf } from '../../frame/answers/log-answer.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { queryText } from '../../frame/request/input.ts'
import { stepLogPath } from '../frame/paths.ts'

/** What of a log the address asks for. */
export type AskedLog = {
  readonly stream: LogStream
  readonly part: AskedPart
  readonly showsTimes: boolean
  readonly wraps: boolean
}

export type AskedPart =
  /** Why it failed, and its end. */
  | { readonly kind: 'end' }
  | { readonly kind: 'from'; readonly first: number }
  /** Lines to point at, with those around them. */
  | { readonly kind: 'marked'; readonly lines: LineRange }
  | { readonly kind: 'search'; readonly text: string; readonly from: number }

export const MAX_SEARCH = 200
const LINE_RULE = 'must be the number of a line, or two as 120-140'

export function askedLogOf(c: Context<AppEnv>): AskedLog {
  return {
    stream: streamOf(c),
    part: askedPartOf(c),
    showsTimes: c.req.query('times') === 'on',
    wraps: c.req.query('wrap') !== 'off',
  }
}

function askedPartOf(c: Context<AppEnv>): AskedPart {
  const first = parseLines('from', c.req.query('from') ?? '1').first
  const text = queryText(c, 'q')
  if (text !== null) {
    if (text.length > MAX_SEARCH) throw invalidInput('q', `must be at most ${MAX_SEARCH} characters long`)
    return { kind: 'search', text, from: first }
  }
  const line = queryText(c, 'line')
  if (line !== null) return { kind: 'marked', lines: parseLines('line', line) }
  return c.req.query('from') === undefined ? { kind: 'end' } : { kind: 'from', first }
}

/** `120`, or `120-140` in whatever order. */
function parseLines(name: string, text: string): LineRange {
  const [, one, other] = /^\s*([1-9]\d{0,11})\s*(?:-\s*([1-9]\d{0,11})\s*)?$/.exec(text) ?? []
  if (one === undefined) throw invalidInput(name, LINE_RULE)
  const lines = [Number(one), Number(other ?? one)]
  return { first: Math.min(...lines), last: Math.max(...lines) }
}

/** Which log, for the links on its page. */
export type LogPlace = { readonly project: Slug; readonly num: number; readonly step: number }

/** The page of a log with what is asked of it, changed by `change`. */
export function logAddress({ project, num, step }: LogPlace, asked: AskedLog, change: Partial<AskedLog> = {}): string {
  const query = logQuery({ ...asked, ...change }).toString()
  return `${stepLogPath(project, num, step)}${query === '' ? '' : `?${query}`}`
}

/** With a line pointed at, and where the browser scrolls to. */
export function lineAddress(place: LogPlace, asked: AskedLog, number: number): string {
  return `${logAddress(place, asked, { part: { kind: 'marked', lines: { first: number, last: number } } })}#L${number}`
}

export function logQuery({ stream, part, showsTimes, wraps }: AskedLog): URLSearchParams {
  return new URLSearchParams({
    ...partQuery(part),
    ...(stream === 'stdout' ? {} : { stream }),
    ...(showsTimes ? { times: 'on' } : {}),
    ...(wraps ? {} : { wrap: 'off' }),
  })
}

function partQuery(part: AskedPart): Record<string, string> {
  switch (part.kind) {
    case 'end':
      return {}
    case 'from':
      return { from: `${part.first}` }
    case 'marked': {
      const { first, last } = part.lines
      return { line: first === last ? `${first}` : `${first}-${last}` }
    }
    case 'search':
      return { q: part.text, ...(part.from === 1 ? {} : { from: `${part.from}` }) }
  }
}
