/** The roots of the formats, as they are written where lines of a log stand before them. */
const ROOT =
  /<(?:[\w-]+:)?(?:testsuites?|testrun|TestRun|test-run|test-results|test-suite|assemblies|assembly|testng-results)[\s>]/

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

/** A line, the tags before its root made harmless; `isRoot` where the document begins in it. */
function maskedLine(line: string): { readonly text: string; readonly isRoot: boolean } {
  const root = ROOT.exec(line)
  const start = line.trimStart()
  if (start.startsWith('<')) return { text: line, isRoot: root !== null || !/^<[?!]/.test(start) }
  const end = root?.index ?? line.length
  return { text: line.slice(0, end).replaceAll('<', ' ') + line.slice(end), isRoot: root !== null }
}
