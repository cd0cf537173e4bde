import { CircleCI, GitType } from 'circleci-api'
import { beforeAll, describe, expect, it } from 'vitest'
import { openSharedServer, type SharedServer } from '../support/server/local-server.ts'

// The npm client as it is, from CircleCI's days, of which only the host is changed.
let server: SharedServer
beforeAll(async () => {
  server = await openSharedServer('read')
})

function client(token: string, repo = 'web') {
  return new CircleCI({
    token,
    vcs: { type: GitType.GITHUB, owner: 'acme', repo },
    circleHost: `${server.origin}/api/v1.1`,
  })
}
const personal = () => client(server.demo.tokens.personal)

describe('the npm client circleci-api, with a personal token', () => {
  it('me', async () => {
    expect(await personal().me()).toMatchObject({ login: 'demo', admin: true })
  })

  it('projects', async () => {
    const projects = await personal().projects()
    expect(projects.map(({ reponame }) => reponame).sort()).toEqual(['docs', 'secret', 'web'])
    const web = projects.find(({ reponame }) => reponame === 'web')
    expect(Object.keys(web?.branches ?? {})).toContain('feature%2Fnew-badge')
  })

  it('recentBuilds', async () => {
    const builds = await personal().recentBuilds({ limit: 7, offset: 2 })
    expect(builds).toHaveLength(7)
    expect(new Set(builds.map(({ vcs_url }) => vcs_url?.replace(/\/[^/]+$/, '')))).toEqual(
      new Set(['https://github.com/acme']),
    )
  })

  it('listCheckoutKeys', async () => {
    expect(await personal().listCheckoutKeys()).toEqual([])
  })

  it('listEnvVars', async () => {
    expect(await personal().listEnvVars()).toEqual([])
  })

  // It puts the token into the URL of writes too, where it is not taken unless QUERY_TOKENS is all-methods.
  it.each([
    ['followProject', () => personal().followProject({ vcs: { type: GitType.GITHUB, owner: 'acme', repo: 'web' } })],
    ['retry', () => personal().retry(1)],
    ['triggerBuild', () => personal().triggerBuild()],
  ])('%s is told to use a header', async (_, call) => {
    await expect(call()).rejects.toMatchObject({
      response: { status: 401, data: { message: expect.stringContaining('use the Circle-Token header') } },
    })
  })
})

describe('with a project token', () => {
  const all = () => client(server.demo.tokens.all)

  it('builds', async () => {
    const builds = await all().builds({ limit: 3, offset: 1, filter: 'completed' })
    expect(builds).toHaveLength(3)
    for (const build of builds)
      expect(build).toMatchObject({ username: 'acme', reponame: 'web', lifecycle: 'finished' })
  })

  it.each(['main', 'feature/new-badge', 'release'])('buildsFor %s', async (branch) => {
    const builds = await all().buildsFor(branch, { limit: 5 })
    expect(builds.length > 0).toBe(branch !== 'release')
    for (const build of builds) expect(build.branch).toBe(branch)
  })

  it('buildsFor filters', async () => {
    const builds = await all().buildsFor('main', { filter: 'failed' })
    expect(builds.length).toBeGreaterThan(0)
    for (const build of builds) expect(['failed', 'timedout', 'no_tests']).toContain(build.status)
  })

  it('build', async () => {
    const [newest] = await all().builds({ limit: 1, filter: 'successful' })
    const build = await all().build(newest?.build_num ?? 0)
    expect(build).toMatchObject({ ...newest, steps: expect.any(Array) })
    expect(build.steps[0]?.actions[0]).toMatchObject({ name: expect.any(String), status: 'success' })
  })

  it('artifacts and latestArtifacts, whose URLs lead to the bytes', async () => {
    const latest = await all().latestArtifacts({ branch: 'main', filter: 'successful' })
    expect(latest.map(({ path }) => path)).toContain('report with spaces.txt')
    const [build] = await all().buildsFor('main', { limit: 1, filter: 'successful' })
    expect(await all().artifacts(build?.build_num ?? 0)).toEqual(latest)
    const { url } = latest.find(({ path }) => path === 'report with spaces.txt') ?? { url: '' }
    const file = await fetch(url, { headers: { 'Circle-Token': server.demo.tokens.all } })
    expect(await file.text()).toBe('A name with spaces.\n')
  })

  it('getTestMetadata', async () => {
    const builds = await all().buildsFor('main', { limit: 30, filter: 'completed' })
    const metadata = await Promise.all(builds.map(({ build_num }) => all().getTestMetadata(build_num ?? 0)))
    const tests = metadata.flatMap(({ tests }) => tests)
    expect(tests.length).toBeGreaterThan(0)
    for (const test of tests) expect(test).toMatchObject({ name: expect.any(String), message: expect.any(String) })
  })

  it('a badge, scraped as scrapers do', async () => {
    const svg = await (await fetch(`${server.origin}/gh/acme/web.svg?circle-token=${server.demo.tokens.status}`)).text()
    expect(/>([^<>]+)<\/text><\/g>/.exec(svg.replace(/\r?\n\s*/g, ''))?.[1]).toBe('passing')
  })

  it.each([
    ['the scope lacks it', () => client(server.demo.tokens.status).latestArtifacts(), 403, 'Permission denied'],
    ['it is of another project', () => client(server.demo.tokens.otherProjectAll).builds(), 404, 'Project not found'],
    ['a person is needed', () => all().me(), 401, 'You must log in first.'],
    ['it has expired', () => client(server.demo.tokens.expired).builds(), 401, 'API token expired on'],
    ['there is no such build', () => all().build(999_999), 404, 'Build not found'],
  ])('the client is told when %s', async (_, call, status, message) => {
    await expect(call()).rejects.toMatchObject({
      response: { status, data: { message: expect.stringContaining(message) } },
    })
  })
})
