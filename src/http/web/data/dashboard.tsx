import type { Context } from 'hono'
import type { BranchStatus } from '../../../domain/builds/badge.ts'
import { pipelineStatusFor, resultOf, saysAnything } from '../../../domain/builds/pipeline-status.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import {
  type BranchPipeline,
  countUnfollowed,
  listProjectOverviews,
  type OverviewPage,
  type ProjectOverview,
} from '../../../storage/projects/project-overviews.ts'
import { listCreatorOrgs } from '../../../storage/projects/project-settings.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { publicOriginOf } from '../../frame/request/origin.ts'
import type { App } from '../../frame/route.ts'
import { page } from '../frame/page.ts'
import { branchPath, pipelinePath, projectPath } from '../frame/paths.ts'
import { EventTime } from '../parts/event-time.tsx'
import { renderFragment } from '../parts/fragment.ts'
import { Icon } from '../parts/icon.tsx'
import { renderPage } from '../parts/layout.tsx'
import { LiveNote } from '../parts/live-note.tsx'
import { Copyable, DataTable, Empty, PageHead, Pager } from '../parts/parts.tsx'
import { STATUS_WORD, Status } from '../parts/status.tsx'
import { createProjectCommand, reportBuildCommand } from './first-steps.tsx'
import { Landing } from './landing.tsx'
import { beganAt, firstLineOf, isActive } from './pipeline-list.tsx'
import { Gear, VisibilityTag } from './project-name.tsx'
import { SmallTrend } from './trends.tsx'

/** The start page: a person's projects, or what this is. */
export function mountDashboard(app: App): void {
  page(app, 'GET /', async (c, { viewer }) => {
    const { db, now } = c.env.stores
    if (!viewer) return renderPage(c, { title: 'Build status and artifacts', viewer }, <Landing />)
    const asked = askedOf(c)
    const [overviews, unfollowed, mayAdd] = await Promise.all([
      listProjectOverviews(db, viewer.userId, asked),
      countUnfollowed(db, viewer.userId),
      viewer.instanceRole === 'owner' || listCreatorOrgs(db, viewer.userId).then((orgs) => orgs.length > 0),
    ])
    return renderPage(
      c,
      { title: 'Projects', viewer, wide: true },
      <Dashboard
        viewer={viewer}
        asked={asked}
        overviews={overviews}
        unfollowed={unfollowed}
        mayAdd={mayAdd}
        now={now()}
        origin={publicOriginOf(c)}
      />,
    )
  })

  page(app, 'GET /live', async (c, { viewer }) => {
    const { db, now } = c.env.stores
    const asked = askedOf(c)
    const overviews = await listProjectOverviews(db, viewer.userId, asked)
    return renderFragment('Projects', <LiveProjects asked={asked} overviews={overviews} now={now()} />)
  })
}

type Asked = {
  readonly followed: boolean
  /** The slug after which the page begins. */
  readonly after: string | null
}

function askedOf(c: Context<AppEnv>): Asked {
  const { after = null, show } = c.req.query()
  return { followed: show !== 'unfollowed', after }
}

/** The address that asks for that, below `base`. */
function addressFor(base: string, { followed, after }: Asked): string {
  const query = new URLSearchParams({
    ...(followed ? {} : { show: 'unfollowed' }),
    ...(after === null ? {} : { after }),
  }).toString()
  return query === '' ? base : `${base}?${query}`
}

type DashboardProps = {
  readonly viewer: Viewer
  readonly asked: Asked
  readonly overviews: OverviewPage
  readonly unfollowed: number
  readonly mayAdd: boolean
  readonly now: number
  readonly origin: string
}

function Dashboard({ viewer, asked, overviews, unfollowed, mayAdd, now, origin }: DashboardProps) {
  const { followed } = asked
  const { projects, after } = overviews
  return (
    <>
      <PageHead
        title={followed ? 'Projects' : 'Projects that you do not follow'}
        actions={followed && mayAdd && projects.length > 0 && <AddProject />}
      />
      {projects.length === 0 ? (
        <NoProjects viewer={viewer} origin={origin} isNew={followed && unfollowed === 0} mayAdd={mayAdd} />
      ) : (
        <LiveProjects asked={asked} overviews={overviews} now={now} />
      )}
      <Pager
        newer={asked.after === null ? null : addressFor('/', { followed, after: null })}
        older={after && addressFor('/', { followed, after })}
        words={['First projects', 'More projects']}
      />
      {followed && unfollowed > 0 && (
        <p class="section muted">
          <a href="/?show=unfollowed">
            {unfollowed} {unfollowed === 1 ? 'project' : 'projects'} that you do not follow
          </a>
        </p>
      )}
      {!followed && (
        <p class="section">
          <a href="/">Back to the projects that you follow</a>
        </p>
      )}
    </>
  )
}

/** The projects, which the page's script reads again while something in them runs. */
function LiveProjects({ asked, overviews, now }: { asked: Asked; overviews: OverviewPage; now: number }) {
  const { projects } = overviews
  const isLive = projects.some(({ pipelines }) => stateOf(pipelines)?.running)
  return (
    <div id="projects" class="projects" data-live={isLive ? addressFor('/live', asked) : undefined}>
      <DataTable
        caption="Your projects"
        columns={[
          { label: 'Project' },
          { label: 'Default branch', class: 'branch-cell' },
          { label: 'Last result' },
          { label: 'Durations', class: 'plot-cell end' },
        ]}
        rows={projects.map((overview) => rowOf(overview, now))}
        rowIds={projects.map(({ project }) => `project-${project.id}`)}
      />
      {isLive && <LiveNote address={addressFor('/', asked)} />}
    </div>
  )
}

