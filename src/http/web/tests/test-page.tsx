import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { permissionsOf } from '../../../domain/access/permission.ts'
import { AppError } from '../../../domain/error.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import type { Project, Role } from '../../../domain/project.ts'
import { MAX_MUTES, type Mute, type NamedTest } from '../../../domain/tests/named-test.ts'
import { type HistoryRun, statsOf } from '../../../domain/tests/test-history.ts'
import { clipped } from '../../../domain/tests/test-result.ts'
import type { ReadStores } from '../../../storage/stores.ts'
import { findTestHistory, type TestHistory } from '../../../storage/tests/answers/test-history.ts'
import { muteTest, unmuteTest } from '../../../storage/tests/answers/test-mutes.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { testIdOf } from '../../frame/request/input.ts'
import type { App } from '../../frame/route.ts'
import { durationText } from '../data/measures.ts'
import { redirectTo } from '../frame/flash.ts'
import { page } from '../frame/page.ts'
import { branchPath, buildPath, projectPath, testPath, testsPath } from '../frame/paths.ts'
import { EventTime } from '../parts/event-time.tsx'
import { Form } from '../parts/form-parts.tsx'
import { renderPage } from '../parts/layout.tsx'
import { Copyable, DataTable, Facts } from '../parts/parts.tsx'
import { shortRevision } from '../parts/short-revision.ts'
import { type MuteErrors, MuteForm, type MuteTexts, muteTextsIn, muteTextsOf, parseMuting } from './mute-form.tsx'
import { RunStrip } from './run-strip.tsx'
import { RUN_WORDS, shareText } from './run-words.ts'
import { TestName } from './test-name.tsx'
import { MuteSentence } from './verdict-words.tsx'

/** One test: its last runs, what they say together, and whether its failures are expected. */
export function mountTestPage(app: App): void {
  page(app, 'GET /:vcs/:org/:repo/tests/:id', async (c, { near, viewer, project, role, params }) =>
    testPage(c, { near, viewer, project, role }, testIdOf(params)),
  )

  page(app, 'POST /:vcs/:org/:repo/tests/:id/mute', async (c, { actor, near, viewer, project, role, form, params }) => {
    const id = testIdOf(params)
    const texts = muteTextsIn(form)
    const muting = parseMuting(texts, c.env.stores.now())
    if ('errors' in muting) return testPage(c, { near, viewer, project, role }, id, { texts, errors: muting.errors })
    const muted = await muteTest(c.env.stores, project.id, { testId: id, ...muting }, actor)
    if (muted === 'no_test') throw new AppError('test_not_found')
    if (muted === 'limit') {
      const reason = `A project can have at most ${MAX_MUTES} muted tests: unmute one first.`
      return testPage(c, { near, viewer, project, role }, id, { texts, errors: { reason } })
    }
    return redirectTo(testPath(project, id), 'test-muted')
  })

  page(app, 'POST /:vcs/:org/:repo/tests/:id/unmute', async (c, { actor, project, params }) => {
    const id = testIdOf(params)
    const unmuted = await unmuteTest(c.env.stores, project.id, id, actor)
    if (unmuted === 'no_test') throw new AppError('test_not_found')
    return redirectTo(testPath(project, id), 'test-unmuted')
  })
}

type Place = {
  readonly near: ReadStores
  readonly viewer: Viewer | null
  readonly project: Project
  readonly role: Role | null
}
type Refused = { readonly texts: MuteTexts; readonly errors: MuteErrors }

async function testPage(c: Context<AppEnv>, place: Place, id: number, refused?: Refused): Promise<Response> {
  const { near, viewer, project } = place
  const { db, now } = near
  const history = await findTestHistory(db, project.id, id, now())
  if (!history) throw new AppError('test_not_found')
  const name = clipped(history.test.name, 60)
  const crumbs = [
    { text: 'Projects', href: '/' },
    { text: `${project.org}/${project.repo}`, href: projectPath(project) },
    { text: 'Tests', href: testsPath(project) },
    { text: name },
  ]
  const frame = { title: `${name} · ${project.org}/${project.repo}`, viewer, wide: true, crumbs }
  return renderPage(
    c,
    { ...frame, status: refused ? 422 : 200 },
    <TestView {...place} history={history} refused={refused} now={now()} />,
  )
}

type ViewProps = Place & { readonly history: TestHistory; readonly refused: Refused | undefined; readonly now: number }

