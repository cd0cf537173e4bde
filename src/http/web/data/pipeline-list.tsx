import type { BranchStatus } from '../../../domain/builds/badge.ts'
import { durationMsOf } from '../../../domain/builds/build.ts'
import { countingParts, pipelineStatusFor } from '../../../domain/builds/pipeline-status.ts'
import { classOf, type RunBuild, type RunWorkflow } from '../../../domain/builds/workflow-run.ts'
import { commitUrlFor, type Project } from '../../../domain/project.ts'
import type { PipelineOverview } from '../../../storage/builds/pipeline-overviews.ts'
import { branchPath, buildPath, pipelinePath, safeUrl } from '../frame/paths.ts'
import { EventTime } from '../parts/event-time.tsx'
import { Icon } from '../parts/icon.tsx'
import { shortRevision } from '../parts/short-revision.ts'
import { STATUS_WORD, Status } from '../parts/status.tsx'
import { durationText } from './measures.ts'

/** More builds than these are behind the pipeline's own page. */
const MAX_BUILDS = 24

type ListProps = {
  readonly project: Project
  readonly pipelines: readonly PipelineOverview[]
  readonly now: number
  /** Every build of each, however many. */
  readonly full?: boolean
}

/** Pipelines with their workflows and builds. */
export function PipelineList({ project, pipelines, now, full = false }: ListProps) {
  return (
    <ol class="card">
      {pipelines.map((pipeline) => (
        <PipelineItem project={project} pipeline={pipeline} now={now} full={full} />
      ))}
    </ol>
  )
}

/** Whether something more is expected to happen in it. */
export function isActive(status: BranchStatus): boolean {
  return classOf(status) === 'blue' || classOf(status) === 'waiting'
}

/** `Running: pipeline #16`. */
export function pipelineStateOf(pipeline: PipelineOverview): string {
  return `${STATUS_WORD[pipelineStatusFor(pipeline)]}: pipeline #${pipeline.number}`
}

type ItemProps = {
  readonly project: Project
  readonly pipeline: PipelineOverview
  readonly now: number
  readonly full: boolean
}

function PipelineItem({ project, pipeline, now, full }: ItemProps) {
  const { number, subject } = pipeline
  return (
    <li class="pipeline" id={`pipeline-${number}`} data-state={pipelineStateOf(pipeline)}>
      <Status status={pipelineStatusFor(pipeline)} />
      <div class="pipeline-body">
        <h3>
          <a href={pipelinePath(project, number)}>
            <span class="unseen">Pipeline </span>#{number}
          </a>{' '}
          {subject ? firstLineOf(subject) : <span class="muted">No commit message</span>}
        </h3>
        <Origin project={project} pipeline={pipeline} />
        <div class="row workflows">
          {workflowsOf(pipeline).map(({ workflow, builds }) => (
            <Workflow
              project={project}
              workflow={workflow}
              builds={builds}
              more={full ? null : pipelinePath(project, number)}
            />
          ))}
        </div>
      </div>
      <p class="muted small-text">
        <EventTime at={beganAt(pipeline)} now={now} />
      </p>
    </li>
  )
}

type Pushed = Pick<PipelineOverview, 'branch' | 'tag' | 'revision' | 'author' | 'actor' | 'pullRequests'>

/** What was pushed, and by whom. */
export function Origin({ project, pipeline }: { project: Project; pipeline: Pushed }) {
  const { branch, tag, revision, author, actor, pullRequests } = pipeline
  const who = author?.name ?? author?.login ?? actor?.name ?? actor?.login
  return (
    <p class="row origin muted small-text">
      {branch !== null && (
        <a class="ref" href={branchPath(project, branch)}>
          <Icon name="branch" />
          <span class="unseen">Branch </span>
          <span class="clip">{branch}</span>
        </a>
      )}
      {tag !== null && (
        <span class="ref">
          <Icon name="tag" />
          <span class="unseen">Tag </span>
          <span class="clip">{tag}</span>
        </span>
      )}
      <a class="mono" href={commitUrlFor(project, revision)} aria-label={`Commit ${shortRevision(revision)}`}>
        {shortRevision(revision)}
      </a>
      {pullRequests.map(({ url }) => {
        const href = safeUrl(url)
        return href && <a href={href}>{pullRequestName(href)}</a>
      })}
      {who && <span>{who}</span>}
    </p>
  )
}

