// node bench/xml.ts: the time that the XML scanner takes, beside that of saxes, for a report and for what is nasty.
import { SaxesParser } from 'saxes'
import { parseInvocation } from '../scripts/check/invocation.ts'
import { median } from '../scripts/measure/compared-times.ts'
import { scanXml } from '../src/domain/formats/xml.ts'

parseInvocation('node bench/xml.ts', {})
const RUNS = 7
const many = (unit: string, mib: number) => unit.repeat(Math.floor((mib * 1024 * 1024) / unit.length))

const CASE = `<testcase classname="tests.test_cart.TestCart" name="test_total[1-2]" time="0.001" file="tests/test_cart.py"/>\n`
const FAILED = `<testcase classname="tests.test_cart.TestCart" name="test_pays" time="0.2"><failure message="assert &lt;90&gt; == 91">${'    at Object.anonymous (src/cart.test.js:7:17)\n'.repeat(20)}</failure></testcase>\n`

const DOCUMENTS: Record<string, (mib: number) => string> = {
  'a report': (mib) => `<testsuite name="a">${many(CASE.repeat(4) + FAILED, mib)}</testsuite>`,
  'references in text': (mib) => `<a>${many('&amp;', mib)}</a>`,
  'references in a value': (mib) => `<a b="${many('&amp;', mib)}"/>`,
  'attributes of one element': (mib) => {
    let serial = 0
    return `<a${many(' b=""', mib).replaceAll('b', () => `b${serial++}`)}/>`
  },
  'CDATA sections': (mib) => `<a>${many('<![CDATA[]]>', mib)}</a>`,
  'carriage returns': (mib) => `<a>${many('\r', mib)}</a>`,
  'a comment without end': (mib) => `<a><!--${many('- ', mib)}`,
}

console.log('median milliseconds              1 MiB   10 MiB   saxes, 10 MiB')
for (const [name, documentOf] of Object.entries(DOCUMENTS)) {
  const [small, large] = [documentOf(1), documentOf(10)]
  const times = [timeOf(scan, small), timeOf(scan, large), timeOf(parseWithSaxes, large)]
  console.log(`${name.padEnd(30)} ${times.map((ms) => ms.toFixed(0).padStart(7)).join('  ')}`)
}

function timeOf(read: (document: string) => void, document: string): number {
  const times = Array.from({ length: RUNS }, () => {
    const startedAt = performance.now()
    read(document)
    return performance.now() - startedAt
  })
  return median(times)
}

function scan(document: string): void {
  scanXml(document, { open: () => {}, text: () => {}, close: () => {} })
}

function parseWithSaxes(document: string): void {
  const parser = new SaxesParser()
  for (const event of ['opentag', 'text', 'cdata', 'closetag'] as const) parser.on(event, () => {})
  // A comment without end is an error.
  parser.on('error', () => {})
  parser.write(document).close()
}
