import { type Role, type Slug, slugText } from '../../../domain/project.ts'
import { projectPath } from '../frame/paths.ts'
import { Copyable, Empty } from '../parts/parts.tsx'

/** The command that makes a project. */
export function createProjectCommand(origin: string, slug: string): string {
  const body = linesOf({ slug, visibility: 'private', default_branch: 'main' })
  return curl('POST', `${origin}/api/buildpass/v1/projects`, `-d '${body}'`)
}

/** The command that reports a project's first build, from a checkout of its code. */
export function reportBuildCommand(origin: string, slug: string): string {
  const example = {
    external_id: 'first-build',
    status: 'success',
    job: { name: 'test' },
    workflow: { external_id: 'first-workflow', name: 'ci' },
    pipeline: { external_id: 'first-push', branch: 'BRANCH', revision: 'REVISION' },
  }
  // The quotes are closed around what the shell fills in.
  const body = linesOf(example)
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

/** Shown while a project has no builds: to people who may report one, how to do it. */
export function FirstBuild({ origin, project, role }: { origin: string; project: Slug; role: Role | null }) {
  if (!role)
    return (
      <Empty icon="list" title="No builds yet">
        <p>Continuous integration reports them here.</p>
      </Empty>
    )
  const settings = `${projectPath(project)}/settings`
  return (
    <div class="card card-body first-steps">
      <h2>No builds yet</h2>
      <p class="muted">Report one by hand to see it here, then have your CI do it.</p>
      <ol>
        <li>
          <h3>
            Make a token under <a href="/account/api/new">Personal API Tokens</a>, and put it into the shell
          </h3>
          <Copyable id="export-token" label="Command that keeps the token" text="export BUILDPASS_TOKEN=bpu_…" />
        </li>
        <li>
          <h3>Report a build, from a checkout of the code</h3>
          <Copyable
            id="report-build"
            label="Command that reports a build"
            text={reportBuildCommand(origin, slugText(project))}
            block
          />
        </li>
        {role === 'admin' && (
          <li>
            <h3>Connect your CI</h3>
            <p>
              By a <a href={`${settings}/webhooks`}>webhook</a>, or from its jobs without any stored secret, as a{' '}
              <a href={`${settings}/publishers`}>trusted publisher</a>.
            </p>
          </li>
        )}
      </ol>
    </div>
  )
}