type WorkflowParts = { readonly workflow: RunWorkflow; readonly builds: readonly RunBuild[] }

/** The workflows as their builds first reported, then those that only the CI spoke of, as far as its word still counts. */
function workflowsOf({ workflows, builds }: PipelineOverview): readonly WorkflowParts[] {
  const buildsOf = Map.groupBy(builds, (build) => build.workflowId)
  const counting = new Set(countingParts({ workflows, builds }).workflows.map(({ id }) => id))
  return workflows
    .map((one) => (counting.has(one.id) ? one : { ...one, reportedStatus: null, reportedAt: null }))
    .map((workflow) => ({ workflow, builds: buildsOf.get(workflow.id) ?? [] }))
    .filter((parts) => parts.builds.length > 0 || parts.workflow.reportedStatus !== null)
    .toSorted((one, other) => firstNumOf(one) - firstNumOf(other))
}

function firstNumOf({ builds }: WorkflowParts): number {
  return builds[0]?.num ?? Number.MAX_SAFE_INTEGER
}

type WorkflowProps = WorkflowParts & { readonly project: Project; readonly more: string | null }

function Workflow({ project, workflow, builds, more }: WorkflowProps) {
  const shown = more === null ? builds : worstFirst(builds).slice(0, MAX_BUILDS)
  const rest = builds.length - shown.length
  const status = pipelineStatusFor({ workflows: [workflow], builds })
  // Where the builds do not show how it ended: it has none, or the CI knows better.
  const isUnseen =
    builds.length === 0 || (classOf(status) === 'red' && !builds.some((build) => build.status === status))
  return (
    <div class="row workflow">
      <h4 class="clip muted">
        <span class="unseen">Workflow </span>
        {workflow.name}
      </h4>
      {isUnseen && (
        <span class="row muted">
          <Status status={status} /> {builds.length === 0 ? 'without a job' : 'as a whole'}
        </span>
      )}
      <ul class="row builds">
        {shown.map((build) => (
          <li id={`build-${build.num}`}>
            <BuildChip project={project} build={build} />
          </li>
        ))}
        {more !== null && rest > 0 && (
          <li>
            <a class="chip chip-more" href={more}>
              {rest} more
            </a>
          </li>
        )}
      </ul>
    </div>
  )
}

function BuildChip({ project, build }: { project: Project; build: RunBuild }) {
  const ms = durationMsOf(build)
  return (
    <a class="chip" href={buildPath(project, build.num)}>
      <Status status={build.status} mark />
      <span class="clip">{build.jobName}</span>
      {ms !== null && <span class="muted">{durationText(ms)}</span>}
    </a>
  )
}

type Begun = Pick<PipelineOverview, 'workflows' | 'builds' | 'createdAt'>

/** When the first build started; before that, when the first report arrived. */
export function beganAt({ workflows, builds, createdAt }: Begun): number {
  const reported = workflows.flatMap(({ beganAt }) => beganAt ?? [])
  return Math.min(createdAt, ...reported, ...builds.flatMap(({ startedAt }) => startedAt ?? []))
}

const ORDER = ['red', 'blue', 'waiting', 'stopped', 'green']

/** As they came where all have room, else what needs a look first. */
function worstFirst(builds: readonly RunBuild[]): readonly RunBuild[] {
  if (builds.length <= MAX_BUILDS) return builds
  const place = (build: RunBuild) => ORDER.indexOf(classOf(build.status))
  return builds.toSorted((a, b) => place(a) - place(b) || a.num - b.num)
}

/** `#42` where the address ends in a number, as those of pull requests do. */
function pullRequestName(url: string): string {
  const number = /\/(\d{1,9})\/?(?:[?#].*)?$/.exec(url)?.[1]
  return number ? `PR #${number}` : 'Pull request'
}

const MAX_SUBJECT = 200

export function firstLineOf(text: string): string {
  const line = text.split('\n', 1)[0] ?? ''
  return line.length > MAX_SUBJECT ? `${line.slice(0, MAX_SUBJECT - 1).toWellFormed()}…` : line
}
