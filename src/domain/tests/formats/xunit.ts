import { isBad, type TestOutcome } from '../test-result.ts'
import { endingBy, outcomeOf } from './outcome-words.ts'
import { countOf, joined, type ReportBuilder, secondsOf } from './report-builder.ts'
import { around, childrenOf, textOf, type XmlElement, type XmlFormat } from './xml-element.ts'

/** xUnit.net: v1 has classes in an assembly, v2 collections, and errors of what happens around the tests. */
export function xunitXml(report: ReportBuilder): XmlFormat {
  const shownIn = new Map<XmlElement, number>()
  const countShown = (element: XmlElement) => {
    const assembly = around(element, isAssembly)
    if (assembly) shownIn.set(assembly, (shownIn.get(assembly) ?? 0) + 1)
  }

  return {
    wants: ({ name, attributes, parent }) =>
      // In a suite of TestNG, which a line of a log may have put here, it holds tests.
      (name === 'test' && (parent?.name !== 'suite' || 'result' in attributes)) ||
      (name === 'error' && parent?.name === 'errors') ||
      (name === 'failure' && parent?.name === 'class'),
    take: (element) => {
      const { attributes } = element
      const source = around(element, isAssembly)?.attributes.name
      if (element.name === 'test') {
        const ending = endingOf(element)
        if (isBad(ending.result)) countShown(element)
        report.add({
          classname: attributes.type ?? '',
          name: attributes.name ?? '',
          ...ending,
          runTimeSeconds: secondsOf(attributes.time),
          file: attributes['source-file'],
          source,
          attachments: element.attachments,
        })
        return
      }
      const name = attributes.name || element.parent?.attributes.name || attributes.type || source || 'assembly'
      const failure = element.name === 'error' ? childrenOf(element, 'failure')[0] : element
      countShown(element)
      report.add({
        classname: name,
        name,
        result: 'error',
        runTimeSeconds: 0,
        message: failure ? messageIn(failure) : element.text.trim(),
        source,
      })
    },
    leave: (element) => {
      if (!isAssembly(element)) return
      report.compareFailures(
        countOf(element.attributes.failed) + countOf(element.attributes.errors),
        shownIn.get(element) ?? 0,
      )
      shownIn.delete(element)
    },
    end: () => {},
  }
}

function isAssembly({ name }: XmlElement): boolean {
  return name === 'assembly'
}

function endingOf(element: XmlElement): { readonly result: TestOutcome; readonly message: string } {
  const failure = childrenOf(element, 'failure')[0]
  const reason = childrenOf(element, 'reason')[0]
  const message = failure ? messageIn(failure) : textOf(reason, 'message') || (reason?.text.trim() ?? '')
  const word = element.attributes.result ?? ''
  if (failure && outcomeOf(word) !== 'error') return { result: 'failure', message }
  return endingBy(word, { field: 'result', message, isDamaged: element.isDamaged })
}

function messageIn(failure: XmlElement): string {
  const message = textOf(failure, 'message') || failure.text.trim() || (failure.attributes['exception-type'] ?? '')
  return joined(message, textOf(failure, 'stack-trace'))
}
