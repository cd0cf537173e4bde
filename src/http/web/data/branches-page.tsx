import type { Context } from 'hono'
import type { Project } from '../../../domain/project.ts'
import { type BranchPage, listBranches } from '../../../storage/builds/branches/branches.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { checkedBranch } from '../../frame/request/input.ts'
import type { App } from '../../frame/route.ts'
import { page } from '../frame/page.ts'
import { branchPath, pipelinePath, projectPath } from '../frame/paths.ts'
import { Icon } from '../parts/icon.tsx'
import { renderPage } from '../parts/layout.tsx'
import { Empty, PageHead, Pager } from '../parts/parts.tsx'
import { SearchField } from '../parts/search-field.tsx'

/** All branches of a project, for those that its filter does not list. */
export function mountBranchesPage(app: App): void {
  page(app, 'GET /:vcs/:org/:repo/branches', async (c, { near, viewer, project }) => {
    const asked = askedOf(c)
    const found = await listBranches(near.db, project.id, asked.text, asked.after)
    const crumbs = [
      { text: 'Projects', href: '/' },
      { text: `${project.org}/${project.repo}`, href: projectPath(project) },
      { text: 'Branches' },
    ]
    return renderPage(
      c,
      { title: `Branches · ${project.org}/${project.repo}`, viewer, wide: true, crumbs },
      <Branches project={project} asked={asked} found={found} />,
    )
  })
}

type Asked = { readonly text: string; readonly after: string }

function askedOf(c: Context<AppEnv>): Asked {
  const { q = '', after = '' } = c.req.query()
  return { text: checkedBranch(q.trim()), after: checkedBranch(after) }
}

function addressFor(project: Project, { text, after }: Asked): string {
  const query = new URLSearchParams({ ...(text === '' ? {} : { q: text }), ...(after === '' ? {} : { after }) })
  return `${branchesPath(project)}${query.size > 0 ? `?${query}` : ''}`
}

export function branchesPath(project: Project): string {
  return `${projectPath(project)}/branches`
}

function Branches({ project, asked, found }: { project: Project; asked: Asked; found: BranchPage }) {
  const { branches, after } = found
  return (
    <>
      <PageHead title="Branches">By name, each with its newest pipeline.</PageHead>
      <search>
        <form class="row filters" method="get" action={branchesPath(project)}>
          <SearchField text={asked.text} label="Part of the branch’s name" placeholder="Part of the name" />
        </form>
      </search>
      <div class="section">
        {branches.length > 0 ? (
          <ul class="card tree">
            {branches.map(({ name, number }) => (
              <li class="line">
                <Icon name="branch" />
                <a class="line-name mono" href={branchPath(project, name)}>
                  {name}
                </a>
                <a class="line-end" href={pipelinePath(project, number)}>
                  <span class="unseen">Newest pipeline </span>#{number}
                </a>
              </li>
            ))}
          </ul>
        ) : (
          <NoBranches asked={asked} goesOn={after !== null} />
        )}
      </div>
      <Pager
        newer={asked.after === '' ? null : addressFor(project, { ...asked, after: '' })}
        older={after === null ? null : addressFor(project, { ...asked, after })}
        words={['First branches', branches.length > 0 ? 'More branches' : 'Look further']}
      />
    </>
  )
}

function NoBranches({ asked, goesOn }: { asked: Asked; goesOn: boolean }) {
  return (
    <Empty icon="search" title={goesOn ? 'None found so far' : 'No such branch'}>
      <p>
        {asked.text === '' ? 'No branch has run here yet.' : 'No branch has '}
        {asked.text !== '' && <code>{asked.text}</code>}
        {asked.text !== '' && ' in its name.'}
      </p>
      {goesOn && <p>There are more branches than are looked through at once.</p>}
    </Empty>
  )
}
