import { type Slug, slugText } from '../../domain/project.ts'
import { Copyable } from './parts.tsx'

/** The command that makes a project. */
export function createProjectCommand(origin: string, slug: string): string {
  const body = linesOf({ slug, visibility: 'private', default_branch: 'main' })
  return curl('POST', `${origin}/api/buildpass/v1/projects`, `-d '${body}'`)
}

/** The command that reports a project's first build, from a checkout of its code. */
export function reportBuildCommand(origin: string, slug: string): string {
  const told = {
    external_id: 'first-build',
    status: 'success',
    job: { name: 'test' },
    workflow: { external_id: 'first-workflow', name: 'ci' },
    pipeline: { external_id: 'first-push', branch: 'BRANCH', revision: 'REVISION' },
  }
  // The quotes are closed around what the shell fills in.
  const body = linesOf(told)
    .replace('BRANCH', `'"$(git branch --show-current)"'`)
    .replace('REVISION', `'"$(git rev-parse HEAD)"'`)
  return curl('POST', `${origin}/api/buildpass/v1/projects/${slug}/builds`, `-d '${body}'`)
}

/** JSON with a line for each field: short enough to be read. */
function linesOf(value: Record<string, unknown>): string {
  const fields = Object.entries(value).map(([name, field]) => `    "${name}": ${JSON.stringify(field)}`)
  return `{\n${fields.join(',\n')}\n  }`
}

function curl(method: string, url: string, data: string): string {
  const headers = ['-H "Authorization: Bearer $BUILDPASS_TOKEN"', "-H 'Content-Type: application/json'"]
  return [`curl -X ${method} '${url}'`, ...headers, data].join(' \\\n  ')
}

/** How to report a first build. */
export function ReportFirstBuild({ origin, project }: { origin: string; project: Slug }) {
  return (
    <Copyable
      id="report-build"
      label="Command that reports a build"
      text={reportBuildCommand(origin, slugText(project))}
      block
    />
  )
}
