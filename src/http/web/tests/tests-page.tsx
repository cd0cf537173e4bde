import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { invalidInput } from '../../../domain/error.ts'
import type { Project } from '../../../domain/project.ts'
import { listRecentBranches } from '../../../storage/builds/pipeline-overviews.ts'
import type { ReadStores } from '../../../storage/stores.ts'
import { testInsights } from '../../../storage/tests/answers/test-insights.ts'
import { listMuted } from '../../../storage/tests/answers/test-mutes.ts'
import { type FoundTests, searchTests } from '../../../storage/tests/answers/test-search.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { checkedBranch, queryCount, queryPage } from '../../frame/request/input.ts'
import type { App } from '../../frame/route.ts'
import { page } from '../frame/page.ts'
import { projectPath, testPath, testsPath } from '../frame/paths.ts'
import { renderPage } from '../parts/layout.tsx'
import { Empty, PageHead, Pager } from '../parts/parts.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { NoReportYet } from './no-report-yet.tsx'
import { LISTS, type ListName, listedOf, type TestLists } from './test-lists.tsx'
import { TestName } from './test-name.tsx'

const FOUND_A_PAGE = 50
const LISTED_A_PAGE = 50
/** Of each list, beside the others. */
const SHOWN = 5
const MAX_SEARCH = 1_000

/** The tests of a project: what stands out of them, and any of them by a part of its name. */
export function mountTestsPage(app: App): void {
  page(app, 'GET /:vcs/:org/:repo/tests', async (c, { near, viewer, project }) => {
    const content = c.req.query('q') === undefined ? await standingOut(c, near, project) : await found(c, near, project)
    const crumbs = [
      { text: 'Projects', href: '/' },
      { text: `${project.org}/${project.repo}`, href: projectPath(project) },
      { text: 'Tests' },
    ]
    return renderPage(c, { title: `Tests · ${project.org}/${project.repo}`, viewer, wide: true, crumbs }, content)
  })
}

type Asked = { readonly branch: string; readonly list: ListName | null; readonly page: number }

function askedOf(c: Context<AppEnv>, project: Project): Asked {
  const list = c.req.query('list')
  const branch = checkedBranch(c.req.query('branch') ?? '') || project.defaultBranch
  return {
    branch,
    list: (Object.keys(LISTS) as ListName[]).find((name) => name === list) ?? null,
    page: queryPage(c, 'page'),
  }
}

function addressFor(project: Project, { branch, list, page }: Asked): string {
  const query = new URLSearchParams({
    ...(branch === project.defaultBranch ? {} : { branch }),
    ...(list === null ? {} : { list }),
    ...(page === 1 ? {} : { page: `${page}` }),
  })
  return `${testsPath(project)}${query.size > 0 ? `?${query}` : ''}`
}

async function standingOut(c: Context<AppEnv>, near: ReadStores, project: Project): Promise<Child> {
  const asked = askedOf(c, project)
  const [insights, muted, branches] = await Promise.all([
    testInsights(near, project, asked.branch),
    listMuted(near.db, project.id, near.now()),
    listRecentBranches(near.db, project.id),
  ])
  const lists: TestLists = { ...insights, muted }
  const isEmpty = Object.values(lists).every((list) => list.length === 0)
  if (isEmpty && (await searchTests(near.db, project.id, '', { limit: 1 })).tests.length === 0)
    return (
      <>
        <PageHead title="Tests" />
        <NoReportYet />
      </>
    )
  const named = [...new Set([project.defaultBranch, asked.branch, ...branches])]
  const shown = listedOf(lists, { project, now: near.now() })
  return (
    <>
      <PageHead title="Tests">
        What stands out of the newest pipelines on <strong>{asked.branch}</strong>.
      </PageHead>
      <div class="row test-forms">
        <Search project={project} text="">
          <a class="find" href={`${testsPath(project)}?q=`}>
            All tests
          </a>
        </Search>
        <BranchForm project={project} asked={asked} branches={named} />
      </div>
      {isEmpty ? (
        <NoneThere project={project} branch={asked.branch} />
      ) : asked.list === null ? (
        <div class="test-lists">
          {shown.map(({ name, rows }) => (
            <section class="section" aria-labelledby={name}>
              <ListHead name={name} count={rows.length} />
              <Rows rows={rows.slice(0, SHOWN)} none={LISTS[name].none} />
              {rows.length > SHOWN && (
                <p class="more">
                  <a href={addressFor(project, { ...asked, list: name, page: 1 })}>
                    {rows.length === INSIGHTS ? 'First' : 'All'} {rows.length}
                    <span class="unseen"> of {LISTS[name].title}</span>
                  </a>
                </p>
              )}
            </section>
          ))}
        </div>
      ) : (
        <WholeList project={project} asked={asked} shown={shown} />
      )}
    </>
  )
}

function NoneThere({ project, branch }: { project: Project; branch: string }) {
  return (
    <div class="section">
      <Empty icon="search" title={`No test ran on ${branch} of late`}>
        <p>
          Choose another branch, or <a href={`${testsPath(project)}?q=`}>look through all tests</a>.
        </p>
      </Empty>
    </div>
  )
}

