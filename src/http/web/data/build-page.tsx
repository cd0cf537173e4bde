import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { permissionsOf } from '../../../domain/access/permission.ts'
import type { FileOverview, FolderPlace } from '../../../domain/artifacts/folder.ts'
import { type Build, durationMsOf, isOver, queuedAtOf, type Step } from '../../../domain/builds/build.ts'
import { classOf } from '../../../domain/builds/workflow-run.ts'
import { AppError } from '../../../domain/error.ts'
import type { Condensed } from '../../../domain/logs/condense.ts'
import type { LogStream } from '../../../domain/logs/log.ts'
import type { Project, Role } from '../../../domain/project.ts'
import { artifactPathsOf, attachedFileOf } from '../../../domain/tests/attached-file.ts'
import { isBad } from '../../../domain/tests/test-result.ts'
import { newFirst } from '../../../domain/tests/verdict.ts'
import { findArtifact, listArtifacts } from '../../../storage/artifacts/artifacts.ts'
import {
  type BuildFiles,
  type FolderPage,
  listBuildFiles,
  listFilesAt,
  listFolder,
  MAX_FILES_AT_ONCE,
} from '../../../storage/builds/build-contents.ts'
import { type BuildReport, listReports } from '../../../storage/builds/build-reports.ts'
import { type BuildDetail, findBuild, findBuildId } from '../../../storage/builds/builds.ts'
import { condensedOf } from '../../../storage/logs/condensed-log.ts'
import { findLog, type LogKey, withLog } from '../../../storage/logs/read-log.ts'
import type { Db, ReadStores } from '../../../storage/stores.ts'
import { findTestsNamed } from '../../../storage/tests/answers/known-tests.ts'
import { type Judgement, judgeBuild } from '../../../storage/tests/answers/verdicts.ts'
import { listTestsOfBuild, type TestPage } from '../../../storage/tests/test-results.ts'
import { artifactsZip } from '../../downloads/artifacts-zip.ts'
import { redirectToDownload } from '../../downloads/redirect.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { artifactPlaceOf, buildNumOf, queryPage } from '../../frame/request/input.ts'
import { publicOriginOf } from '../../frame/request/origin.ts'
import type { App } from '../../frame/route.ts'
import { redirectToReport } from '../../reports/way-in.ts'
import { page } from '../frame/page.ts'
import { buildPath, filePath, pipelinePath, projectPath, safeUrl, stepLogPath, testsPath } from '../frame/paths.ts'
import { type AskedLog, lineAddress, logAddress } from '../logs/asked-log.ts'
import { CondensedLines, reasonsOf } from '../logs/condensed-lines.tsx'
import { EventTime } from '../parts/event-time.tsx'
import { renderFragment } from '../parts/fragment.ts'
import { Icon } from '../parts/icon.tsx'
import { renderPage } from '../parts/layout.tsx'
import { LiveNote } from '../parts/live-note.tsx'
import { Facts } from '../parts/parts.tsx'
import { STATUS_WORD, Status } from '../parts/status.tsx'
import type { ListedTest } from '../tests/test-item.tsx'
import { NoTests, TestList, testSummary } from '../tests/test-list.tsx'
import { DownloadAll, FileList } from './file-list.tsx'
import { type AskedFolder, askedFolderOf, FolderView, folderQuery } from './folder-view.tsx'
import { countText, durationText, sizeText } from './measures.ts'
import { firstLineOf, Origin } from './pipeline-list.tsx'
import { ReportList } from './report-list.tsx'
import { StepList, stepStatusOf } from './step-list.tsx'

