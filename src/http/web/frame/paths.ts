import { encodePath } from '../../../domain/artifacts/artifact.ts'
import { type Project, type Slug, slugText, vcsUrlFor } from '../../../domain/project.ts'

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

/** A commit at the version-control host. */
export function commitUrlFor(project: Project, revision: string): string {
  // Bitbucket alone says "commits".
  return `${vcsUrlFor(project)}/${project.vcs === 'bb' ? 'commits' : 'commit'}/${encodeURIComponent(revision)}`
}

/** An address that came from outside, if it is one that a link may lead to. */
export function safeUrl(url: string): string | null {
  return /^https?:\/\//i.test(url) ? url : null
}
