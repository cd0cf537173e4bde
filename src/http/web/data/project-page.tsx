import type { Context } from 'hono'
import type { StatusClass } from '../../../domain/builds/build.ts'
import { type PipelineParts, pipelineStatusFor } from '../../../domain/builds/pipeline-status.ts'
import type { RunBuild, RunWorkflow } from '../../../domain/builds/workflow-run.ts'
import { AppError, invalidInput } from '../../../domain/error.ts'
import { wordTable } from '../../../domain/formats/word-table.ts'
import { type Project, type Role, vcsUrlFor } from '../../../domain/project.ts'
import {
  findPipelineOverview,
  listPipelineOverviews,
  listRecentBranches,
  listRunParts,
  type PipelineFilter,
  type PipelineOverview,
  type PipelinePage,
  type Place,
} from '../../../storage/builds/pipeline-overviews.ts'
import type { Db } from '../../../storage/stores.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { checkedBranch, queryCount } from '../../frame/request/input.ts'
import { publicOriginOf } from '../../frame/request/origin.ts'
import type { App } from '../../frame/route.ts'
import { page } from '../frame/page.ts'
import { projectPath, sharesPath, testsPath } from '../frame/paths.ts'
import { renderFragment } from '../parts/fragment.ts'
import { Icon } from '../parts/icon.tsx'
import { renderPage } from '../parts/layout.tsx'
import { LiveNote } from '../parts/live-note.tsx'
import { Empty, Pager } from '../parts/parts.tsx'
import { branchesPath } from './branches-page.tsx'
import { FirstBuild } from './first-steps.tsx'
import { isActive, PipelineList, pipelineStateOf } from './pipeline-list.tsx'
import { Gear, hostNameOf, VisibilityTag } from './project-name.tsx'
import { Trends } from './trends.tsx'

/** How many pipelines the trends look back on. */
const TREND_PIPELINES = 40
const NO_PARTS = { workflows: [], builds: [] }

/** A project: what ran, newest first. */
export function mountProjectPage(app: App): void {
  page(app, 'GET /:vcs/:org/:repo', async (c, { near, viewer, project, role }) => {
    const { db, now } = near
    const asked = askedOf(c)
    const { branch } = asked.filter
    const trendBranch = branch ?? project.defaultBranch
    const [list, branches, trendParts] = await Promise.all([
      readList(near.db, project, asked),
      listRecentBranches(db, project.id),
      asked.pipeline === null ? listRunParts(db, project.id, trendBranch, TREND_PIPELINES) : NO_PARTS,
    ])
    const frame = { title: titleOf(project, asked, list), viewer, wide: true, crumbs: crumbsOf(project) }
    return renderPage(
      c,
      frame,
      <>
        <ProjectHead project={project} role={role} />
        <ProjectBody
          project={project}
          role={role}
          asked={asked}
          list={list}
          branches={branches}
          trends={{ parts: trendParts, branch: trendBranch }}
          now={now()}
          origin={publicOriginOf(c)}
        />
      </>,
    )
  })

  page(app, 'GET /live/:vcs/:org/:repo', async (c, { near, project }) => {
    const asked = askedOf(c)
    const list = await readList(near.db, project, asked)
    const content = <LiveList project={project} asked={asked} list={list} now={c.env.stores.now()} />
    return renderFragment(titleOf(project, asked, list), content)
  })
}

/** What the address asks for. */
type Asked = {
  readonly filter: PipelineFilter
  readonly olderThan: Place | null
  /** The one pipeline to show. */
  readonly pipeline: number | null
}

const STATUS_FILTERS = wordTable<{ readonly class: StatusClass; readonly text: string }>({
  failed: { class: 'red', text: 'with a failed build' },
  passed: { class: 'green', text: 'with a passed build' },
  running: { class: 'blue', text: 'with a running build' },
  waiting: { class: 'waiting', text: 'with a waiting build' },
  stopped: { class: 'stopped', text: 'with a stopped build' },
})

function askedOf(c: Context<AppEnv>): Asked {
  const { branch, status = '' } = c.req.query()
  const named = STATUS_FILTERS.get(status)
  return {
    filter: { branch: branch ? checkedBranch(branch) : null, class: named?.class ?? null },
    olderThan: placeOf(c.req.query('before')),
    pipeline: numberOf(c, 'pipeline'),
  }
}

/** `12`, or `12.7`: see Place. */
function placeOf(text: string | undefined): Place | null {
  if (text === undefined) return null
  const [, number, pipeline = '0'] = /^([1-9]\d{0,8}|0)(?:\.([1-9]\d{0,8}))?$/.exec(text) ?? []
  if (number === undefined) throw invalidInput('before', 'must be a place that a list gave')
  return { number: Number(number), pipeline: Number(pipeline) }
}

function placeText({ number, pipeline }: Place): string {
  return pipeline === 0 ? String(number) : `${number}.${pipeline}`
}

function numberOf(c: Context<AppEnv>, name: string): number | null {
  const number = queryCount(c, name, { min: 1, max: 999_999_999, fallback: 0 })
  return number === 0 ? null : number
}

/** The address that asks for that, below `base`. */
function addressFor(base: string, { filter, olderThan, pipeline }: Asked): string {
  const status = [...STATUS_FILTERS].find(([, row]) => row.class === filter.class)?.[0]
  const query = new URLSearchParams({
    ...(filter.branch === null ? {} : { branch: filter.branch }),
    ...(status ? { status } : {}),
    ...(olderThan === null ? {} : { before: placeText(olderThan) }),
    ...(pipeline === null ? {} : { pipeline: String(pipeline) }),
  }).toString()
  return query === '' ? base : `${base}?${query}`
}