/** A build: what it did, what it found, what it made. */
export function mountBuildPage(app: App): void {
  page(app, 'GET /:vcs/:org/:repo/:num{[0-9]+}', async (c, { near, viewer, project, role, params }) => {
    const shown = await readBuild(c, { near, project, role }, buildNumOf(params))
    const { num, jobName } = shown.detail.build
    const crumbs = [
      { text: 'Projects', href: '/' },
      { text: `${project.org}/${project.repo}`, href: projectPath(project) },
      { text: `${jobName} #${num}` },
    ]
    const frame = { title: titleOf(project, shown), viewer, wide: true, crumbs }
    return renderPage(c, frame, <BuildView project={project} {...shown} />)
  })

  page(app, 'GET /live/:vcs/:org/:repo/:num{[0-9]+}', async (c, { near, project, role, params }) => {
    const shown = await readBuild(c, { near, project, role }, buildNumOf(params))
    return renderFragment(titleOf(project, shown), <BuildView project={project} {...shown} />)
  })

  page(app, 'GET /:vcs/:org/:repo/:num{[0-9]+}/artifacts/:node/:path{.+}', async (c, opened) => {
    const { viewer, project, fence, params } = opened
    const artifact = await findArtifact(c.env.stores, project.id, buildNumOf(params), artifactPlaceOf(params))
    if (!artifact) throw new AppError('artifact_not_found')
    return redirectToDownload(c, { grant: viewer, grantEndsAt: null, fence, project }, artifact)
  })

  page(app, 'GET /:vcs/:org/:repo/:num{[0-9]+}/artifacts.zip', async (c, { project, params }) => {
    const num = buildNumOf(params)
    const artifacts = await listArtifacts(c.env.stores, project.id, num)
    if (!artifacts) throw new AppError('build_not_found')
    return artifactsZip(c, project, num, artifacts)
  })

  page(app, 'GET /:vcs/:org/:repo/:num{[0-9]+}/report/:node/:path{.+}', async (c, opened) => {
    const { viewer, project, fence, params } = opened
    const buildId = await findBuildId(c.env.stores.db, project.id, buildNumOf(params))
    if (!buildId) throw new AppError('artifact_not_found')
    return redirectToReport(c, { grant: viewer, grantEndsAt: null, fence, project }, { ...params, buildId })
  })
}

/** Why a step failed, as its log tells. */
type Why = { readonly step: number; readonly stream: LogStream; readonly condensed: Condensed }

type Shown = {
  readonly detail: BuildDetail
  readonly files: BuildFiles
  readonly reports: readonly BuildReport[]
  readonly asked: AskedFolder
  /** The folder asked for, where there are too many files for one page. */
  readonly folder: { readonly place: FolderPlace | null; readonly entries: FolderPage } | null
  readonly tests: TestPage
  readonly results: readonly ListedTest[]
  readonly judgement: Judgement | null
  /** The files among which the attachments of the tests are. */
  readonly attached: readonly FileOverview[]
  readonly why: Why | null
  readonly mayShare: boolean
  readonly now: number
  readonly origin: string
}

async function readBuild(
  c: Context<AppEnv>,
  { near, project, role }: { readonly near: ReadStores; readonly project: Project; readonly role: Role | null },
  num: number,
): Promise<Shown> {
  const { db, now } = near
  const asked = askedFolderOf(c)
  const testPage = queryPage(c, 'tests')
  const [detail, files, tests, judgement] = await Promise.all([
    findBuild(db, project.id, num),
    listBuildFiles(near, project.id, num),
    listTestsOfBuild(near, project.id, num, testPage),
    judgeBuild(near, project, num),
  ])
  if (!detail) throw new AppError('build_not_found')
  const build = { projectId: project.id, num }
  const [folder, attached, reports, known, why] = await Promise.all([
    readFolder(db, build, files, asked),
    readAttached(db, build, files, tests),
    files.count === 0 ? [] : listReports(db, build, files.all),
    findTestsNamed(db, project.id, tests.results, now()),
    readWhy(c, build, detail),
  ])
  const verdicts = new Map(judgement?.failures.map(({ test, verdict }) => [test.id, verdict]))
  const listed = tests.results.map((test, place): ListedTest => {
    const own = known[place] ?? null
    const verdict = own && isBad(test.result) ? (verdicts.get(own.id) ?? null) : null
    return { ...test, known: own, verdict }
  })
  // Failures come before all others.
  const failed = listed
    .filter(({ result }) => isBad(result))
    .map((test) => ({ test, verdict: test.verdict, mute: test.known?.mute }))
  const results = [...newFirst(failed).map(({ test }) => test), ...listed.slice(failed.length)]
  const origin = publicOriginOf(c)
  const mayShare = role !== null && permissionsOf(role).includes('shares:write')
  return {
    detail,
    files,
    reports,
    asked,
    folder,
    tests,
    results,
    judgement,
    attached,
    why,
    mayShare,
    now: now(),
    origin,
  }
}

/** What the log of the first failed step tells; null where none has one. Who may see a build may see what it made. */
async function readWhy(
  c: Context<AppEnv>,
  build: { projectId: string; num: number },
  { steps, logs }: BuildDetail,
): Promise<Why | null> {
  const { stores } = c.env
  const failed = logs.find(({ step }) => {
    const { [step]: one } = steps
    return one !== undefined && classOf(stepStatusOf(one)) === 'red'
  })
  const read = async (place: LogKey): Promise<Why | null> => {
    const find = () => findLog(stores.db, build, place)
    const found = await find()
    const condensed = found && (await withLog(found, find, (log) => condensedOf(stores, log)))
    return condensed && { ...place, condensed }
  }
  // Of two streams the one with errors tells it.
  const streams = await Promise.all(logs.filter(({ step }) => step === failed?.step).map(read))
  const told = streams.filter((one) => one !== null)
  return told.find(({ condensed }) => condensed.lines.some(({ why }) => why === 'error')) ?? told.at(-1) ?? null
}