function rowOf({ project, role, pipelines }: ProjectOverview, now: number) {
  const { org, repo, defaultBranch } = project
  const state = stateOf(pipelines)
  return [
    <div class="row">
      <span>
        <a class="project-link" href={projectPath(project)}>
          <span class="muted">{org}/</span>
          <strong>{repo}</strong>
        </a>
        <Gear project={project} role={role} />
      </span>
      <VisibilityTag project={project} />
    </div>,
    <div
      class="branch-state"
      id={`state-${project.id}`}
      data-state={`${STATUS_WORD[state?.runningStatus ?? 'no_builds']}: ${org}/${repo}, ${defaultBranch}`}
    >
      <Status status={state?.status ?? 'no_builds'} />
      <a class="clip mono" href={branchPath(project, defaultBranch)}>
        {defaultBranch}
      </a>
      {state?.running && state.status !== state.runningStatus && <Status status={state.runningStatus} />}
    </div>,
    state ? (
      <div class="last-result">
        <span class="clip">
          <a href={pipelinePath(project, state.shown.number)}>#{state.shown.number}</a>{' '}
          {state.shown.subject && firstLineOf(state.shown.subject)}
        </span>
        <span class="muted">
          <EventTime at={changedAt(state.shown)} now={now} />
        </span>
      </div>
    ) : (
      <span class="muted">
        <a href={projectPath(project)}>Report the first build</a>
      </span>
    ),
    state ? <SmallTrend parts={partsOf(pipelines)} branch={defaultBranch} /> : '',
  ]
}

function partsOf(pipelines: readonly BranchPipeline[]) {
  return {
    workflows: pipelines.flatMap(({ workflows }) => workflows),
    builds: pipelines.flatMap(({ builds }) => builds),
  }
}

type BranchState = {
  readonly status: BranchStatus
  /** The pipeline that the status is that of. */
  readonly shown: BranchPipeline
  /** The newest one, where that is not over. */
  readonly running: BranchPipeline | null
  readonly runningStatus: BranchStatus
}

/** As on the badge: the result of the newest pipeline that has one; while there is none, the status of the newest. */
export function stateOf(pipelines: readonly BranchPipeline[]): BranchState | null {
  const saying = pipelines.filter(saysAnything)
  const telling = saying.length > 0 ? saying : pipelines
  const [newest] = telling
  if (!newest) return null
  const shown = telling.find((pipeline) => resultOf(pipeline) !== null) ?? newest
  const runningStatus = pipelineStatusFor(newest)
  const running = isActive(runningStatus) ? newest : null
  return { status: resultOf(shown) ?? pipelineStatusFor(shown), shown, running, runningStatus }
}

/** When the last of it stopped; while it runs, when it began. */
function changedAt(pipeline: BranchPipeline): number {
  // What never started stopped when somebody said so.
  const stops = pipeline.builds.flatMap(({ startedAt, stoppedAt }) => (startedAt === null ? [] : (stoppedAt ?? [])))
  if (pipeline.builds.length === 0) stops.push(...pipeline.workflows.flatMap(({ reportedAt }) => reportedAt ?? []))
  return stops.length > 0 ? Math.max(...stops) : beganAt(pipeline)
}

function AddProject({ primary = false }: { primary?: boolean }) {
  return (
    <a class={primary ? 'button primary' : 'button'} href="/projects/new">
      <Icon name="plus" /> Add project
    </a>
  )
}

function NoProjects(props: { viewer: Viewer; origin: string; isNew: boolean; mayAdd: boolean }) {
  const { viewer, origin, isNew, mayAdd } = props
  const { login } = viewer.user
  if (!isNew)
    return (
      <Empty icon="list" title="No projects here">
        <p>There is nothing on this page.</p>
      </Empty>
    )
  if (!mayAdd)
    return (
      <Empty icon="list" title="No projects yet">
        <p>
          An admin of a project adds you under its settings, as <strong>{login}</strong>. To create projects of your
          own, ask an owner of this instance to let you.
        </p>
      </Empty>
    )
  const slug = `gh/${login}/my-project`
  return (
    <>
      <Empty icon="plus" title="No projects yet">
        <p>Add the first one. Its page then has the command that reports a build to it.</p>
        <AddProject primary />
      </Empty>
      <details class="more first-steps">
        <summary>Or from a shell</summary>
        <p>
          Put a token from <a href="/account/api">Personal API Tokens</a> into <code>BUILDPASS_TOKEN</code>.
        </p>
        <ol>
          <li>
            <h3>Create a project</h3>
            <Copyable
              id="create-project"
              label="Command that creates a project"
              text={createProjectCommand(origin, slug)}
              block
            />
          </li>
          <li>
            <h3>Report a first build, from a checkout of its code</h3>
            <Copyable
              id="report-build"
              label="Command that reports a build"
              text={reportBuildCommand(origin, slug)}
              block
            />
          </li>
        </ol>
      </details>
    </>
  )
}
