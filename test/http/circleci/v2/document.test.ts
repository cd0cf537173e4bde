import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { BUILD_STATUS, type ReportedStatus } from '../../../../src/domain/builds/build.ts'
import { slugText, type Vcs } from '../../../../src/domain/project.ts'
import { CIRCLECI_V2 } from '../../../support/api/circleci-v2.ts'
import { seedProject } from '../../../support/seed/seed.ts'
import { type BuildSeed, seedBuild } from '../../../support/seed/seed-builds.ts'
import { replaceTestResults } from '../../../support/worker/as-instance.ts'
import { callJson, seedPerson } from '../../../support/worker/call.ts'
import { openTestStores } from '../../../support/worker/stores.ts'
import { seedArtifact } from '../../../support/worker/world.ts'

// Every answer that a test gets is held against what CircleCI's document says of it (test/support/api/documented.ts): here
// all of v2 is read of builds of every kind.

const STATUSES = Object.keys(BUILD_STATUS).filter((status) => status !== 'fixed') as ReportedStatus[]
const REFS: BuildSeed[] = [{ branch: 'main' }, { tag: 'v1.4.0' }]
const TIMES: BuildSeed[] = [{}, { startedAt: 1_700_000_000_400, stoppedAt: 1_700_000_061_000 }]
const BUILDS: Record<Vcs, BuildSeed[]> = {
  gh: STATUSES.flatMap((status) => REFS.flatMap((ref) => TIMES.map((times) => ({ status, ...ref, ...times })))),
  bb: [{ status: 'success' }],
  gl: [{ status: 'failed', login: null }],
}

async function seedAll(vcs: Vcs) {
  const stores = await openTestStores()
  const project = await seedProject(stores.db, { slug: `${vcs}/org-${crypto.randomUUID()}/web`, visibility: 'public' })
  const { user, token } = await seedPerson(stores, project, 'admin')
  for (const seed of BUILDS[vcs]) {
    const build = await seedBuild(stores, project, { login: user.login, ...seed })
    const result = build.status === 'failed' ? 'failure' : 'success'
    const test = {
      classname: '',
      name: 'adds',
      result,
      runTimeSeconds: 0.25,
      message: '',
      file: null,
      source: '',
    } as const
    await replaceTestResults(stores, build.id, '', [test, { ...test, name: 'named', file: 'a.test.js' }])
    await seedArtifact(stores, project, build, { path: 'out/a b.txt', text: 'hello' })
  }
  return { token, user, project, slug: slugText(project) }
}

it.each([
  ['GET /api/v2/workflow/:id', 'tag', 'v1.4.0'],
  ['GET /api/v2/project/:vcs/:org/:repo/job/:num', 'started_at', null],
  ['GET /api/v2/project/:vcs/:org/:repo', 'name', null],
] as const)('an answer of %s with %s = %j is told of', async (route, field, value) => {
  const { token, slug } = await seedAll('bb')
  const [{ id }] = (await callJson(`/api/v2/project/${slug}/pipeline`, { token })).body.items
  const workflows = await callJson(`/api/v2/pipeline/${id}/workflow`, { token })
  const answers = {
    'GET /api/v2/workflow/:id': workflows.body.items[0],
    'GET /api/v2/project/:vcs/:org/:repo/job/:num': (await callJson(`/api/v2/project/${slug}/job/1`, { token })).body,
    'GET /api/v2/project/:vcs/:org/:repo': (await callJson(`/api/v2/project/${slug}`, { token })).body,
  }
  const isTaken = (body: unknown) => v.safeParse(CIRCLECI_V2[route], body).success
  expect([isTaken(answers[route]), isTaken({ ...answers[route], [field]: value })]).toEqual([true, false])
})

describe.each(Object.keys(BUILDS) as Vcs[])('of a project on %s', (vcs) => {
  it('every read of v2 is what its document allows', async () => {
    const { token, user, project, slug } = await seedAll(vcs)
    const asked = new Set<string>()
    /** The items of all pages of a list, or the one answer. */
    const read = async (route: keyof typeof CIRCLECI_V2, path: string) => {
      asked.add(route)
      const items = []
      let next = ''
      for (;;) {
        const { status, body } = await callJson(
          `${path}${next && `${path.includes('?') ? '&' : '?'}page-token=${next}`}`,
          { token },
        )
        expect([path, status]).toEqual([path, 200])
        if (body.items === undefined) return body
        items.push(...body.items)
        if (body.next_page_token === null) return items
        next = body.next_page_token
      }
    }
    const base = `/api/v2/project/${slug}`
    const insights = `/api/v2/insights/${slug}`
    await read('GET /api/v2/me', '/api/v2/me')
    await read('GET /api/v2/user/:id', `/api/v2/user/${user.id}`)
    await read('GET /api/v2/me/collaborations', '/api/v2/me/collaborations')
    await read('GET /api/v2/project/:id', `/api/v2/project/${project.id}`)
    await read('GET /api/v2/insights/:vcs/:org/:repo/workflows', `${insights}/workflows?all-branches=true`)
    await read('GET /api/v2/insights/:vcs/:org/:repo/workflows/:workflow', `${insights}/workflows/ci?all-branches=true`)
    const pipelines = await read('GET /api/v2/project/:vcs/:org/:repo/pipeline', `${base}/pipeline`)
    expect(pipelines.length).toBe(BUILDS[vcs].length)
    for (const { id, number } of pipelines) {
      await read('GET /api/v2/project/:vcs/:org/:repo/pipeline/:number', `${base}/pipeline/${number}`)
      await read('GET /api/v2/pipeline/:id', `/api/v2/pipeline/${id}`)
      const [workflow] = await read('GET /api/v2/pipeline/:id/workflow', `/api/v2/pipeline/${id}/workflow`)
      await read('GET /api/v2/workflow/:id', `/api/v2/workflow/${workflow.id}`)
      const [job] = await read('GET /api/v2/workflow/:id/job', `/api/v2/workflow/${workflow.id}/job`)
      await read('GET /api/v2/project/:vcs/:org/:repo/job/:num', `${base}/job/${job.job_number}`)
      expect(
        await read('GET /api/v2/project/:vcs/:org/:repo/:num/tests', `${base}/${job.job_number}/tests`),
      ).toHaveLength(2)
      await read('GET /api/v2/project/:vcs/:org/:repo/:num/artifacts', `${base}/${job.job_number}/artifacts`)
    }
    const reads = (Object.keys(CIRCLECI_V2) as (keyof typeof CIRCLECI_V2)[]).filter(
      (route) => route.startsWith('GET ') && !route.endsWith('/envvar/:name'),
    )
    // What has no more in its path than the project is asked for by itself.
    for (const route of reads.filter((one) => !asked.has(one) && !one.replace(':vcs/:org/:repo', '').includes(':')))
      await read(route, route.replace('GET ', '').replace(':vcs/:org/:repo', slug))
    expect([...asked].sort()).toEqual(reads.sort())
  })
})