function TestView({ viewer, project, role, history, refused, now }: ViewProps) {
  const { test, mute, runs } = history
  const mayMute = viewer !== null && role !== null && permissionsOf(role).includes('builds:write')
  return (
    <>
      <div class="page-head">
        <h1>
          <span class="clamp">
            <TestName test={test} />
          </span>
        </h1>
        {mayMute && !mute && (
          <div class="actions">
            <a class="button" href="#mute">
              Mute
            </a>
          </div>
        )}
      </div>
      {mute && <Muted viewer={mayMute ? viewer : null} project={project} test={test} mute={mute} now={now} />}
      <Figures project={project} runs={runs} now={now} />
      <section class="section" aria-labelledby="runs">
        <h2 id="runs">{runs.length === 1 ? 'Last run' : `Last ${runs.length} runs`}</h2>
        {runs.length === 0 ? (
          <p class="muted">None of the newest 1,000 reports of the project has it.</p>
        ) : (
          <>
            <p class="muted small-text">The newest first, on all branches. Times are within 14%.</p>
            <RunStrip project={project} runs={runs} />
            <div class="runs">
              <RunTable project={project} runs={runs} now={now} />
            </div>
          </>
        )}
      </section>
      <section class="section" aria-labelledby="names">
        <h2 id="names">Names</h2>
        <Names test={test} />
      </section>
      {mayMute && (
        <section class="section" aria-labelledby="mute">
          <h2 id="mute">{mute ? 'Change the mute' : 'Mute this test'}</h2>
          <p class="muted">
            Until that day its failures are shown as muted, on all branches, and do not turn{' '}
            <code>buildpass run --quarantine</code> red.
          </p>
          <MuteForm
            viewer={viewer}
            action={`${testPath(project, test.id)}/mute`}
            texts={refused?.texts ?? muteTextsOf(mute, now)}
            errors={refused?.errors ?? {}}
            button={mute ? 'Save' : 'Mute'}
            now={now}
          />
        </section>
      )}
    </>
  )
}

type MutedProps = {
  /** Null where they may not end it. */
  readonly viewer: Viewer | null
  readonly project: Project
  readonly test: NamedTest
  readonly mute: Mute
  readonly now: number
}

function Muted({ viewer, project, test, mute, now }: MutedProps) {
  return (
    <div class="callout warn row list-head">
      <p>
        <MuteSentence mute={mute} now={now} />
      </p>
      {viewer && (
        <Form viewer={viewer} action={`${testPath(project, test.id)}/unmute`}>
          <button type="submit" class="button small">
            Unmute
          </button>
        </Form>
      )}
    </div>
  )
}

/** What the runs say together. */
function Figures({ project, runs, now }: { project: Project; runs: readonly HistoryRun[]; now: number }) {
  const { failed, runs: count, medianSeconds, p95Seconds, firstFailureSince } = statsOf(runs, project.defaultBranch)
  const seconds = (value: number | null) => (value === null ? '–' : durationText(value * 1000))
  const isThere = runs.some(({ branch, outcome }) => branch === project.defaultBranch && outcome !== 'skipped')
  const facts: readonly (readonly [string, Child])[] = [
    ['Failed', count === 0 ? '–' : shareText(failed, count)],
    ['Median time', seconds(medianSeconds)],
    ['95th percentile', seconds(p95Seconds)],
    [
      `On ${clipped(project.defaultBranch, 60)}`,
      firstFailureSince ? (
        <>
          fails since <a href={buildPath(project, firstFailureSince.buildNum)}>#{firstFailureSince.buildNum}</a>,{' '}
          <EventTime at={firstFailureSince.at} now={now} />
        </>
      ) : isThere ? (
        'passes'
      ) : (
        'did not run'
      ),
    ],
  ]
  return <Facts facts={facts} />
}

const IN_TABLE = 10

function RunTable({ project, runs, now }: { project: Project; runs: readonly HistoryRun[]; now: number }) {
  const rows = runs.slice(0, IN_TABLE).map((run) => [
    <a href={buildPath(project, run.buildNum)}>
      {run.jobName} #{run.buildNum}
    </a>,
    <span class={`status ${RUN_WORDS[run.outcome].class}`}>{RUN_WORDS[run.outcome].word}</span>,
    run.branch === null ? (
      ''
    ) : (
      <a class="clamp" href={branchPath(project, run.branch)}>
        {run.branch}
      </a>
    ),
    <code>{shortRevision(run.revision)}</code>,
    durationText(run.runTimeSeconds * 1000),
    <EventTime at={run.at} now={now} />,
    run.actor ?? '',
  ])
  return (
    <DataTable
      caption={`The newest ${rows.length} runs`}
      columns={[
        { label: 'Build' },
        { label: 'Outcome' },
        { label: 'Branch' },
        { label: 'Revision' },
        { label: 'Time', class: 'number' },
        { label: 'When' },
        { label: 'Who' },
      ]}
      rows={rows}
    />
  )
}

function Names({ test }: { test: NamedTest }) {
  const names: readonly (readonly [string, string, string])[] = [
    ['test-name', 'Name', test.name],
    ['test-class', 'Class', test.classname],
    ['test-file', 'File', test.file ?? ''],
  ]
  return (
    <div class="stack">
      {names
        .filter(([, , text]) => text !== '')
        .map(([id, label, text]) => (
          <div>
            <p class="muted small-text">{label}</p>
            <Copyable id={id} label={label} text={text} />
          </div>
        ))}
    </div>
  )
}
