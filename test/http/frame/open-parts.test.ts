import { beforeAll, describe, expect, it } from 'vitest'
import type { Build } from '../../../src/domain/builds/build.ts'
import { ACCESS, type RouteName } from '../../../src/http/frame/access.ts'
import { pathsIn, ROUTES } from '../../support/api/route-paths.ts'
import { seedProject, seedToken } from '../../support/seed/seed.ts'
import { replaceTestResults, reportBuild } from '../../support/worker/as-instance.ts'
import { type Ask, ask, askJson } from '../../support/worker/client.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'
import { reportOf, seedArtifact, seedLog, seedPack, seedWorld, type World } from '../../support/worker/world.ts'

let stores: TestStores
/** Its build is of `main`, with an artifact, a log and a test; the open one is of `release/1`. */
let world: World
let open: Build
let hidden: Build
let secrets: { readonly releases: string; readonly paths: string; readonly absent: string; readonly all: string }

beforeAll(async () => {
  stores = await openTestStores()
  world = await seedWorld(stores, 'private')
  const { project } = world
  hidden = await reported('hidden-branch', 'hidden-job')
  open = await reported('release/1', 'open-job')
  await reported('hidden-branch', 'hidden-job')
  const secretOf = async (limits: object) =>
    (await seedToken(stores, { kind: 'project', project, scope: 'all', limits })).secret
  secrets = {
    releases: await secretOf({ branches: ['release/*'] }),
    paths: await secretOf({ paths: ['docs/**', '*.txt'] }),
    absent: await secretOf({ branches: ['nothing-is-here'] }),
    all: world.secrets.all ?? '',
  }
})

async function reported(branch: string, jobName: string): Promise<Build> {
  const { project } = world
  const id = crypto.randomUUID()
  const workflow = { externalId: id, name: `workflow-of-${jobName}` }
  const told = reportOf({
    jobName,
    status: 'failed',
    workflow,
    pipeline: { externalId: id, branch, revision: jobName },
  })
  const found = await reportBuild(stores, project.id, told)
  if (!('build' in found)) throw new Error(found.kind)
  const { build } = found
  for (const path of ['top.txt', 'docs/a/b.html', `dist/${jobName}.js`])
    await seedArtifact(stores, project, build, { path, text: jobName })
  await seedPack(stores, project, build, { [`docs/packed-${jobName}.html`]: jobName, [`dist/packed-${jobName}`]: 'x' })
  await seedLog(stores, build.id, `${jobName} printed\n`)
  await replaceTestResults(stores, build.id, '', [
    {
      classname: jobName,
      name: `test-of-${jobName}`,
      result: 'failure',
      runTimeSeconds: 1,
      message: '',
      file: null,
      source: 'u',
    },
  ])
  return build
}

const READS = ROUTES.filter((name) => /^(runs:list|(badges|status|artifacts|output):read)$/.test(ACCESS[name]))
const askedFor = (name: RouteName): Ask =>
  name.endsWith('/judge')
    ? { method: 'POST', json: { tests: [{ classname: 'hidden-job', name: 'test-of-hidden-job', outcome: 'failed' }] } }
    : { method: name.split(' ')[0] ?? 'GET' }
const worldOf = (build: Build): World => ({ ...world, build })

describe.each(READS)('%s', (name) => {
  it('shows a token for some branches nothing of the others, whichever of them it is asked for', async () => {
    for (const build of [hidden, world.build]) {
      const of = worldOf(build)
      for (const path of pathsIn(of, name).paths) {
        const named = path
          .replace('/tree/main', `/tree/${build.pipeline.branch}`)
          .replace('/build-and-test', `/${build.workflow.name}`)
          .replace('out/report.txt', 'top.txt')
        const queries = named.includes('?')
          ? ['']
          : [
              '',
              '?branch=hidden-branch',
              '?branch=main',
              '?all-branches=true',
              '?all-branches=true&branch=hidden-branch',
              '?limit=100&offset=0',
            ]
        for (const query of queries) {
          const response = await ask(named + query, { token: secrets.releases, ...askedFor(name) })
          // Of which branch a project makes the most is of the project.
          const said = (await response.text()).replace(/"default_branch":"main"/, '')
          expect([named + query, response.status < 500, said]).toEqual([
            named + query,
            true,
            expect.not.stringMatching(/hidden|build-and-test|"main"/),
          ])
        }
      }
    }
  })

  it('answers a token for branches of which there are none as if the project had no build', async () => {
    for (const path of pathsIn(worldOf(hidden), name).paths) {
      const text = await (await ask(path, { token: secrets.absent, ...askedFor(name) })).text()
      expect(text).not.toMatch(/hidden|open-job|release|build-and-test/)
    }
  })

  it('shows a token for some paths no other path, log, pack or report', async () => {
    for (const path of pathsIn(worldOf(open), name).paths) {
      for (const asked of [path, path.replace('out/report.txt', 'dist/open-job.js')]) {
        const response = await ask(asked, { token: secrets.paths, ...askedFor(name) })
        expect(await response.text()).not.toMatch(/dist\/|printed/)
        if (ACCESS[name] === 'output:read') expect(response.status).toBe(403)
      }
    }
  })
})