/** No more is read where all files are at hand. */
async function readAttached(db: Db, build: { projectId: string; num: number }, files: BuildFiles, tests: TestPage) {
  const paths = tests.results.flatMap(({ attachments }) => attachments.flatMap(artifactPathsOf))
  if (files.count <= MAX_FILES_AT_ONCE || paths.length === 0) return files.files
  return listFilesAt(db, build, files, [...new Set(paths)])
}

async function readFolder(
  db: Db,
  build: { readonly projectId: string; readonly num: number },
  files: BuildFiles,
  asked: AskedFolder,
) {
  if (files.count <= MAX_FILES_AT_ONCE && asked.place === null) return null
  const hasNodes = files.firstNode !== files.lastNode
  const place = asked.place ?? (hasNodes ? null : { nodeIndex: files.firstNode, path: '' })
  const entries = await listFolder(db, build, { place, page: asked.page, all: files.all })
  if (entries.entries.length === 0) throw new AppError('artifact_not_found')
  return { place, entries }
}

function titleOf({ org, repo }: Project, { detail }: Shown): string {
  return `${stateOf(detail.build)} · ${org}/${repo}`
}

/** `Running: test #29`. */
function stateOf({ status, jobName, num }: Build): string {
  return `${STATUS_WORD[status]}: ${jobName} #${num}`
}

/** All of the page's content, which the page's script reads again until the build is over. */
function BuildView({
  project,
  detail,
  files,
  reports,
  asked,
  folder,
  tests,
  results,
  judgement,
  attached,
  why,
  mayShare,
  now,
  origin,
}: Shown & { project: Project }) {
  const { build, steps } = detail
  const { num, pipeline } = build
  const address = buildPath(project, num)
  const addressOf = (folder: AskedFolder, page: number) => {
    const query = new URLSearchParams({
      ...(page === 1 ? {} : { tests: `${page}` }),
      ...folderQuery(folder),
    }).toString()
    return query === '' ? address : `${address}?${query}`
  }
  const isLive = !isOver(build.status)
  const fileOf = attachedFileOf(attached)
  const hrefOf = (path: string) => {
    const file = fileOf(path)
    return file && filePath(project, num, file)
  }
  const hasNoTests = tests.reports > 0 && tests.pages === 0
  return (
    <div id="build" data-live={isLive ? `/live${addressOf(asked, tests.page)}` : undefined} data-state={stateOf(build)}>
      <Head project={project} build={build} />
      <p class="subject">{pipeline.subject && firstLineOf(pipeline.subject)}</p>
      <Origin project={project} pipeline={pipeline} />
      {hasNoTests && classOf(build.status) === 'red' && <NoTests />}
      {judgement && judgement.summary !== '' && <Verdicts project={project} judgement={judgement} />}
      {why && <WhyFailed project={project} num={num} steps={steps} why={why} />}
      <BuildFacts project={project} detail={detail} now={now} />
      {isLive && <LiveNote address={addressOf(asked, tests.page)} />}
      <Section id="steps" title="Steps" note={null}>
        {steps.length > 0 ? (
          <StepList steps={steps} logs={detail.logs} addressOf={(step) => stepLogPath(project, num, step)} />
        ) : (
          <None of="steps" isLive={isLive} />
        )}
      </Section>
      <Section id="tests" title="Tests" note={tests.reports > 0 ? testSummary(tests) : null}>
        {tests.reports > 0 ? (
          <>
            <TestList
              project={project}
              tests={tests}
              results={results}
              hrefOf={hrefOf}
              addressOf={(page) => `${addressOf(asked, page)}#tests`}
              now={now}
            />
            <p class="more">
              <a href={testsPath(project)}>Tests of the project</a>
            </p>
          </>
        ) : (
          <None of="test results" isLive={isLive} />
        )}
      </Section>
      <Section
        id="artifacts"
        title="Artifacts"
        note={files.count > 0 ? `${countText(files.count, 'file')}, ${sizeText(files.sizeBytes)}` : null}
      >
        {files.count > 0 ? (
          <>
            {reports.length > 0 && (
              <ReportList
                project={project}
                num={num}
                reports={reports}
                hasNodes={files.firstNode !== files.lastNode}
                mayShare={mayShare}
              />
            )}
            {folder ? (
              <FolderView
                project={project}
                num={num}
                place={folder.place}
                folder={folder.entries}
                hasNodes={files.firstNode !== files.lastNode}
                mayShare={mayShare}
                addressOf={(folder) => `${addressOf(folder, tests.page)}#artifacts`}
              />
            ) : (
              <FileList project={project} num={num} files={files} mayShare={mayShare} />
            )}
            <DownloadAll project={project} num={num} files={files} origin={origin} />
          </>
        ) : (
          <None of="artifacts" isLive={isLive} />
        )}
      </Section>
    </div>
  )
}

