import { ANY_ROOT } from './root-names.ts'

const ROOT = new RegExp(`<${ANY_ROOT}[\\s>]`)

/**
 * The document without what would be tags in lines of a log before its root: `Running <main.cpp>` begins no element. Lines
 * that begin with a tag are no log. Positions stay as they are.
 */
export function* withoutLog(pieces: Iterable<string>): Generator<string> {
  let held = ''
  let isBefore = true
  for (const piece of pieces) {
    if (!isBefore) {
      yield piece
      continue
    }
    held += piece
    let done = ''
    for (let end = held.indexOf('\n'); isBefore && end >= 0; end = held.indexOf('\n')) {
      const line = held.slice(0, end + 1)
      const { text, isRoot } = maskedLine(line)
      isBefore = !isRoot
      done += text
      held = held.slice(end + 1)
    }
    // A line without an end is held back, but a root may be all in one line.
    if (isBefore && held.length > MAX_LINE) isBefore = false
    yield isBefore ? done : done + held
    if (!isBefore) held = ''
  }
  yield isBefore ? maskedLine(held).text : held
}

const MAX_LINE = 65_536

/** Ends of what is no part of another element; of suites, which may be within each other, that of the last one is. */
const END_OF_ROOT = new RegExp(`</${ANY_ROOT}\\s*>[^\\S\\n]*\\n`, 'g')
const IS_SUITE = /(?:test-?suite|assembly)\s*>/
/** `<info> starting`: what begins an element has no text behind it. */
const BEGINS_LIKE_TAG = /^\s*<[\w.:-]+(?:\s[^<>]*)?>[^\S\n]*[^\s<]/
const BEGINS_WITH_TAG = /^\s*<[\p{L}_:/]/u
const DECLARES = /^\s*<(?:\?|!DOCTYPE|!--.*-->)/
/** Markup of a log: an element in a line of its own, with a text or empty. */
const MARKUP = /^\s*<([\w.:-]+)(?:\s[^<>]*)?(?:>[^<>]*<\/\1\s*>|\/>)[^<>]*$/
const TAG_NAME = /<([A-Za-z_][\w.:-]*)/g

/**
 * The document without the tags of all lines of a log before and behind its roots, where these say `<info>` or name a root
 * themselves; null where there are none, or where an end tag belongs to one of them, so that it may begin an element.
 */
export function withoutLogLines(text: string): string | null {
  const names = new Set<string>()
  let done = ''
  let at = 0
  let isMasked = false
  const maskLines = () => {
    while (at < text.length) {
      const end = text.indexOf('\n', at) + 1 || text.length
      const line = text.slice(at, end)
      if (line.length > MAX_LINE) return
      if (/\S/.test(line) && !DECLARES.test(line) && !isMarkup(line)) {
        const isLog = (!BEGINS_WITH_TAG.test(line) || BEGINS_LIKE_TAG.test(line)) && !/<\/|\/>/.test(line)
        if (!isLog) return
        for (const [, name = ''] of line.matchAll(TAG_NAME)) names.add(name)
        isMasked ||= line.includes('<')
        done += line.replaceAll('<', ' ')
      } else done += line
      at = end
    }
  }
  maskLines()
  const start = at
  const ends = [...text.slice(start).matchAll(END_OF_ROOT)]
  for (const [position, { 0: end, index }] of ends.entries()) {
    if (IS_SUITE.test(end) && position < ends.length - 1) continue
    const behind = start + index + end.length
    if (behind < at) continue
    done += text.slice(at, behind)
    at = behind
    maskLines()
  }
  done += text.slice(at)
  const isBegun = (name: string) => countIn(done, `</${name}`) > countIn(done, `<${name}`)
  return !isMasked || names.size > MAX_NAMES || [...names].some(isBegun) ? null : done
}

/** A log that names more is read as it is. */
const MAX_NAMES = 20

function isMarkup(line: string): boolean {
  return MARKUP.test(line) && !ROOT.test(line)
}

function countIn(text: string, tag: string): number {
  let count = 0
  for (let at = text.indexOf(tag); at >= 0; at = text.indexOf(tag, at + 1))
    if (!/[\w.:-]/.test(text.charAt(at + tag.length))) count++
  return count
}

/** A line, the tags before its root made harmless; `isRoot` where the document begins in it. */
function maskedLine(line: string): { readonly text: string; readonly isRoot: boolean } {
  const root = ROOT.exec(line)
  const start = line.trimStart()
  // Outside of an element there are no sections.
  if (start.startsWith('<') && !start.startsWith('<![CDATA['))
    return { text: line, isRoot: root !== null || !/^<[?!]/.test(start) }
  const end = root?.index ?? line.length
  return { text: line.slice(0, end).replaceAll('<', ' ') + line.slice(end), isRoot: root !== null }
}
