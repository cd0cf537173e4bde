import { isBad, type TestOutcome } from '../test-result.ts'
import { endingBy, hasFailed, outcomeOf } from './outcome-words.ts'
import { countOf, joined, type ReportBuilder, secondsOf } from './report-builder.ts'
import { around, childrenOf, outersOf, textOf, type XmlElement, type XmlFormat } from './xml-element.ts'

/** NUnit 2 (`test-results`) and 3 (`test-run`). */
export function nunitXml(report: ReportBuilder): XmlFormat {
  /** What has something bad in it. */
  const redIn = new Set<XmlElement>()
  /** How many tests are bad: what fails in a suite is not counted. */
  let shown = 0
  const faultsIn = new Map<XmlElement, { readonly message: string; readonly isFailure: boolean }>()
  /** Each element around it, and itself. */
  const redden = (element: XmlElement) => {
    for (const outer of [...outersOf(element), element]) redIn.add(outer)
  }

  return {
    wants: ({ name, parent }) =>
      name === 'test-case' || ((name === 'failure' || name === 'reason') && parent?.name === 'test-suite'),
    take: (element) => {
      if (element.name !== 'test-case') {
        // An assembly that could not be loaded has only a reason.
        if (element.parent && (element.name === 'failure' || !faultsIn.has(element.parent)))
          faultsIn.set(element.parent, { message: messageIn(element), isFailure: element.name === 'failure' })
        return
      }
      const ending = endingOf(element)
      if (isBad(ending.result)) {
        redden(element)
        shown++
      }
      const { name = '', duration, time } = element.attributes
      report.add({
        classname: classnameOf(element),
        name,
        ...ending,
        runTimeSeconds: secondsOf(duration ?? time),
        source: sourceOf(element),
        attachments: [...attachmentsOf(element), ...element.attachments],
      })
    },
    leave: (element) => {
      const { message = '', isFailure = false } = faultsIn.get(element) ?? {}
      faultsIn.delete(element)
      const { result = '', site = '' } = element.attributes
      // What failed with the suite around it is told there.
      const isOwn = SUITES.has(element.name) && !/^parent$/i.test(site)
      const isUnshown = isOwn && hasFailed(result) && !redIn.has(element)
      if (isUnshown || (isFailure && isOwnFault(element, message))) {
        const { name = element.parent ? 'suite' : 'Test run', fullname } = element.attributes
        redden(element)
        report.add({
          classname: fullname ?? name,
          name,
          result: 'error',
          runTimeSeconds: 0,
          isOfTag: message === '',
          message: message || `the report says result="${result}", and no test in it shows why`,
          source: sourceOf(element),
        })
      }
      if (element.parent === null) {
        const { failed, failures, errors } = element.attributes
        report.compareFailures(Math.max(countOf(failed), countOf(failures) + countOf(errors)), shown)
      }
    },
    end: () => {},
  }
}

const SUITES: ReadonlySet<string> = new Set(['test-suite', 'test-run', 'test-results'])

/** Whether the failure of a suite is more than that of the tests in it: of what it does before or after them. */
function isOwnFault({ attributes }: XmlElement, message: string): boolean {
  const { site } = attributes
  if (site !== undefined) return !/^(?:child|parent|test)$/i.test(site)
  return !/^(?:|one or more child tests had errors.*|child test failed)$/i.test(message.trim())
}

function endingOf(element: XmlElement): { readonly result: TestOutcome; readonly message: string } {
  const { result = '', label = '', success, executed } = element.attributes
  const failure = childrenOf(element, 'failure')[0]
  const reason = textOf(childrenOf(element, 'reason')[0], 'message')
  const message = failure && textOf(failure, 'message') !== '' ? messageIn(failure) : reason
  // `Warning` of NUnit 3 does not make a run fail.
  const word = /^warning$/i.test(result.trim())
    ? 'passed'
    : result || (executed === 'False' ? 'NotRun' : (success ?? ''))
  const outcome = outcomeOf(word)
  const labelled = outcomeOf(label)
  if (outcome === 'failure' && labelled === 'error') return { result: 'error', message }
  // pytest-nunit has an empty one in all cases.
  const isFailure = textOf(failure, 'message') !== ''
  if (isFailure && (outcome === 'success' || outcome === undefined)) return { result: 'failure', message }
  if (outcome === 'success' && /^false$/i.test(success ?? '')) return { result: 'failure', message }
  return endingBy(word, { field: 'result', message, isDamaged: element.isDamaged })
}

function messageIn(failure: XmlElement): string {
  return joined(textOf(failure, 'message') || failure.text.trim(), textOf(failure, 'stack-trace'))
}

/** NUnit 2 has it in the full name of the case alone. */
function classnameOf(element: XmlElement): string {
  const { classname, fullname, name = '' } = element.attributes
  if (classname) return classname
  const full = /^([^(]+)\.[^.(]+(?:\(.*)?$/s.exec(fullname ?? name)?.[1]
  return full ?? around(element, (outer) => outer.name === 'test-suite')?.attributes.name ?? ''
}

function sourceOf(element: XmlElement): string | undefined {
  return outersOf(element).find(({ name, attributes }) => name !== 'test-run' && attributes.name)?.attributes.name
}

function attachmentsOf(element: XmlElement): readonly string[] {
  const attachments = childrenOf(childrenOf(element, 'attachments')[0], 'attachment')
  return attachments.map((attachment) => textOf(attachment, 'filepath')).filter((path) => path !== '')
}
