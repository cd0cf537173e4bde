import { isBad, MAX_TEST_NAME_LENGTH, type TestOutcome } from '../test-result.ts'
import { endingBy, hasFailed } from './outcome-words.ts'
import { countOf, joined, type ReadTest, type ReportBuilder } from './report-builder.ts'
import { around, childrenOf, textOf, type XmlElement, type XmlFormat } from './xml-element.ts'

/** What the kinds of tests of Visual Studio call a result; the last is of a test that runs others in order. */
export const TRX_RESULTS: ReadonlySet<string> = new Set(
  ['unit', 'web', 'load', 'generic', 'manual'].map((kind) => `${kind}testresult`).concat('testresultaggregation'),
)

/** TRX of Visual Studio and `dotnet test`, whose definitions of the tests stand before or after their results. */
export function trxXml(report: ReportBuilder): XmlFormat {
  const results: { readonly test: ReadTest; readonly testId: string }[] = []
  const definitions = new Map<string, { readonly classname: string; readonly file: string }>()
  /** Of tests with several rows of data, whether one of these is bad; the rows stand for them. */
  const rows = new Map<XmlElement, boolean>()
  const runFaults: { readonly text: string; readonly isBad: boolean }[] = []
  let badParents = 0
  let moreFaults = 0
  let isRunBad = false
  let isAborted = false
  let counted = 0

  return {
    wants: (element) => {
      const { name, parent } = element
      return (
        TRX_RESULTS.has(name) || name === 'unittest' || isOfRun(element) || (name === 'counters' && parent !== null)
      )
    },
    take: (element) => {
      const { attributes } = element
      if (TRX_RESULTS.has(element.name)) {
        const { result, message } = endingOf(element)
        isAborted ||= IS_ABORTED.test(attributes.outcome ?? '')
        const outer = around(element, ({ name }) => TRX_RESULTS.has(name))
        if (outer) rows.set(outer, isBad(result) || rows.get(outer) === true)
        const isOfRows = rows.has(element) && (!isBad(result) || rows.get(element) === true)
        rows.delete(element)
        if (isOfRows) {
          // The counters have it beside its rows.
          if (isBad(result)) badParents++
          return
        }
        const test = {
          classname: '',
          name: attributes.testname ?? '',
          result,
          message,
          runTimeSeconds: secondsOfTime(attributes.duration ?? ''),
          attachments: [...filesOf(element), ...element.attachments],
        }
        results.push({ test, testId: attributes.testid ?? '' })
      } else if (element.name === 'unittest') {
        const method = childrenOf(element, 'testmethod')[0]
        const classname = method?.attributes.classname?.split(',', 1)[0] ?? ''
        definitions.set(attributes.id ?? '', {
          // `none` is what JavaScript's writers of TRX have for it.
          classname: classname === 'none' ? '' : classname,
          // Its name is at its end, and many tests have the same.
          file: (method?.attributes.codebase ?? attributes.storage ?? '').slice(-MAX_TEST_NAME_LENGTH),
        })
      } else if (isOfRun(element)) {
        const text = textOf(element, 'text')
        // Its writers always say how bad it is.
        if (runFaults.length >= MAX_RUN_FAULTS) moreFaults++
        else runFaults.push({ text, isBad: hasFailed(attributes.outcome ?? 'error') && !ECHO.test(text) })
      } else {
        isAborted ||= countOf(attributes.passedbutrunaborted) > 0
        counted =
          countOf(attributes.failed) +
          countOf(attributes.error) +
          countOf(attributes.timeout) +
          countOf(attributes.aborted)
      }
    },
    leave: ({ name, attributes }) => {
      if (name !== 'resultsummary') return
      isRunBad = hasFailed(attributes.outcome)
      isAborted ||= IS_ABORTED.test(attributes.outcome ?? '')
    },
    end: () => {
      for (const { test, testId } of results) {
        const definition = definitions.get(testId)
        const file = definition?.file ?? ''
        report.add({ ...test, classname: definition?.classname ?? '', file, source: baseName(file) })
      }
      const failed = results.filter(({ test }) => isBad(test.result))
      const isBroken = failed.length === 0 && isRunBad
      const isShown = (cleanup: string) => failed.some(({ test }) => test.message.startsWith(cleanup))
      const own = runFaults
        .filter(({ text, isBad }) => isBroken || (isBad && !isShown(CLEANUP.exec(text)?.[1] ?? text)))
        .map(({ text }) => text)
      if (moreFaults > 0) own.push(`and ${moreFaults} more`)
      // Other tests may not have run.
      if (isAborted) own.push('the run was aborted')
      if (isBroken || own.length > 0)
        report.add({
          classname: '',
          name: 'Test run',
          result: 'error',
          runTimeSeconds: 0,
          message: own.join('\n'),
          isOfTag: own.length === 0,
        })
      if (!isBroken) report.compareFailures(counted, failed.length + badParents)
    },
  }
}

/** Each is looked for in what the tests say. */
const MAX_RUN_FAULTS = 500

/** What the run says of itself, be its own tag or that of the list damaged. */
function isOfRun({ name, parent }: XmlElement): boolean {
  return name === 'runinfo' || parent?.name === 'runinfos'
}

/** In the outcome of a test that passed before that, or of the run. */
const IS_ABORTED = /^\s*(?:passedbutrun)?aborted\s*$/i

/** That a test failed is told as an error of the run, too: by xUnit.net, and by Microsoft.Testing.Platform, whose 2 is that. */
const ECHO = /^\s*(?:\[xUnit\.net [^\]]*\].*\[FAIL\]\s*$|Exit code indicates failure: '2')/

/**
 * What xUnit.net could not clean up, as its adapter logs it, with the type of the exception behind it: `[Test Class Cleanup
 * Failure (Shop.CartTest)] System.Exception`. The tests it belongs to fail with a message that begins with the brackets.
 */
const CLEANUP = /^\s*\[xUnit\.net [^\]]*\]\s*(\[Test [\w ]*Cleanup Failure \(.*\)\])/

function endingOf(element: XmlElement): { readonly result: TestOutcome; readonly message: string } {
  const info = childrenOf(childrenOf(element, 'output')[0], 'errorinfo')[0]
  const message = joined(textOf(info, 'message'), textOf(info, 'stacktrace'))
  // The writer leaves out what it takes for the usual outcome, and that is a failure.
  const word = element.attributes.outcome ?? 'Failed'
  const isWarning = /^warning$/i.test(word.trim())
  return endingBy(isWarning ? 'passed' : word, { field: 'outcome', message, isDamaged: element.isDamaged })
}

function filesOf(element: XmlElement): readonly string[] {
  const files = childrenOf(childrenOf(element, 'resultfiles')[0], 'resultfile')
  return files.flatMap(({ attributes }) => attributes.path || [])
}

/** `00:01:02.5000000`, after days and a dot where it took so long. */
function secondsOfTime(time: string): number {
  const match = /^(?:(\d+)\.)?(\d+):(\d+):(\d+(?:[.,]\d+)?)$/.exec(time.trim())
  if (!match) return 0
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(1)
    .map((part) => Number((part ?? '0').replace(',', '.')))
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
}
