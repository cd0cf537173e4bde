import { encodePath } from '../../../domain/artifacts/artifact.ts'
import { type Slug, slugText } from '../../../domain/project.ts'
import { reportWayFor } from '../../json/artifact-url.ts'

/** Where a project's page is. Names of organizations and repositories need no escaping. */
export function projectPath(slug: Slug): string {
  return `/${slugText(slug)}`
}

export function branchPath(slug: Slug, branch: string): string {
  return `${projectPath(slug)}?branch=${encodeURIComponent(branch)}`
}

export function pipelinePath(slug: Slug, number: number): string {
  return `${projectPath(slug)}?pipeline=${number}`
}

export function buildPath(slug: Slug, num: number): string {
  return `${projectPath(slug)}/${num}`
}

/** What a step of a build printed. */
export function stepLogPath(slug: Slug, num: number, step: number): string {
  return `${buildPath(slug, num)}/steps/${step}/log`
}

/** The tests of a project. */
export function testsPath(slug: Slug): string {
  return `${projectPath(slug)}/tests`
}

/** One test, with its last runs. */
export function testPath(slug: Slug, id: number): string {
  return `${testsPath(slug)}/${id}`
}

/** Where a signed-in person, or anybody for a public project, downloads a file. */
export function filePath(slug: Slug, num: number, file: { nodeIndex: number; path: string }): string {
  return `${buildPath(slug, num)}/artifacts/${file.nodeIndex}/${encodePath(file.path)}`
}

/** Where a member makes a link to a file. */
export function sharedFilePath(slug: Slug, num: number, file: { nodeIndex: number; path: string }): string {
  return `${buildPath(slug, num)}/share/${file.nodeIndex}/${encodePath(file.path)}`
}

/** The share links of a project. */
export function sharesPath(slug: Slug): string {
  return `${projectPath(slug)}/shares`
}

/** Where the same shows it, in place of saving it. */
export function shownPath(slug: Slug, num: number, file: { nodeIndex: number; path: string }): string {
  return reportWayFor(slug, num, file.nodeIndex) + encodePath(file.path)
}

/** An address that came from outside, if it is one that a link may lead to. */
export function safeUrl(url: string): string | null {
  return /^https?:\/\//i.test(url) ? url : null
}
