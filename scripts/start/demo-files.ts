// The artifacts and test reports of the demo's builds.
import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { crc32, deflateSync } from 'node:zlib'
import { ZipFile } from 'yazl'
import type { ReportedStatus } from '../../src/domain/builds/build.ts'
import type { JobName } from './demo-content.ts'

export type DemoFile = {
  readonly path: string
  readonly nodeIndex: number
  readonly contentType: string
  readonly bytes: Uint8Array
}

/** What a finished build of that job uploads; the showcase adds a large file and names that need care. */
export function artifactsFor(job: JobName, isShowcase: boolean): readonly DemoFile[] {
  switch (job) {
    case 'lint':
    case 'audit':
      return []
    case 'test':
      return [
        ...(isShowcase ? [] : [file('coverage/index.html', 'text/html', coveragePage())]),
        file('coverage/coverage.png', 'image/png', barsPng([91, 88, 97, 72, 84, 95, 66, 90])),
        file('logs/test.log', 'text/plain', 'node 0: 118 tests in 41 files\n'),
        file('logs/test.log', 'text/plain', 'node 1: 114 tests in 40 files\n', 1),
      ]
    case 'package':
      return [file('dist/manifest.json', 'application/json', '{"name":"web","files":["app.js","app.css"]}\n')]
    case 'end-to-end':
      return [
        file('screenshots/checkout.png', 'image/png', barsPng([20, 40, 60, 80, 100])),
        file('screenshots/mobile/checkout.png', 'image/png', barsPng([100, 60, 20]), 1),
      ]
    case 'deploy':
      return [
        file('deploy.log', 'text/plain', 'uploading … done\nhealth check … 200\n'),
        ...(isShowcase ? showcase() : []),
      ]
  }
}

/** The reports that the showcase's builds send, each as a pack of many files. */
export const DEMO_PACKS: Partial<Record<JobName, string>> = { test: 'coverage', 'end-to-end': 'playwright-report' }

/** The folder of a real report, zipped. */
export function zipOfReport(folder: string): Promise<Buffer> {
  const zip = new ZipFile()
  for (const entry of readdirSync(join(REPORTS, folder), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) zip.addFile(path, path.slice(REPORTS.length + 1).replaceAll('\\', '/'))
  }
  zip.end()
  return buffer(zip.outputStream)
}

function showcase(): readonly DemoFile[] {
  return [
    file('release/web.tar', 'application/octet-stream', randomBytes(6 * 1024 * 1024)),
    file('report with spaces.txt', 'text/plain', 'A name with spaces.\n'),
    file('naïve – 数据.csv', 'text/csv', 'région,数量\nÎle-de-France,12\n'),
    file('100% done+really #1.txt', 'text/plain', 'A name that has to be percent-encoded.\n'),
    file('logs/regions/eu/west.log', 'text/plain', 'eu-west: healthy\n'),
    file('logs/regions/eu/west.log', 'text/plain', 'eu-west, second node: healthy\n', 1),
  ]
}

const REPORTS = join(import.meta.dirname, 'reports')

/** An HTML report as its tool wrote it: scripts/start/reports/README.md says how. */
function file(path: string, contentType: string, content: string | Uint8Array, nodeIndex = 0): DemoFile {
  const isText = typeof content === 'string'
  const bytes = isText ? new TextEncoder().encode(content) : content
  return { path, nodeIndex, contentType: isText ? `${contentType}; charset=utf-8` : contentType, bytes }
}

export type DemoReport = { readonly contentType: string; readonly body: string }

/** The test report of a finished build of that job: JUnit from `test`, JSON from `end-to-end`, none from the others. */
export function testReportFor(job: JobName, status: ReportedStatus): DemoReport | null {
  const isRed = status === 'failed'
  if (status !== 'success' && !isRed) return null
  if (job === 'test') return { contentType: 'application/xml', body: junitReport(isRed) }
  if (job === 'end-to-end') return { contentType: 'application/json', body: jsonReport(isRed) }
  return null
}

function junitReport(isRed: boolean): string {
  const failure = isRed
    ? '<failure message="expected 12.30 to be 12.31" type="AssertionError">AssertionError: expected 12.30 to be 12.31\n    at price.test.ts:48:5</failure>'
    : ''
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="web" tests="5" failures="${isRed ? 1 : 0}" time="1.204">
  <testsuite name="test/price.test.ts" tests="3" failures="${isRed ? 1 : 0}" time="0.812">
    <testcase classname="price" name="adds the tax &amp; the discount" time="0.214" file="test/price.test.ts"/>
    <testcase classname="price" name="rounds each line" time="0.498" file="test/price.test.ts">${failure}</testcase>
    <testcase classname="price" name="reads an empty basket as zero" time="0.1" file="test/price.test.ts"/>
  </testsuite>
  <testsuite name="test/address.test.ts" tests="2" time="0.392">
    <testcase classname="address" name="names the field that is wrong" time="0.392" file="test/address.test.ts"/>
    <testcase classname="address" name="knows the postcodes of Jersey" time="0" file="test/address.test.ts"><skipped/></testcase>
  </testsuite>
</testsuites>
`
}

function jsonReport(isRed: boolean): string {
  const pay = isRed
    ? { result: 'failure', message: 'Timed out after 30 s waiting for the button "Pay now"' }
    : { result: 'success' }
  return JSON.stringify({
    tests: [
      { name: 'finds a product', classname: 'shop', result: 'success', run_time: 4.1, file: 'e2e/shop.spec.ts' },
      { name: 'pays by card', classname: 'checkout', run_time: 31.2, file: 'e2e/checkout.spec.ts', ...pay },
      { name: 'pays by invoice', classname: 'checkout', result: 'skipped', file: 'e2e/checkout.spec.ts' },
    ],
  })
}

function coveragePage(): string {
  const rows = [
    ['src/price.ts', 97],
    ['src/address.ts', 91],
    ['src/payment.ts', 66],
  ]
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Coverage</title>
<h1>Coverage: 88 %</h1>
<table><tr><th>File<th>Lines</tr>${rows.map(([name, percent]) => `<tr><td>${name}<td>${percent} %</tr>`).join('')}</table>
<script>document.title += ' (a script ran)'</script>
</html>
`
}

const BAR_WIDTH = 24
const BAR_HEIGHT = 100

/** A bar chart as a PNG (8-bit RGB, no filter). */
function barsPng(percents: readonly number[]): Uint8Array {
  const width = percents.length * BAR_WIDTH
  const rows = Array.from({ length: BAR_HEIGHT }, (_, y) => {
    const row = Buffer.alloc(1 + width * 3, 0xff)
    row[0] = 0
    for (let x = 0; x < width; x++) {
      const percent = percents[Math.floor(x / BAR_WIDTH)] ?? 0
      if (x % BAR_WIDTH > 3 && BAR_HEIGHT - y <= percent) row.set([0x2d, 0x8a, 0x55], 1 + x * 3)
    }
    return row
  })
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(BAR_HEIGHT, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
  const chunks = [pngChunk('IHDR', header), pngChunk('IDAT', deflateSync(Buffer.concat(rows))), pngChunk('IEND')]
  return Buffer.concat([signature, ...chunks])
}

function pngChunk(type: string, content: Uint8Array = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content])
  const chunk = Buffer.alloc(body.length + 8)
  chunk.writeUInt32BE(content.length, 0)
  chunk.set(body, 4)
  chunk.writeUInt32BE(crc32(body), body.length + 4)
  return chunk
}