/** So long each list but that of muted tests is at most. */
const INSIGHTS = 50

type Shown = ReturnType<typeof listedOf>

function ListHead({ name, count }: { name: ListName; count: number }) {
  return (
    <>
      <h2 id={name}>
        {LISTS[name].title}{' '}
        {count > 0 && (
          <span class="muted">
            {count}
            {name !== 'muted' && count === INSIGHTS && '+'}
          </span>
        )}
      </h2>
      <p class="muted small-text">{LISTS[name].hint}</p>
    </>
  )
}

function WholeList({ project, asked, shown }: { project: Project; asked: Asked; shown: Shown }) {
  const listed = shown.find(({ name }) => name === asked.list)
  if (!listed) return null
  const { name, rows } = listed
  const from = (asked.page - 1) * LISTED_A_PAGE
  return (
    <>
      <section class="section" aria-labelledby={name}>
        <ListHead name={name} count={rows.length} />
        <Rows rows={rows.slice(from, from + LISTED_A_PAGE)} none={LISTS[name].none} />
      </section>
      <p class="more">
        <a href={addressFor(project, { ...asked, list: null, page: 1 })}>All lists</a>
      </p>
      <Pager
        newer={asked.page > 1 ? addressFor(project, { ...asked, page: asked.page - 1 }) : null}
        older={rows.length > from + LISTED_A_PAGE ? addressFor(project, { ...asked, page: asked.page + 1 }) : null}
        words={['Previous tests', 'More tests']}
      />
    </>
  )
}

function Rows({ rows, none }: { rows: Shown[number]['rows']; none: string }) {
  if (rows.length === 0) return <p class="muted none">{none}</p>
  return (
    <ul class="card test-list">
      {rows.map(({ href, test, figure }) => (
        <li class="test-line">
          <a class="plain clamp" href={href}>
            <TestName test={test} />
          </a>
          <span class="test-figure clamp">{figure}</span>
        </li>
      ))}
    </ul>
  )
}

function Search({ project, text, children }: { project: Project; text: string; children?: Child }) {
  return (
    <search>
      <form class="row filters" method="get" action={testsPath(project)}>
        <SearchField
          text={text}
          label="Part of the test’s name, class or file"
          placeholder="Part of the name, class or file"
          maxLength={MAX_SEARCH}
        />
        {children}
      </form>
    </search>
  )
}

function BranchForm({ project, asked, branches }: { project: Project; asked: Asked; branches: readonly string[] }) {
  if (branches.length < 2) return null
  return (
    <form class="row filters" method="get" action={testsPath(project)}>
      {asked.list !== null && <input type="hidden" name="list" value={asked.list} />}
      <select name="branch" aria-label="Branch">
        {branches.map((name) => (
          <option value={name} selected={name === asked.branch}>
            {name}
          </option>
        ))}
      </select>
      <button type="submit" class="button">
        Show branch
      </button>
    </form>
  )
}

async function found(c: Context<AppEnv>, near: ReadStores, project: Project): Promise<Child> {
  const text = (c.req.query('q') ?? '').trim()
  if (text.length > MAX_SEARCH) throw invalidInput('q', `must be at most ${MAX_SEARCH} characters long`)
  const after = queryCount(c, 'after', { min: 0, max: 999_999_999, fallback: 0 })
  const page = { limit: FOUND_A_PAGE, after: after === 0 ? null : after }
  const { tests, nextAfter } = await searchTests(near.db, project.id, text, page)
  const address = (after: number | null) =>
    `${testsPath(project)}?${new URLSearchParams({ q: text, ...(after === null ? {} : { after: `${after}` }) })}`
  return (
    <>
      <PageHead title="Tests">
        {text === '' ? 'All, by class and name.' : <>Those with “{text}” in their class, name or file.</>}
      </PageHead>
      <div class="row test-forms">
        <Search project={project} text={text}>
          <a class="find" href={testsPath(project)}>
            What stands out
          </a>
        </Search>
      </div>
      <div class="section">
        {tests.length === 0 ? <NoneFound project={project} /> : <Found project={project} tests={tests} />}
      </div>
      <Pager
        newer={page.after === null ? null : address(null)}
        older={nextAfter === null ? null : address(nextAfter)}
        words={['First tests', 'More tests']}
      />
    </>
  )
}

function Found({ project, tests }: { project: Project } & Pick<FoundTests, 'tests'>) {
  return (
    <ul class="card test-list">
      {tests.map((test) => (
        <li class="test-line">
          <a class="plain clamp" href={testPath(project, test.id)}>
            <TestName test={test} />
          </a>
          {test.file !== null && <span class="test-figure clamp mono">{test.file}</span>}
        </li>
      ))}
    </ul>
  )
}

function NoneFound({ project }: { project: Project }) {
  return (
    <Empty icon="search" title="No such test">
      <p>No test that was reported here has that in its class, name or file.</p>
      <p>
        <a href={`${testsPath(project)}?q=`}>Show all tests</a>
      </p>
    </Empty>
  )
}
