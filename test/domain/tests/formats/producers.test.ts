import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readTestReport } from '../../../../src/domain/tests/formats/read-report.ts'
import type { TestResult } from '../../../../src/domain/tests/test-result.ts'

const REPORTS = resolve(import.meta.dirname, '../../../fixtures/test-reports')

type Outcome = TestResult['result'] | 'flaky'
/** By the name of a case; several cases may have the same. */
type Outcomes = Readonly<Record<string, Outcome | readonly Outcome[]>>
type Fixture = {
  /** What the producer's console said. */
  readonly outcomes: Outcomes
  /** What its report says, where that is less or something else: then `why` tells what. */
  readonly reads?: Outcomes
  readonly why?: string
  /** Whether the report counts failures that it does not show; not asked where it is left out. */
  readonly warns?: boolean
}
type Producer = { readonly producer: string; readonly files: Readonly<Record<string, Fixture>> }

const { producers }: { readonly producers: readonly Producer[] } = JSON.parse(
  readFileSync(join(REPORTS, 'producers.json'), 'utf8'),
)
const FIXTURES = producers.flatMap(({ producer, files }) =>
  Object.entries(files).map(([file, fixture]) => ({ path: `${producer}/${file}`, ...fixture })),
)

describe('what the producers themselves wrote', () => {
  it.each(FIXTURES)('$path has the outcomes that its producer told', ({ path, outcomes, reads, warns }) => {
    const reading = readTestReport(readFileSync(join(REPORTS, path)), null)
    if (!reading.ok) throw new Error(reading.problem)
    expect(linesOf(reading.report.tests)).toEqual(expectedLines(reads ?? outcomes))
    const isWarned = /the report counts \d+ failures?, its cases show \d/.test(reading.report.warnings.join())
    if (warns !== undefined) expect(isWarned).toBe(warns)
  })

  it('are 30 producers and 120 outcomes at least, and each of their files is listed', () => {
    const folders = readdirSync(REPORTS, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    const files = folders.flatMap(({ name }) => readdirSync(join(REPORTS, name)).map((file) => `${name}/${file}`))
    expect(FIXTURES.map(({ path }) => path).sort()).toEqual(files.sort())
    expect(producers.length).toBeGreaterThanOrEqual(30)
    expect(FIXTURES.flatMap(({ outcomes }) => Object.values(outcomes).flat()).length).toBeGreaterThanOrEqual(120)
  })

  it('differ from what the console said only where the manifest says why', () => {
    for (const { path, reads, why } of FIXTURES) expect([path, why !== undefined]).toEqual([path, reads !== undefined])
  })
})

/** Names without their ordinals: which of two cases of the same name is the first is not the producer's word. */
function linesOf(tests: readonly TestResult[]): readonly string[] {
  return tests
    .map(({ name, result, isFlaky }) => `${name.replace(/ \(\d+\)$/, '')}: ${isFlaky ? 'flaky' : result}`)
    .sort()
}

function expectedLines(outcomes: Outcomes): readonly string[] {
  return Object.entries(outcomes)
    .flatMap(([name, outcome]) => [outcome].flat().map((one) => `${name}: ${one}`))
    .sort()
}
