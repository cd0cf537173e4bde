import { wordTable } from '../../formats/word-table.ts'
import { junitXml } from './junit.ts'
import { nunitXml } from './nunit.ts'
import type { ReportBuilder } from './report-builder.ts'
import type { ROOT_NAMES } from './root-names.ts'
import { testngXml } from './testng.ts'
import { trxXml } from './trx.ts'
import { isOneOff, type XmlElement, type XmlFormat } from './xml-element.ts'
import { xunitXml } from './xunit.ts'

export type OpenFormat = (report: ReportBuilder) => XmlFormat

export type RootName = Lowercase<(typeof ROOT_NAMES)[number]>

type Root = {
  /** The format that the root begins; null where only what stands in it tells. */
  readonly format: OpenFormat | null
  /** What stands right in it, and of which format it is: that tells, too, where the name of the root is damaged. */
  readonly holds: ReadonlyMap<string, OpenFormat>
  /** Whether it is a root of ours and not of others, by its attributes. */
  readonly isOurs?: (attributes: XmlElement['attributes']) => boolean
}

const IN_JUNIT = wordTable<OpenFormat>({ testsuite: junitXml, testcase: junitXml })
const IN_TRX = {
  results: trxXml,
  resultsummary: trxXml,
  testdefinitions: trxXml,
  testsettings: trxXml,
  times: trxXml,
}

/**
 * By which root a format is known. Other tools have a testsuite or testcase further inside and another way to say that it
 * failed, so only damage around it makes an inner element count as a root.
 */
const ROOTS: Readonly<Record<RootName, Root>> = {
  testsuites: { format: junitXml, holds: IN_JUNIT, isOurs: isNotOfCheck },
  testsuite: { format: junitXml, holds: IN_JUNIT, isOurs: isNotOfCheck },
  // A TestRun is of TRX, of CppUnit, or of others; Eclipse writes JUnit in a testrun.
  testrun: { format: null, holds: wordTable({ ...IN_TRX, testsuite: junitXml, 'test-suite': nunitXml }) },
  'test-run': { format: nunitXml, holds: wordTable<OpenFormat>({ 'test-suite': nunitXml }) },
  'test-results': { format: nunitXml, holds: wordTable<OpenFormat>({ 'test-suite': nunitXml }) },
  // NUnit's engine gives out a suite by itself, too; that of Allure says nowhere how it ended.
  'test-suite': {
    format: nunitXml,
    holds: wordTable<OpenFormat>({ 'test-suite': nunitXml, 'test-case': nunitXml, results: nunitXml }),
    isOurs: (attributes) => 'result' in attributes,
  },
  assemblies: { format: xunitXml, holds: wordTable<OpenFormat>({ assembly: xunitXml }) },
  assembly: {
    format: xunitXml,
    holds: wordTable<OpenFormat>({ class: xunitXml, collection: xunitXml, errors: xunitXml }),
    isOurs: (attributes) => 'total' in attributes,
  },
  'testng-results': { format: testngXml, holds: wordTable<OpenFormat>({ suite: testngXml }) },
}

const ENTRIES = Object.entries(ROOTS) as readonly (readonly [RootName, Root])[]

/** The format that begins with an element; `meant` is what the outermost element may be with a damaged name. */
export function formatOf(element: XmlElement, meant: readonly RootName[]): OpenFormat | undefined {
  const { parent, name, attributes } = element
  if (parent && isOutermost(parent)) {
    const isMeant = parent.parent === null ? meant : []
    const held = ENTRIES.map(([root, { format, holds }]) =>
      isMeant.includes(root) || (format === null && parent.name === root) ? holds.get(name) : undefined,
    )
    const format = held.find((one) => one !== undefined)
    if (format) return format
  }
  if (!isRoot(name) || !isOutermost(element)) return undefined
  const { format, isOurs } = ROOTS[name]
  return format !== null && isOurs?.(attributes) !== false ? format : undefined
}

/** Which roots an element may be with a damaged name: what is in it tells. */
export function rootsNear({ name, attributes, isDamaged }: XmlElement): readonly RootName[] {
  if (isRoot(name)) return []
  return ENTRIES.filter(([root, { isOurs }]) => {
    if (isOurs?.(attributes) === false) return false
    // Others write a test_suite.
    if (isOneOff(name, root)) return name.replace(/[-_.]/g, '') !== root
    // A part of the name was taken for an attribute, or an attribute for a part of the name.
    return isDamaged && (name.startsWith(root) || root.startsWith(name))
  }).map(([root]) => root)
}

function isOutermost({ parent }: XmlElement): boolean {
  return parent === null || (parent.isDamaged && isOutermost(parent))
}

function isRoot(name: string): name is RootName {
  return Object.hasOwn(ROOTS, name)
}

/** libcheck's own XML, in which a test says by an attribute how it ended. */
function isNotOfCheck({ xmlns = '' }: XmlElement['attributes']): boolean {
  return !xmlns.includes('check.sourceforge')
}