describe('a token for some branches', () => {
  const get = (path: string) => askJson(path, { token: secrets.releases })

  it('is shown all of these, in every list', async () => {
    const { slug, project } = world
    const numbers = [open.num]
    expect((await get(`/api/v1.1/project/${slug}`)).map((one: { build_num: number }) => one.build_num)).toEqual(numbers)
    const pipelines = await get(`/api/v2/project/${slug}/pipeline`)
    expect([pipelines.items.length, pipelines.items[0].id, pipelines.next_page_token]).toEqual([
      1,
      open.pipeline.id,
      null,
    ])
    const search = { method: 'POST', token: secrets.releases, json: { scope: { project_ids: [project.id] } } }
    expect((await askJson('/api/v3/runs/search', search)).data).toMatchObject([{ id: open.pipeline.id }])
    const feed = await (await ask(`/gh/${project.org}/${project.repo}.cc.xml`, { token: secrets.releases })).text()
    expect([feed.match(/<Project /g)?.length, feed.includes('release/1')]).toEqual([1, true])
    expect((await get(`/api/v1.1/project/${slug}/latest/artifacts`)).length).toBe(5)
    expect(await get(`/api/buildpass/v1/projects/${slug}/latest/artifacts?branch=release/1`)).toMatchObject({
      build_num: open.num,
    })
    const workflows = await get(`/api/v2/insights/${slug}/workflows?all-branches=true`)
    expect(workflows.items.map((one: { name: string }) => one.name)).toEqual(['workflow-of-open-job'])
  })

  it('gets 403 where another branch is named, and 404 for what is of one, with the words for what is not there', async () => {
    const { slug } = world
    const refused = await ask(`/api/v1.1/project/${slug}/tree/main`, { token: secrets.releases })
    expect([refused.status, await refused.json()]).toEqual([
      403,
      { message: 'This token does not open that branch.', code: 'permission_denied' },
    ])
    const textOf = async (num: number) =>
      (await ask(`/api/v1.1/project/${slug}/${num}`, { token: secrets.releases })).text()
    expect(await textOf(hidden.num)).toBe(await textOf(9_999))
    const search = (filter: string) =>
      ask('/api/v3/runs/search', {
        method: 'POST',
        token: secrets.releases,
        json: { scope: { project_ids: [world.project.id] }, filter },
      })
    expect((await search('pipeline.git.branch == "hidden-branch"')).status).toBe(403)
    const byRevision = await (await search('pipeline.git.revision == "hidden-job"')).json<{ data: [] }>()
    expect(byRevision.data).toEqual([])
  })

  it('is told which tests failed, and of a comparison with a branch that is not among them that it may not have it', async () => {
    const { slug } = world
    const refused = await ask(`/api/buildpass/v1/projects/${slug}/builds/${open.num}/tests/failures`, {
      token: secrets.releases,
    })
    expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('compares with all branches')])
    const asked = { project: slug, branch: 'release/1' }
    const call = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'get_branch_status', arguments: asked },
    }
    const text = await (await ask('/mcp', { method: 'POST', token: secrets.releases, json: call })).text()
    expect(text).toContain('test-of-open-job')
    expect(text).toContain('failures are not compared')
    expect(text).not.toContain('hidden')
  })

  it('is told by an agent that a branch is not open, and not of a fault of ours', async () => {
    const asked = { project: world.slug, branch: 'hidden-branch' }
    const call = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'get_branch_status', arguments: asked },
    }
    const response = await ask('/mcp', { method: 'POST', token: secrets.releases, json: call })
    expect([response.status, await response.text()]).toEqual([
      200,
      expect.stringContaining('a limit of this token does not open it'),
    ])
  })

  it.each([
    ['a file', (num: number) => `/api/v1.1/project/${world.slug}/${num}/artifacts/0/top.txt`],
    ['a log', (num: number) => `/api/buildpass/v1/projects/${world.slug}/builds/${num}/steps/0/log`],
    [
      'condensed lines',
      (num: number) => `/api/buildpass/v1/projects/${world.slug}/builds/${num}/steps/0/log/condensed`,
    ],
    ['failures', (num: number) => `/api/buildpass/v1/projects/${world.slug}/builds/${num}/tests/failures`],
    ['a page of v2', (num: number) => `/api/v2/project/${world.slug}/job/${num}`],
  ])('gets of %s of a closed build what there is of none', async (_, path) => {
    const said = async (num: number) => {
      const response = await ask(path(num), { token: secrets.releases })
      return [response.status, await response.text()]
    }
    expect(await said(hidden.num)).toEqual(await said(9_999))
  })

  it('gets of a file of a closed build by its id what there is of none', async () => {
    const said = async (id: string) => {
      const response = await ask(`/output/job/${id}/artifacts/0/top.txt`, { token: secrets.releases })
      return [response.status, await response.text()]
    }
    expect(await said(hidden.id)).toEqual(await said(crypto.randomUUID()))
  })

  it('opens their badge, and of another branch a badge that says no', async () => {
    const { org, repo } = world.project
    const badge = async (branch: string) => {
      const response = await ask(`/gh/${org}/${repo}${branch}.svg`, { token: secrets.releases })
      return [response.status, (await response.text()).includes('failing')]
    }
    expect(await badge('/tree/release/1')).toEqual([200, true])
    expect(await badge('/tree/hidden-branch')).toEqual([403, false])
    expect(await badge('')).toEqual([403, false])
  })

  it('keeps what it is shown of a public project out of caches that others share', async () => {
    const shared = await seedProject(stores.db, { visibility: 'public' })
    await reportBuild(stores, shared.id, reportOf())
    const { secret } = await seedToken(stores, {
      ...{ kind: 'project', project: shared, scope: 'status' },
      limits: { branches: ['x'] },
    })
    const path = `/gh/${shared.org}/${shared.repo}.cc.xml`
    const cacheControl = async (token: string | null) => (await ask(path, { token })).headers.get('Cache-Control')
    expect(await cacheControl(null)).toContain('public')
    expect(await cacheControl(secret)).toContain('private')
  })
})

