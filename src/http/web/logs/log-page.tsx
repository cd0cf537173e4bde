import type { Context } from 'hono'
import { contentDispositionFor } from '../../../domain/artifacts/artifact.ts'
import { isOver } from '../../../domain/builds/build.ts'
import { classOf } from '../../../domain/builds/workflow-run.ts'
import { AppError } from '../../../domain/error.ts'
import type { Project } from '../../../domain/project.ts'
import { clipped } from '../../../domain/tests/test-result.ts'
import { condensedOf } from '../../../storage/logs/condensed-log.ts'
import { lineCountOf } from '../../../storage/logs/log-text.ts'
import { cutLinesOf, type LogWindow, readWindow } from '../../../storage/logs/log-window.ts'
import { type FoundLog, findLog, waitForLog, withLog } from '../../../storage/logs/read-log.ts'
import { searchLog } from '../../../storage/logs/search-log.ts'
import { findStepOfBuild, type StepOfBuild } from '../../../storage/logs/step-of-build.ts'
import { logAnswer, requireOffset, stepOf, streamOf } from '../../frame/answers/log-answer.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { buildNumOf, queryCount } from '../../frame/request/input.ts'
import type { App } from '../../frame/route.ts'
import { stepStatusOf } from '../data/step-list.tsx'
import { page } from '../frame/page.ts'
import { buildPath, projectPath } from '../frame/paths.ts'
import { renderFragment } from '../parts/fragment.ts'
import { renderPage } from '../parts/layout.tsx'
import { STATUS_WORD } from '../parts/status.tsx'
import { type AskedLog, type AskedPart, askedLogOf } from './asked-log.ts'
import { pageFrom, shownRange } from './log-parts.ts'
import { LogView, type ShownLog, type ShownStep } from './log-view.tsx'

/** What a step of a build printed: why it failed first, then all of it. */
export function mountLogPage(app: App): void {
  page(app, 'GET /:vcs/:org/:repo/:num{[0-9]+}/steps/:step/log', async (c, { viewer, project, params }) => {
    const shown = await requireStep(c, project, params)
    const { jobName, num } = shown.build
    const crumbs = [
      { text: 'Projects', href: '/' },
      { text: `${project.org}/${project.repo}`, href: projectPath(project) },
      { text: `${jobName} #${num}`, href: buildPath(project, num) },
      { text: clipped(shown.step.name, MAX_NAME) },
    ]
    const frame = { title: titleOf(shown), viewer, wide: true, crumbs }
    return renderPage(c, frame, <LogView {...shown} />)
  })

  page(app, 'GET /live/:vcs/:org/:repo/:num{[0-9]+}/steps/:step/log', async (c, { project, params }) => {
    const shown = await requireStep(c, project, params)
    return renderFragment(titleOf(shown), <LogView {...shown} />)
  })

  page(app, 'GET /:vcs/:org/:repo/:num{[0-9]+}/steps/:step/log/raw', async (c, { project, params }) => {
    const [num, step, stream] = [buildNumOf(params), stepOf(params), streamOf(c)]
    const find = () => findLog(c.env.stores.db, { projectId: project.id, num }, { step, stream })
    const found = await find()
    if (!found) throw new AppError('log_not_found')
    const name = `${project.repo}-${num}-step-${step}${stream === 'stdout' ? '' : `-${stream}`}.log`
    return logAnswer(c, found, find, {
      Vary: 'Cookie',
      ...(c.req.query('download') === 'yes'
        ? { 'Content-Disposition': contentDispositionFor(name, 'attachment') }
        : {}),
    })
  })
}

const MAX_NAME = 60
const MAX_WAIT_SECONDS = 15
/** The last bytes of a build's log may come a little after its end. */
const LATE_MS = 10 * 60_000