function Head({ project, build }: { project: Project; build: Build }) {
  const elsewhere = build.buildUrl && safeUrl(build.buildUrl)
  return (
    <div class="page-head build-head">
      <div class="row">
        <h1>
          {build.jobName} <span class="muted">#{build.num}</span>
        </h1>
        <Status status={build.status} />
      </div>
      <div class="actions">
        {elsewhere && (
          <a class="button" href={elsewhere}>
            <Icon name="external" /> Open in the CI
          </a>
        )}
        <a class="button" href={pipelinePath(project, build.pipeline.number)}>
          <Icon name="list" /> Pipeline #{build.pipeline.number}
        </a>
      </div>
    </div>
  )
}

/** All failures in one line, and what they were compared with. */
function Verdicts({ project, judgement }: { project: Project; judgement: Judgement }) {
  const { summary, comparedWith, counts, failures } = judgement
  const areMuted = counts.muted === failures.length && counts.unjudged === 0
  return (
    <p class={`callout verdicts ${areMuted ? 'warn' : 'bad'}`}>
      <a class="plain" href="#tests">
        <strong>{summary}</strong>
      </a>
      {comparedWith && (
        <span class="muted">
          {' '}
          compared with{' '}
          <a href={pipelinePath(project, comparedWith.pipelineNumber)}>pipeline #{comparedWith.pipelineNumber}</a> on{' '}
          {comparedWith.branch}
        </span>
      )}
    </p>
  )
}

const MAX_REASONS = 40

/** The lines that tell why a step failed, before anything else. */
function WhyFailed({ project, num, steps, why }: { project: Project; num: number; steps: readonly Step[]; why: Why }) {
  const place = { project, num, step: why.step }
  const asked: AskedLog = { stream: why.stream, part: { kind: 'end' }, showsTimes: false, wraps: true }
  const lines = reasonsOf(why.condensed, MAX_REASONS)
  if (lines.length === 0) return null
  return (
    <section class="section" aria-labelledby="why">
      <div class="row list-head">
        <h2 id="why" class="clamp">
          Why {steps[why.step]?.name ?? 'it'} failed
        </h2>
        <a class="button small" href={logAddress(place, asked)}>
          <Icon name="list" /> Whole log
        </a>
      </div>
      <CondensedLines lines={lines} addressOf={(number) => lineAddress(place, asked, number)} />
    </section>
  )
}

/** What is known of a build besides its commit. */
function BuildFacts({ project, detail, now }: { project: Project; detail: BuildDetail; now: number }) {
  const { build, previousSuccess } = detail
  const { startedAt, stoppedAt, previous } = build
  const ms = durationMsOf(build)
  const facts: readonly (readonly [string, Child])[] = [
    ['Workflow', build.workflow.name],
    ['Queued', <EventTime at={queuedAtOf(build)} now={now} />],
    ['Started', startedAt === null ? '–' : <EventTime at={startedAt} now={now} />],
    ['Finished', stoppedAt === null ? '–' : <EventTime at={stoppedAt} now={now} />],
    ['Duration', ms === null ? '–' : durationText(ms)],
    [
      'Previous run',
      previous ? <BuildLink project={project} num={previous.num} word={STATUS_WORD[previous.status]} /> : '–',
    ],
    ...(previousSuccess && previousSuccess.num !== previous?.num
      ? [['Passed last', <BuildLink project={project} num={previousSuccess.num} word={null} />] as const]
      : []),
  ]
  return <Facts facts={facts} />
}

function BuildLink({ project, num, word }: { project: Project; num: number; word: string | null }) {
  return (
    <>
      <a href={buildPath(project, num)}>#{num}</a>
      {word && ` ${word.toLowerCase()}`}
    </>
  )
}

function Section({ id, title, note, children }: { id: string; title: string; note: string | null; children?: Child }) {
  return (
    <section class="section" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {note && <p>{note}</p>}
      {children}
    </section>
  )
}

function None({ of, isLive }: { of: string; isLive: boolean }) {
  return <p class="muted">{isLive ? `No ${of} yet.` : `No ${of} were reported.`}</p>
}