it('a token for some paths lists and downloads these, loose and packed, page by page', async () => {
  const { slug } = world
  const wanted = ['docs/a/b.html', 'docs/packed-open-job.html', 'top.txt']
  const pathsAt = async (path: string, token = secrets.paths) => {
    const json = await askJson(path, { token })
    return (json.items ?? json.data?.map((one: { attributes: object }) => one.attributes) ?? json).map(
      (one: { path: string }) => one.path,
    )
  }
  for (const path of [
    `/api/v1.1/project/${slug}/${open.num}/artifacts`,
    `/api/v1.1/project/${slug}/latest/artifacts?branch=release/1`,
    `/api/v2/project/${slug}/${open.num}/artifacts`,
    `/api/v3/jobs/${open.id}/artifacts`,
    `/api/buildpass/v1/projects/${slug}/builds/${open.num}/artifacts`,
  ])
    expect([path, await pathsAt(path)]).toEqual([path, wanted])
  const first = await askJson(`/api/v3/jobs/${open.id}/artifacts?page[limit]=2`, { token: secrets.paths })
  expect(first.data.map((one: { attributes: { path: string } }) => one.attributes.path)).toEqual(wanted.slice(0, 2))
  const zip = await ask(`/api/buildpass/v1/projects/${slug}/builds/${open.num}/artifacts.zip`, { token: secrets.paths })
  const text = new TextDecoder('latin1').decode(await zip.arrayBuffer())
  expect([text.includes('docs/a/b.html'), text.includes('dist/')]).toEqual([true, false])
  const file = async (path: string) =>
    (await ask(`/output/job/${open.id}/artifacts/0/${path}`, { token: secrets.paths })).status
  expect([
    await file('docs/a/b.html'),
    await file('docs/packed-open-job.html'),
    await file('dist/open-job.js'),
  ]).toEqual([302, 302, 403])
})

it('a token for some paths is given the newest build that has one of them, whatever packs newer ones have', async () => {
  const { project, slug } = world
  const told = reportOf({
    pipeline: { externalId: 'packs', branch: 'packs' },
    workflow: { externalId: 'packs', name: 'ci' },
  })
  const older = await reportBuild(stores, project.id, told)
  const newer = await reportBuild(stores, project.id, { ...told, externalId: 'newer' })
  if (!('build' in older && 'build' in newer)) throw new Error('not stored')
  await seedArtifact(stores, project, older.build, { path: 'docs/open.html', text: 'open' })
  await seedPack(stores, project, newer.build, { 'dist/closed.js': 'closed' })
  const get = (path: string, token: string) => askJson(path, { token })
  const own = `/api/buildpass/v1/projects/${slug}/latest/artifacts?branch=packs`
  expect((await get(own, secrets.paths)).build_num).toBe(older.build.num)
  expect((await get(own, secrets.all)).build_num).toBe(newer.build.num)
  const v1 = await get(`/api/v1.1/project/${slug}/latest/artifacts?branch=packs`, secrets.paths)
  expect(v1.map(({ path }: { path: string }) => path)).toEqual(['docs/open.html'])
})
