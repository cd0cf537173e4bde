import { type BranchStatus, pipelineStatusFor } from '../../domain/badge.ts'
import { durationMsOf } from '../../domain/build.ts'
import type { Slug } from '../../domain/project.ts'
import { classOf } from '../../domain/workflow-run.ts'
import type { BuildOverview, PipelineOverview } from '../../storage/pipeline-overviews.ts'
import { Happened } from './happened.tsx'
import { Icon } from './icon.tsx'
import { durationText } from './measures.ts'
import { branchPath, buildPath, commitUrlFor, pipelinePath, safeUrl } from './paths.ts'
import { STATUS_WORD, Status } from './status.tsx'

/** More builds than these are behind the pipeline's own page. */
const MAX_BUILDS = 24

type ListProps = {
  readonly project: Slug
  readonly pipelines: readonly PipelineOverview[]
  readonly now: number
  /** Every build of each, however many. */
  readonly full?: boolean
}

/** Pipelines with their workflows and builds. */
export function PipelineList({ project, pipelines, now, full = false }: ListProps) {
  return (
    <ol class="pipelines">
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

type ItemProps = {
  readonly project: Slug
  readonly pipeline: PipelineOverview
  readonly now: number
  readonly full: boolean
}

function PipelineItem({ project, pipeline, now, full }: ItemProps) {
  const { number, builds, subject } = pipeline
  const workflows = [...Map.groupBy(builds, (build) => build.workflowId).values()]
  return (
    <li class="pipeline">
      <div class="pipeline-head">
        <Status status={pipelineStatusFor(builds)} />
        <h3 class="pipeline-title">
          <a href={pipelinePath(project, number)}>
            <span class="unseen">Pipeline </span>#{number}
          </a>{' '}
          {subject ? firstLineOf(subject) : <span class="muted">No commit message</span>}
        </h3>
        <span class="pipeline-when muted">
          <Happened at={pipeline.createdAt} now={now} />
        </span>
      </div>
      <Origin project={project} pipeline={pipeline} />
      {workflows.map((workflow) => (
        <Workflow project={project} builds={workflow} more={full ? null : pipelinePath(project, number)} />
      ))}
    </li>
  )
}

type Pushed = Pick<PipelineOverview, 'branch' | 'tag' | 'revision' | 'author' | 'actor' | 'pullRequests'>

/** What was pushed, and by whom. */
export function Origin({ project, pipeline }: { project: Slug; pipeline: Pushed }) {
  const { branch, tag, revision, author, actor, pullRequests } = pipeline
  const who = author?.name ?? author?.login ?? actor?.name ?? actor?.login
  return (
    <p class="origin muted">
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

function Workflow({ project, builds, more }: { project: Slug; builds: readonly BuildOverview[]; more: string | null }) {
  const shown = more === null ? builds : worstFirst(builds).slice(0, MAX_BUILDS)
  const rest = builds.length - shown.length
  return (
    <div class="workflow">
      <h4 class="workflow-name muted">
        <span class="unseen">Workflow </span>
        {builds[0]?.workflowName}
      </h4>
      <ul class="builds">
        {shown.map((build) => (
          <li>
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

function BuildChip({ project, build }: { project: Slug; build: BuildOverview }) {
  const ms = durationMsOf(build)
  const word = STATUS_WORD[build.status]
  return (
    <a class="chip" href={buildPath(project, build.num)} title={`Build ${build.num}: ${build.jobName}, ${word}`}>
      <Status status={build.status} mark />
      <span class="clip">{build.jobName}</span>
      {ms !== null && <span class="chip-time muted">{durationText(ms)}</span>}
    </a>
  )
}

const ORDER = ['red', 'blue', 'waiting', 'stopped', 'green']

/** As they came where all have room, else what needs a look first. */
function worstFirst(builds: readonly BuildOverview[]): readonly BuildOverview[] {
  if (builds.length <= MAX_BUILDS) return builds
  const place = (build: BuildOverview) => ORDER.indexOf(classOf(build.status))
  return builds.toSorted((a, b) => place(a) - place(b) || a.num - b.num)
}

export function shortRevision(revision: string): string {
  return /^[0-9a-f]{40,64}$/i.test(revision) ? revision.slice(0, 7) : revision.slice(0, 40)
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
