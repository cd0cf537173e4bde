import { beforeAll, describe, expect, it } from 'vitest'
import { slugText } from '../../../../src/domain/project.ts'
import { findLatestBuildWithArtifacts } from '../../../../src/storage/artifacts/artifacts.ts'
import { type SeededBuild, seedBuild, seedReport } from '../../../support/seed/builds.ts'
import { askUrl } from '../../../support/worker/client.ts'
import { scansOf } from '../../../support/worker/query-plan.ts'

const ORIGIN = 'https://builds.test'
const HELLO_SHA256 = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'

let build: SeededBuild
beforeAll(async () => {
  build = await seedBuild()
  const put = (num: number, path: string) =>
    askUrl(`${ORIGIN}/api/buildpass/v1/projects/${slugText(build.project)}/builds/${num}/artifacts/${path}`, {
      method: 'PUT',
      headers: { 'Circle-Token': build.secret, 'Content-Type': 'text/plain' },
      body: 'hello',
    })
  await put(build.num, 'b.txt')
  await put(build.num, 'a.txt')
  const onBranch = await seedReport(build.stores, build.project, 'test', 'feature/x')
  await put(onBranch.num, 'c.txt')
  await seedReport(build.stores, build.project, 'lint')
})

async function read(path: string) {
  const response = await askUrl(`${ORIGIN}/api/buildpass/v1/projects/${slugText(build.project)}${path}`, {
    headers: { 'Circle-Token': build.secret },
  })
  return { status: response.status, body: (await response.json()) as { build_num?: number; items: { path: string }[] } }
}

describe('artifact lists', () => {
  it('have size and digest of each file, in path order', async () => {
    const { body } = await read(`/builds/${build.num}/artifacts`)
    expect(body.items.map(({ path }) => path)).toEqual(['a.txt', 'b.txt'])
    expect(body.items[0]).toMatchObject({
      size: 5,
      digest: `sha256:${HELLO_SHA256}`,
      sha256: HELLO_SHA256,
      content_type: 'text/plain',
      url: `${ORIGIN}/output/job/${build.id}/artifacts/0/a.txt`,
    })
  })

  it('are not found for a build that is not there', async () => {
    expect((await read('/builds/99/artifacts')).status).toBe(404)
    expect((await read('/latest/artifacts?branch=none')).status).toBe(404)
  })

  it('of the latest are those of the newest build that has any, on the default branch', async () => {
    expect((await read('/latest/artifacts')).body).toMatchObject({ build_num: build.num })
    expect((await read('/latest/artifacts?branch=feature%2Fx')).body.items.map(({ path }) => path)).toEqual(['c.txt'])
    expect((await read('/latest/artifacts?filter=successful&job=test&workflow=ci')).body.build_num).toBe(build.num)
    expect((await read('/latest/artifacts?job=lint')).status).toBe(404)
    expect((await read('/latest/artifacts?workflow=none')).status).toBe(404)
    expect((await read('/latest/artifacts?filter=failed')).status).toBe(404)
  })

  it('of the latest are not those of a mistyped filter, which would let through what the right one keeps out', async () => {
    for (const filter of ['bogus', 'Successful', 'success', 'None', 'constructor']) {
      const { status, body } = await read(`/latest/artifacts?filter=${filter}`)
      expect([filter, status, JSON.stringify(body)]).toEqual([
        filter,
        400,
        expect.stringContaining('filter: must be one of successful, completed, failed, running, none'),
      ])
    }
    for (const filter of ['', 'none', 'completed', 'successful'])
      expect([filter, (await read(`/latest/artifacts?filter=${filter}`)).status]).toEqual([filter, 200])
  })

  it('of the latest are found by index alone', async () => {
    const { stores, project } = build
    stores.recorded.length = 0
    const all = { branch: 'main', filter: 'successful', job: 'test', workflow: 'ci' } as const
    await findLatestBuildWithArtifacts(stores.db, project.id, all)
    await findLatestBuildWithArtifacts(stores.db, project.id, { ...all, branch: null, job: null, workflow: null })
    for (const query of [...stores.recorded]) expect(await scansOf(stores.db, query)).toEqual([])
  })
})
