import type { Context } from 'hono'
import { limitsOf, type Principal } from '../../domain/access/grant.ts'
import { isBranchOpen, isPathOpen } from '../../domain/access/limits/limits.ts'
import type { Pattern } from '../../domain/access/limits/pattern.ts'
import { AppError } from '../../domain/error.ts'
import { type BranchOf, findBranchOf } from '../../storage/builds/branches/branch-of.ts'
import type { ACCESS, RouteName } from './access.ts'
import type { OnProject } from './authorize.ts'
import type { AppEnv } from './open-request.ts'
import { branchOf, checkedBranch, numberOnPath, queryFlag, queryText } from './request/input.ts'

/** The routes that a project token can open. */
type ReadRoute = {
  [N in RouteName]: (typeof ACCESS)[N] extends
    | 'runs:list'
    | 'badges:read'
    | 'status:read'
    | 'artifacts:read'
    | 'output:read'
    ? N
    : never
}[RouteName]

/**
 * Of which branch a route tells: that of a build, pipeline or workflow on its path or in its filter; one that is named, by the
 * path, its file or the query; the project's default one; of each in a list, which the handler narrows (`listed`); of none; or of
 * all at once, so that it is closed (`across`), as is what compares a build of an open branch with others (`compared`).
 */
type Source =
  | 'build'
  | 'compared'
  | 'build_file'
  | 'build_log'
  | 'job'
  | 'job_of_file'
  | 'pipeline'
  | 'pipeline_number'
  | 'run_filter'
  | 'workflow'
  | 'workflow_filter'
  | 'path'
  | 'file'
  | 'query'
  | 'query_or_default'
  | 'query_or_default_or_all'
  | 'default'
  | 'listed'
  | 'none'
  | 'across'

const SOURCE: Record<ReadRoute, Source> = {
  'GET /api/v1.1/project/:vcs/:org/:repo': 'listed',
  'GET /api/v1.1/project/:vcs/:org/:repo/tree/:branch{.+}': 'path',
  'GET /api/v1.1/project/:vcs/:org/:repo/latest/artifacts': 'query',
  'GET /api/v1.1/project/:vcs/:org/:repo/latest/artifacts/:node/:path{.+}': 'query',
  'GET /api/v1.1/project/:vcs/:org/:repo/:num/artifacts': 'build',
  'GET /api/v1.1/project/:vcs/:org/:repo/:num/artifacts/:node/:path{.+}': 'build_file',
  'GET /api/v1.1/project/:vcs/:org/:repo/:num/tests': 'build',
  'GET /api/v1.1/project/:vcs/:org/:repo/:num': 'build',

  'GET /api/v2/project/:vcs/:org/:repo': 'none',
  'GET /api/v2/project/:id': 'none',
  'GET /api/v2/project/:vcs/:org/:repo/pipeline': 'query',
  'GET /api/v2/project/:vcs/:org/:repo/pipeline/mine': 'across',
  'GET /api/v2/project/:vcs/:org/:repo/pipeline/:number': 'pipeline_number',
  'GET /api/v2/project/:vcs/:org/:repo/job/:num': 'build',
  'GET /api/v2/project/:vcs/:org/:repo/:num/artifacts': 'build',
  'GET /api/v2/project/:vcs/:org/:repo/:num/tests': 'build',
  'GET /api/v2/pipeline/:id': 'pipeline',
  'GET /api/v2/pipeline/:id/workflow': 'pipeline',
  'GET /api/v2/workflow/:id': 'workflow',
  'GET /api/v2/workflow/:id/job': 'workflow',
  'GET /api/v2/insights/:vcs/:org/:repo/flaky-tests': 'across',
  'GET /api/v2/insights/:vcs/:org/:repo/workflows': 'query_or_default_or_all',
  'GET /api/v2/insights/:vcs/:org/:repo/workflows/:workflow': 'query_or_default_or_all',

  'GET /api/v3/projects/:id': 'none',
  'GET /api/v3/pipelines': 'none',
  'GET /api/v3/runs/:id': 'pipeline',
  'GET /api/v3/workflows': 'run_filter',
  'GET /api/v3/workflows/:id': 'workflow',
  'GET /api/v3/jobs': 'workflow_filter',
  'GET /api/v3/jobs/:id': 'job',
  'GET /api/v3/jobs/:id/artifacts': 'job',
  'GET /api/v3/jobs/:id/tests': 'job',
  'GET /api/v3/jobs/:id/stdout': 'job',
  'GET /api/v3/jobs/:id/stdout/condensed': 'job',
  'GET /api/v3/jobs/:id/stderr': 'job',
  'GET /api/v3/jobs/:id/stderr/condensed': 'job',
  'GET /api/v3/jobs/:id/resource-usage': 'job',

  'GET /api/buildpass/v1/projects/:vcs/:org/:repo': 'none',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num': 'build',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/steps/:step/log': 'build_log',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/steps/:step/log/condensed': 'build_log',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/tests/failures': 'compared',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/artifacts': 'build',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/latest/artifacts': 'query_or_default',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/artifacts.zip': 'build',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/latest/artifacts.zip': 'query_or_default',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/packs': 'build',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/packs/:name': 'build',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/tests': 'across',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/tests/insights': 'across',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/tests/muted': 'across',
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/tests/judge': 'across',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/tests/:id': 'across',

  'GET /output/job/:job/artifacts/:node/:path{.+}': 'job_of_file',
  'GET /output/job/:job/report/:node/:path{.+}': 'job_of_file',

  'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:repo/feed.atom': 'listed',
  'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:repo/tree/:file{.+\\/feed\\.atom}': 'file',
  'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:file{[^/]+\\.cc\\.xml}': 'listed',
  'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:repo/tree/:file{.+\\.cc\\.xml}': 'file',
  'GET /status-badge/img/:vcs/:org/:file{[^/]+\\.(?:svg|json)}': 'default',
  'GET /status-badge/img/:vcs/:org/:repo/tree/:file{.+\\.(?:svg|json)}': 'file',
  'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:file{[^/]+\\.(?:svg|json)}': 'default',
  'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:repo/tree/:file{.+\\.(?:svg|json)}': 'file',
}