async function requireStep(
  c: Context<AppEnv>,
  project: Project,
  params: { readonly num: string; readonly step: string },
): Promise<ShownStep> {
  const { stores } = c.env
  const [num, step, asked] = [buildNumOf(params), stepOf(params), askedLogOf(c)]
  const find = () => findStepOfBuild(stores.db, { projectId: project.id, num }, { step, stream: asked.stream })
  const there = await find()
  if (!there) throw new AppError('step_not_found')
  const known = (await hasMore(c, there)) ? ((await find()) ?? there) : there
  const findAgain = async () => (await find())?.found ?? null
  const log = known.found && (await withLog(known.found, findAgain, (found) => readLog(c, { ...known, found }, asked)))
  return {
    project,
    build: known.build,
    step: known.step,
    place: { project, num, step },
    asked,
    log,
    streams: known.logs.filter((one) => one.step === step).map(({ stream }) => stream),
    isLive: asked.part.kind === 'end' && isGrowing(known, stores.now()),
    now: stores.now(),
  }
}

/** Waits as long as the script of the page asks for, for more than it has. */
async function hasMore(c: Context<AppEnv>, { found }: StepOfBuild): Promise<boolean> {
  const seconds = queryCount(c, 'wait', { min: 0, max: MAX_WAIT_SECONDS, fallback: 0 })
  const offset = c.req.query('offset') === undefined ? 0 : requireOffset(c)
  if (!found || seconds === 0 || found.log.state !== 'open' || found.log.sizeBytes > offset) return false
  return waitForLog(c.env.stores.db, found.log.id, offset, seconds)
}

/** Whether more of it may come. */
function isGrowing({ build, step, found }: StepOfBuild, now: number): boolean {
  // How the step ended is reported after its log.
  if (!isOver(build.status))
    return found === null || found.log.state === 'open' || classOf(stepStatusOf(step)) === 'blue'
  return found !== null && found.log.state === 'open' && now - found.log.touchedAt < LATE_MS
}

async function readLog(
  c: Context<AppEnv>,
  { step, found }: StepOfBuild & { readonly found: FoundLog },
  { part }: AskedLog,
): Promise<ShownLog> {
  const { stores } = c.env
  const total = lineCountOf(found)
  const cuts = cutLinesOf(found.parts)
  const { sizeBytes, state } = found.log
  const known = { total, cuts, sizeBytes, isOpen: state === 'open' }
  if (part.kind === 'search')
    return { ...known, part: { kind: 'search', text: part.text, search: await searchLog(stores, found.parts, part) } }
  const isFailed = classOf(stepStatusOf(step)) === 'red'
  // Kept with a log that is over; while it is not, its end is read twice.
  const [condensed, window] = await Promise.all([
    isFailed ? condensedOf(stores, found) : null,
    readPart(c, found, part, total),
  ])
  return { ...known, part: { kind: 'lines', ...window, condensed: condensed?.lines.length ? condensed : null } }
}

async function readPart(
  c: Context<AppEnv>,
  { parts }: FoundLog,
  part: Exclude<AskedPart, { kind: 'search' }>,
  total: number,
): Promise<LogWindow> {
  const cuts = cutLinesOf(parts)
  const range = shownRange(part, total, cuts)
  const window = await readWindow(c.env.stores, parts, range)
  // Where the part before a cut ends with a line, the number behind that is of none.
  if (window.lines.length === 0) return readWindow(c.env.stores, parts, pageFrom(range.first + 1, cuts))
  if (part.kind !== 'marked' || window.isWhole || (window.lines.at(-1)?.number ?? 0) >= part.lines.first) return window
  // Lines before it are so long that the reading ended among them.
  return readWindow(c.env.stores, parts, { ...range, first: part.lines.first })
}

function titleOf({ project, build, step }: ShownStep): string {
  return `${STATUS_WORD[stepStatusOf(step)]}: ${clipped(step.name, MAX_NAME)} · ${build.jobName} #${build.num} · ${project.org}/${project.repo}`
}
