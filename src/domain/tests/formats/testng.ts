import type { TestAttempt, TestOutcome } from '../test-result.ts'
import { isBad, MAX_ATTEMPTS, MAX_TEST_NAME_LENGTH } from '../test-result.ts'
import { endingBy } from './outcome-words.ts'
import { countOf, joined, type ReportBuilder } from './report-builder.ts'
import { around, childrenOf, textOf, type XmlElement, type XmlFormat } from './xml-element.ts'

/** TestNG's own report, in which each attempt at a test is an element, and so is what is done before and after tests. */
export function testngXml(report: ReportBuilder): XmlFormat {
  /** Attempts that were made again, until the last one comes. */
  const retried = new Map<string, { readonly element: XmlElement; readonly attempts: TestAttempt[] }>()
  let shown = 0
  let counted = 0

  const add = (element: XmlElement, attempts: readonly TestAttempt[]) => {
    const { attributes } = element
    const ending = endingOf(element)
    const isConfig = attributes['is-config'] === 'true'
    // What is done before and after tests is told of where it failed.
    if (isConfig && (ending.result === 'success' || ending.result === 'skipped')) return
    if (!isConfig && isBad(ending.result)) shown++
    report.add({
      classname: around(element, ({ name }) => name === 'class')?.attributes.name ?? '',
      name: attributes.name ?? '',
      ...(isConfig ? { ...ending, result: 'error' as const } : ending),
      runTimeSeconds: Number(attributes['duration-ms'] ?? 0) / 1_000,
      source: around(element, ({ name }) => name === 'suite')?.attributes.name,
      attempts,
      attachments: element.attachments,
    })
  }

  return {
    wants: ({ name }) => name === 'test-method',
    take: (element) => {
      const key = keyOf(element)
      const before = retried.get(key)?.attempts ?? []
      if (element.attributes.retried !== 'true') {
        retried.delete(key)
        add(element, before)
        return
      }
      // A retried attempt is shown as skipped.
      const { message } = endingOf(element)
      const attempts = before.length < MAX_ATTEMPTS ? [...before, { result: 'failure' as const, message }] : before
      retried.set(key, { element, attempts })
    },
    leave: ({ name, attributes }) => {
      if (name === 'testng-results') counted = countOf(attributes.failed)
    },
    end: () => {
      for (const { element, attempts } of retried.values()) {
        const failed = { ...element, attributes: { ...element.attributes, status: 'FAIL' } }
        add(failed, attempts.slice(0, -1))
      }
      report.compareFailures(counted, shown)
    },
  }
}

const MAX_KEY_LENGTH = 16_000

function keyOf(element: XmlElement): string {
  const { signature = '', name = '' } = element.attributes
  const values = childrenOf(childrenOf(element, 'params')[0], 'param').map((param) => textOf(param, 'value'))
  const outer = around(element, (one) => one.name === 'test')?.attributes.name ?? ''
  const parts = [outer, signature || name, ...values].map((part) => part.slice(0, MAX_TEST_NAME_LENGTH))
  // V8 tells longer keys of a map apart by comparing all of them.
  return JSON.stringify(parts).slice(0, MAX_KEY_LENGTH)
}

function endingOf(element: XmlElement): { readonly result: TestOutcome; readonly message: string } {
  const exception = childrenOf(element, 'exception')[0]
  const trace = textOf(exception, 'full-stacktrace') || textOf(exception, 'short-stacktrace')
  const message = joined(textOf(exception, 'message') || (exception?.attributes.class ?? ''), trace)
  const word = element.attributes.status ?? ''
  return endingBy(word, { field: 'status', message, isDamaged: element.isDamaged })
}