async function readList(db: Db, project: Project, asked: Asked): Promise<PipelinePage> {
  if (asked.pipeline === null) return listPipelineOverviews(db, project.id, asked.filter, asked.olderThan)
  const found = await findPipelineOverview(db, project.id, asked.pipeline)
  if (!found) throw new AppError('build_not_found')
  return { pipelines: [found], olderThan: null }
}

/** The page title: the project, and for one pipeline its status. */
function titleOf({ org, repo }: Project, { pipeline }: Asked, { pipelines: [first] }: PipelinePage): string {
  return pipeline !== null && first ? `${pipelineStateOf(first)} · ${org}/${repo}` : `${org}/${repo}`
}

function crumbsOf(project: Project) {
  return [{ text: 'Projects', href: '/' }, { text: `${project.org}/${project.repo}` }]
}

function ProjectHead({ project, role }: { project: Project; role: Role | null }) {
  return (
    <div class="page-head">
      <div class="row">
        <h1>
          <span class="muted">{project.org}/</span>
          {project.repo}
        </h1>
        <Gear project={project} role={role} />
        <VisibilityTag project={project} />
      </div>
      <div class="actions">
        <a class="button" href={testsPath(project)}>
          <Icon name="check" /> Tests
        </a>
        {role && (
          <a class="button" href={sharesPath(project)}>
            <Icon name="external" /> Share links
          </a>
        )}
        <a class="button" href={vcsUrlFor(project)}>
          <Icon name="external" /> {hostNameOf(project)}
        </a>
      </div>
    </div>
  )
}

type BodyProps = {
  readonly project: Project
  readonly role: Role | null
  readonly asked: Asked
  readonly list: PipelinePage
  readonly branches: readonly string[]
  readonly trends: { readonly parts: PipelineParts<RunWorkflow, RunBuild>; readonly branch: string }
  readonly now: number
  readonly origin: string
}

function ProjectBody({ project, role, asked, list, branches, trends, now, origin }: BodyProps) {
  const { filter, olderThan, pipeline } = asked
  const isPlain = filter.branch === null && filter.class === null && olderThan === null && pipeline === null
  if (isPlain && list.pipelines.length === 0) return <FirstBuild origin={origin} project={project} role={role} />
  return (
    <>
      {pipeline === null && <Trends parts={trends.parts} branch={trends.branch} />}
      <section class="section" aria-labelledby="pipelines-title">
        <div class="row list-head">
          <h2 id="pipelines-title">{pipeline === null ? 'Pipelines' : `Pipeline #${pipeline}`}</h2>
          {pipeline === null ? (
            <Filters project={project} asked={asked} branches={branches} />
          ) : (
            <a href={projectPath(project)}>All pipelines</a>
          )}
        </div>
        <LiveList project={project} asked={asked} list={list} now={now} />
        <Pager
          words={['Newest', 'Older']}
          newer={olderThan === null ? null : addressFor(projectPath(project), { ...asked, olderThan: null })}
          older={
            list.olderThan === null ? null : addressFor(projectPath(project), { ...asked, olderThan: list.olderThan })
          }
        />
      </section>
    </>
  )
}

type FilterProps = { readonly project: Project; readonly asked: Asked; readonly branches: readonly string[] }

function Filters({ project, asked, branches }: FilterProps) {
  const { branch, class: group } = asked.filter
  const named = [...new Set([project.defaultBranch, ...(branch === null ? [] : [branch]), ...branches])]
  return (
    <form class="row filters" method="get" action={projectPath(project)}>
      <select name="branch" aria-label="Branch">
        <option value="">All branches and tags</option>
        {named.map((name) => (
          <option value={name} selected={name === branch}>
            {name}
          </option>
        ))}
      </select>
      <select name="status" aria-label="Status">
        <option value="">Any status</option>
        {[...STATUS_FILTERS].map(([name, row]) => (
          <option value={name} selected={row.class === group}>
            {row.text.replace(/^w/, 'W')}
          </option>
        ))}
      </select>
      <button type="submit" class="button">
        Filter
      </button>
      <a class="find" href={branchesPath(project)}>
        Find a branch
      </a>
    </form>
  )
}

type ListProps = { readonly project: Project; readonly asked: Asked; readonly list: PipelinePage; readonly now: number }

/** The list, which the page's script reads again while something in it runs. */
function LiveList({ project, asked, list, now }: ListProps) {
  const isLive = list.pipelines.some(isRunning)
  return (
    <div id="pipelines" data-live={isLive ? addressFor(`/live${projectPath(project)}`, asked) : undefined}>
      {list.pipelines.length === 0 ? (
        <NothingFound project={project} asked={asked} />
      ) : (
        <PipelineList project={project} pipelines={list.pipelines} now={now} full={asked.pipeline !== null} />
      )}
      {isLive && <LiveNote address={addressFor(projectPath(project), asked)} />}
    </div>
  )
}

function isRunning(pipeline: PipelineOverview): boolean {
  return isActive(pipelineStatusFor(pipeline))
}

function NothingFound({ project, asked }: { project: Project; asked: Asked }) {
  const { branch, class: group } = asked.filter
  const text = [...STATUS_FILTERS.values()].find((row) => row.class === group)?.text
  return (
    <Empty icon="search" title="No such pipelines">
      <p>
        There is none{text && ` ${text}`}
        {branch !== null && (
          <>
            {' '}
            on <code>{branch}</code>
          </>
        )}
        .
      </p>
      <p>
        <a href={projectPath(project)}>Show all pipelines</a>
      </p>
    </Empty>
  )
}
