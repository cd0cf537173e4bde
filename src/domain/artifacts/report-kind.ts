import { fileNameOf } from './artifact.ts'

/** The reports that are known by the files that their tools write. */
export const REPORT_KINDS = {
  playwright: { name: 'Playwright', icon: 'screen', marks: ['trace/index.html', 'trace/sw.bundle.js'] },
  coverage: { name: 'Coverage', icon: 'chart', marks: ['prettify.js', 'sorter.js', 'block-navigation.js'] },
  lcov: { name: 'Coverage', icon: 'chart', marks: ['gcov.css', 'amber.png'] },
  'coverage.py': { name: 'Coverage', icon: 'chart', marks: ['class_index.html', 'function_index.html'] },
  allure: { name: 'Allure', icon: 'check', marks: ['widgets/summary.json', 'widgets/statistic.json'] },
  vitest: { name: 'Vitest', icon: 'check', marks: ['html.meta.json.gz', 'html.meta.json'] },
  storybook: { name: 'Storybook', icon: 'screen', marks: ['iframe.html'] },
  typedoc: { name: 'TypeDoc', icon: 'list', marks: ['assets/navigation.js', 'assets/hierarchy.js'] },
  javadoc: { name: 'Javadoc', icon: 'list', marks: ['element-list', 'package-list', 'member-search-index.js'] },
  gradle: { name: 'Tests', icon: 'check', marks: ['css/base-style.css', 'js/report.js'] },
  docs: { name: 'Documentation', icon: 'list', marks: ['searchindex.js', 'objects.inv', 'search-index.js'] },
} as const satisfies Record<string, Kind>

type Kind = {
  readonly name: string
  /** Of those that pages have. */
  readonly icon: 'screen' | 'chart' | 'check' | 'list'
  /** Files beside its index.html, of which one is enough. */
  readonly marks: readonly string[]
}

export type ReportKind = keyof typeof REPORT_KINDS

/** By the name of the folder where no file tells: tools write them there unless told otherwise. */
const BY_FOLDER: readonly (readonly [ReportKind, RegExp])[] = [
  ['playwright', /playwright/i],
  ['allure', /allure/i],
  ['storybook', /storybook/i],
  ['vitest', /vitest/i],
  ['typedoc', /typedoc/i],
  ['javadoc', /(?:java-?doc|apidocs|dokka)/i],
  ['coverage', /(?:coverage|lcov|htmlcov|jacoco)/i],
]

/** All the files, beside an index.html, that tell a kind. */
export const REPORT_MARKS: readonly string[] = Object.values(REPORT_KINDS).flatMap(({ marks }) => [...marks])

export const INDEX = 'index.html'

/** The kind of a report in that folder (which ends in a slash, or is empty), by its marks that are there. */
export function reportKindOf(folder: string, hasMark: (mark: string) => boolean): ReportKind | null {
  const kinds = Object.entries(REPORT_KINDS) as [ReportKind, Kind][]
  const told = kinds.find(([, { marks }]) => marks.some(hasMark))
  return told?.[0] ?? BY_FOLDER.find(([, name]) => name.test(folder))?.[0] ?? null
}

/** Whether a file is what a folder shows as its report. */
export function isReportIndex(path: string): boolean {
  return path === INDEX || path.endsWith(`/${INDEX}`)
}

/** The folder of an index.html: empty for that of a node's root, and else with a slash at its end. */
export function folderOfIndex(path: string): string {
  return path.slice(0, -INDEX.length)
}

/** What a file that is shown is called: an index.html as its folder, where it has one. */
export function reportNameOf(path: string): string {
  const folder = isReportIndex(path) ? folderOfIndex(path).slice(0, -1) : ''
  return fileNameOf(folder || path)
}

type AtPath = { readonly nodeIndex: number; readonly path: string }

/** Of all index.html those in no folder of another. */
export function topmost<T extends AtPath>(indexes: readonly T[]): readonly T[] {
  const folders = new Set(indexes.map(({ nodeIndex, path }) => `${nodeIndex}/${folderOfIndex(path)}`))
  return indexes.filter(({ nodeIndex, path }) => {
    const folder = folderOfIndex(path)
    // Each folder around it, from the root.
    for (let end = 0; end < folder.length; end = folder.indexOf('/', end) + 1)
      if (folders.has(`${nodeIndex}/${folder.slice(0, end)}`)) return false
    return true
  })
}