type Params = Readonly<Record<string, string | undefined>>

/**
 * Refuses what is of a branch or at a path that the asker's token leaves out: with 403 where the request names it, and as if
 * there were no such thing where it names something of it.
 */
export async function requireOpenPart(
  c: Context<AppEnv>,
  name: RouteName,
  { grant, project }: OnProject,
  params: Params,
): Promise<void> {
  const limits = limitsOf(grant)
  if (limits?.paths && params.path !== undefined && !isPathOpen(limits, params.path))
    throw new AppError('permission_denied', 'This token does not open that path.')
  if (!limits?.branches) return
  const part = partOf(c, Object.hasOwn(SOURCE, name) ? SOURCE[name as ReadRoute] : 'across', params)
  switch (part.kind) {
    case 'none':
      return
    case 'across':
      throw new AppError('permission_denied', 'This token opens some branches, and this tells of all of them at once.')
    case 'named':
      if (!isBranchOpen(limits, part.branch ?? project.defaultBranch)) throw branchDenied()
      return
    case 'found': {
      const found = await findBranchOf(c.env.stores.db, project.id, part.of)
      // What is not there at all is the handler's to say, in the same words.
      if (found && !isBranchOpen(limits, found.branch)) throw new AppError(part.absent)
      if (part.isCompared && found)
        throw new AppError('permission_denied', 'This compares with all branches, and this token opens some.')
    }
  }
}

export function branchDenied(): AppError {
  return new AppError('permission_denied', 'This token does not open that branch.')
}

/** Which branches an asker is told of who names none; null for all. */
export function openBranchesOf({ grant }: { readonly grant: Principal | null }): readonly Pattern[] | null {
  return limitsOf(grant)?.branches ?? null
}

/** At which paths an asker is shown artifacts. */
export function openPathsOf({ grant }: Pick<OnProject, 'grant'>): readonly Pattern[] | null {
  return limitsOf(grant)?.paths ?? null
}

type Part =
  | { readonly kind: 'none' | 'across' }
  /** Null for the default branch. */
  | { readonly kind: 'named'; readonly branch: string | null }
  | {
      readonly kind: 'found'
      readonly of: BranchOf
      readonly isCompared?: true
      readonly absent:
        | 'build_not_found'
        | 'artifact_not_found'
        | 'log_not_found'
        | 'pipeline_not_found'
        | 'project_not_found'
    }

function partOf(c: Context<AppEnv>, source: Source, params: Params): Part {
  const { id = '', job = '', num = '', number = '', branch = '', file = '' } = params
  switch (source) {
    case 'none':
    case 'listed':
      return { kind: 'none' }
    case 'across':
      return { kind: 'across' }
    case 'build':
      return { kind: 'found', of: { build: numberOnPath(num) ?? 0 }, absent: 'build_not_found' }
    case 'build_file':
      return { kind: 'found', of: { build: numberOnPath(num) ?? 0 }, absent: 'artifact_not_found' }
    case 'build_log':
      return { kind: 'found', of: { build: numberOnPath(num) ?? 0 }, absent: 'log_not_found' }
    case 'compared':
      return {
        ...{ kind: 'found', of: { build: numberOnPath(num) ?? 0 }, absent: 'build_not_found' },
        isCompared: true,
      }
    // Of what an id names, routes have words of their own for a project that is not there.
    case 'job':
      return { kind: 'found', of: { job: id }, absent: 'project_not_found' }
    case 'job_of_file':
      return { kind: 'found', of: { job }, absent: 'project_not_found' }
    case 'pipeline':
      return { kind: 'found', of: { pipeline: id }, absent: 'project_not_found' }
    case 'pipeline_number':
      return { kind: 'found', of: { pipelineNumber: numberOnPath(number) ?? 0 }, absent: 'pipeline_not_found' }
    case 'run_filter':
      return { kind: 'found', of: { pipeline: c.req.query('filter[run_id]') ?? '' }, absent: 'project_not_found' }
    case 'workflow':
      return { kind: 'found', of: { workflow: id }, absent: 'project_not_found' }
    case 'workflow_filter':
      return { kind: 'found', of: { workflow: c.req.query('filter[workflow_id]') ?? '' }, absent: 'project_not_found' }
    case 'path':
      return { kind: 'named', branch: branchOf({ branch }) }
    case 'file':
      return { kind: 'named', branch: checkedBranch(file.replace(/(?:\/feed\.atom|\.cc\.xml|\.[^.]*)$/, '')) }
    case 'default':
      return { kind: 'named', branch: null }
    case 'query': {
      const named = queryText(c, 'branch')
      return named === null ? { kind: 'none' } : { kind: 'named', branch: named }
    }
    case 'query_or_default':
      return { kind: 'named', branch: queryText(c, 'branch') }
    case 'query_or_default_or_all':
      return queryFlag(c, 'all-branches') ? { kind: 'none' } : { kind: 'named', branch: queryText(c, 'branch') }
  }
}
