import { beforeAll, describe, expect, it } from 'vitest'
import { organizationIdOf } from '../../../src/domain/organization.ts'
import { type Project, slugText } from '../../../src/domain/project.ts'
import type { PageName } from '../../../src/http/frame/access.ts'
import { PAGE_ROUTES, pathsIn, ROUTES } from '../../support/api/route-paths.ts'
import { seedProject, seedSession } from '../../support/seed/seed.ts'
import { browse } from '../../support/server/browse.ts'
import { ask } from '../../support/worker/client.ts'
import { openTestStores } from '../../support/worker/stores.ts'
import { seedWorld, type World } from '../../support/worker/world.ts'

// CircleCI's tools write a project as `circleci/<org-id>/<project-id>` where they know it so.

let world: World
let foreign: Project
let ids: string
let session: { readonly cookie: string; readonly formToken: string }
beforeAll(async () => {
  const stores = await openTestStores()
  world = await seedWorld(stores, 'private')
  foreign = await seedProject(stores.db)
  ids = await idsOf(world.project)
  session = await seedSession(stores, world.users.admin)
})

async function idsOf(project: Project): Promise<string> {
  return `circleci/${await organizationIdOf(project)}/${project.id}`
}

/** The routes that name a project on their path; the oldest paths have no host before it, and so no ids. */
const NAMED = ROUTES.filter((name) => /:vcs(?:\{[^}]*\})?\/:org\/:(?:repo|file)/.test(name))
const NAMED_PAGES = PAGE_ROUTES.filter((name) => name.includes('/:vcs/:org/:repo'))

function pathOf(name: (typeof NAMED)[number] | PageName, project: string): string {
  return (pathsIn(world, name).paths[0] ?? '').replace(world.slug, project)
}

/** What an answer says, without what every answer has anew. */
async function said(response: Response) {
  const text = await response.text()
  return [response.status, response.headers.get('Content-Type'), text.replace(/"id":"[^"]*-TST"/g, '')]
}

describe('the ids of organization and project are as good as the slug', () => {
  it.each(NAMED)('in %s', async (name) => {
    const [method = ''] = name.split(' ')
    // A project's own token reads, and is refused writes for what it is, not for where it asks.
    const token = world.secrets.all
    const bySlug = await ask(pathOf(name, world.slug), { method, token })
    const byIds = await ask(pathOf(name, ids), { method, token })
    expect(pathOf(name, ids)).toContain(ids)
    const [status, type, text] = await said(bySlug)
    expect(await said(byIds)).toEqual([status, type, text])
  })

  it.each(NAMED)('and no more: %s', async (name) => {
    const [method = ''] = name.split(' ')
    const org = await organizationIdOf(world.project)
    const absent = slugText({ ...world.project, repo: 'absent' })
    for (const token of [world.secrets.all, world.secrets.stranger, null])
      for (const other of [
        // Of somebody else, of nobody, and two that do not belong together.
        await idsOf(foreign),
        `circleci/${org}/00000000-0000-4000-8000-000000000000`,
        `circleci/${await organizationIdOf(foreign)}/${world.project.id}`,
        `circleci/${org}/web`,
      ]) {
        const wanted = await said(await ask(pathOf(name, absent), { method, token }))
        const got = await said(await ask(pathOf(name, other), { method, token }))
        expect([other, got]).toEqual([other, wanted])
      }
  })

  it.each(NAMED_PAGES.filter((name) => name.startsWith('GET ')))('on the page %s', async (name) => {
    const bySlug = await browse(pathOf(name, world.slug), { session })
    const byIds = await browse(pathOf(name, ids), { session })
    const titleOf = (text: string) => /<title>[^<]*/.exec(text)?.[0]
    expect([byIds.status, titleOf(await byIds.text())]).toEqual([bySlug.status, titleOf(await bySlug.text())])
    const foreignOne = await browse(pathOf(name, await idsOf(foreign)), { session })
    expect(foreignOne.status).toBe(404)
  })

  it('in whatever case, and escaped as one part of the path', async () => {
    const token = world.secrets.all
    for (const slug of [ids, encodeURIComponent(ids), ids.toUpperCase().replace('CIRCLECI', 'circleci')]) {
      const response = await ask(`/api/v2/project/${slug}`, { token })
      expect([slug, response.status, (await response.json<{ id: string }>()).id]).toEqual([slug, 200, world.project.id])
    }
  })

  it('in the filters of v3', async () => {
    const token = world.secrets.all
    const idsIn = async (path: string) =>
      (await (await ask(path, { token })).json<{ data: { id: string }[] }>()).data.map(({ id }) => id)
    expect(await idsIn(`/api/v3/projects?filter[slug]=${ids}`)).toEqual([world.project.id])
    const org = await organizationIdOf(world.project)
    expect(await idsIn(`/api/v3/orgs?filter[slug]=circleci/${org}`)).toEqual([org])
    expect(await idsIn(`/api/v3/projects?filter[slug]=${await idsOf(foreign)}`)).toEqual([])
    expect(await idsIn(`/api/v3/orgs?filter[slug]=circleci/${world.project.id}`)).toEqual([])
  })

  it('of a badge, whose link leads to the page of the project', async () => {
    const response = await ask(`/status-badge/redirect/${ids}?x=1`)
    expect([response.status, response.headers.get('Location')]).toEqual([302, `https://builds.test/${ids}`])
  })
})
