import { appendFileSync, chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { EXIT } from '../../cli/terminal/exit.ts'
import { BUILDKITE, CIRCLECI, GITHUB, GITLAB } from '../support/seed/ci-environments.ts'
import { type Cli, openCli } from '../support/server/cli.ts'
import { type FaultProxy, startFaultProxy } from '../support/server/fault-proxy.ts'
import { type LocalIssuer, startLocalIssuer } from '../support/server/local-issuer.ts'
import { makeDemoState } from '../support/server/local-server.ts'
import { type DemoServer, serveDemo } from '../support/server/served.ts'

// The command as it is shipped, the Worker as `npm start` runs it, and an issuer with keys of its own that speaks as
// GitHub's, GitLab's, CircleCI's and Buildkite's do. The proxy only looks, but for one test: what is asked stays seen.
const SLUG = 'gh/acme/web'
const ORG_ID = 'f22b6566-597d-46d5-ba74-99ef5bb3d85c'
const PROJECT_ID = '84996744-a854-4f5e-aea3-04e2851dc1d2'
const PIPELINE_ID = '849411f9-9e6d-4739-a0d8-e247088e9b52'
let issuer: LocalIssuer
let server: DemoServer
let proxy: FaultProxy
let cli: Cli
const publisherIds = new Map<string, string>()

beforeAll(async () => {
  issuer = await startLocalIssuer(async (url, request) => {
    const audience = url.searchParams.get('audience')
    if (url.pathname === '/runner' && request.headers.authorization === 'Bearer runner')
      return { value: await issuer.issue(issuerOf('github'), { aud: audience, ...github(url) }) }
    if (url.pathname === '/circleci')
      return { value: await issuer.issue(issuerOf('circleci'), { aud: audience, ...CIRCLECI_CLAIMS }) }
    if (url.pathname === '/buildkite')
      return { value: await issuer.issue(issuerOf('buildkite'), { aud: audience, ...buildkite(url) }) }
    return null
  })
  const stateDir = makeDemoState()
  const issuers = ['github', 'gitlab', 'circleci', 'buildkite'].map((kind) => `${kind}=${issuerOf(kind)}`)
  appendFileSync(join(stateDir, '.dev.vars'), `OIDC_ISSUERS="${issuers.join(',')}"\n`)
  server = await serveDemo(stateDir)
  proxy = await startFaultProxy(server.origin)
  cli = openCli({ BUILDPASS_URL: proxy.origin, BUILDPASS_PROJECT: SLUG })
  writeAgents(join(cli.folder, 'agents'))
  await trust('github', { repository_id: '1296269' })
  await trust('gitlab', { project_id: '380', ref: 'main' })
  await trust('circleci', { 'oidc.circleci.com/org-id': ORG_ID, 'oidc.circleci.com/project-id': PROJECT_ID })
  await trust('buildkite', { pipeline_id: PIPELINE_ID, organization_id: ORG_ID })
})
beforeEach(() => {
  proxy.seen.length = 0
  proxy.fault = () => null
})
afterAll(async () => {
  await proxy?.close()
  await issuer?.close()
  await server?.stop()
})

const issuerOf = (kind: string) => `${issuer.origin}/${kind}`
const github = (url: URL) => ({
  repository_id: url.searchParams.get('repository') ?? '1296269',
  ref: 'refs/heads/main',
})
const CIRCLECI_CLAIMS = { 'oidc.circleci.com/org-id': ORG_ID, 'oidc.circleci.com/project-id': PROJECT_ID }

/** Buildkite puts the ids into a token only when they are asked for. */
function buildkite(url: URL): Record<string, string> {
  const optional: Record<string, string> = { pipeline_id: PIPELINE_ID, organization_id: ORG_ID }
  const asked = url.searchParams.getAll('claim').map((name) => [name, optional[name]])
  return { pipeline_slug: 'web', build_branch: 'main', ...Object.fromEntries(asked) }
}

/** Stands for the vendors' own helpers, by their documented options: each asks the issuer and prints the token. */
function writeAgents(folder: string): void {
  mkdirSync(folder)
  const write = (name: string, script: string) => {
    writeFileSync(join(folder, name), `#!${process.execPath}\n${script}`)
    chmodSync(join(folder, name), 0o755)
  }
  const print = `.then((answer) => answer.json()).then(({ value }) => console.log(value))`
  write(
    'circleci',
    `const [run, oidc, get, flag, claims] = process.argv.slice(2)
     if ([run, oidc, get, flag].join(' ') !== 'run oidc get --claims') process.exit(1)
     fetch('${issuer.origin}/circleci?audience=' + encodeURIComponent(JSON.parse(claims).aud))${print}`,
  )
  write(
    'buildkite-agent',
    `const { values, positionals } = require('node:util').parseArgs({
       allowPositionals: true, options: { audience: { type: 'string' }, claim: { type: 'string', multiple: true } } })
     if (positionals.join(' ') !== 'oidc request-token') process.exit(1)
     const query = new URLSearchParams({ audience: values.audience })
     for (const claim of values.claim ?? []) query.append('claim', claim)
     fetch('${issuer.origin}/buildkite?' + query)${print}`,
  )
}

async function trust(kind: string, claims: Record<string, string>): Promise<void> {
  const answer = await fetch(`${server.origin}/api/buildpass/v1/projects/${SLUG}/publishers`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Circle-Token': server.demo.tokens.personal },
    body: JSON.stringify({ kind, issuer: issuerOf(kind), claims }),
  })
  expect(answer.status).toBe(201)
  publisherIds.set(kind, ((await answer.json()) as { id: string }).id)
}

const githubJob = (id: string, query = '') => ({
  ...GITHUB,
  GITHUB_RUN_ID: id,
  ACTIONS_ID_TOKEN_REQUEST_URL: `${issuer.origin}/runner?v=1${query}`,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'runner',
})
const gitlabJob = async (id: string, claims: Record<string, unknown> = {}) => ({
  ...GITLAB,
  CI_JOB_ID: id,
  BUILDPASS_ID_TOKEN: await issuer.issue(issuerOf('gitlab'), {
    aud: proxy.origin,
    project_id: '380',
    ref: 'main',
    ...claims,
  }),
})

const asked = (path: string) => proxy.seen.filter((one) => one.path === `/api/buildpass/v1/oidc/${path}`).length
const keptFiles = () => {
  const folder = join(cli.folder, 'state/buildpass/keyless')
  return readdirSync(folder).map((name) => join(folder, name))
}

async function getJson(path: string): Promise<Record<string, unknown>> {
  const answer = await fetch(server.origin + path, { headers: { 'Circle-Token': server.demo.tokens.personal } })
  return (await answer.json()) as Record<string, unknown>
}

describe('a job without any stored token', () => {
  const agents = () => ({ PATH: `${join(cli.folder, 'agents')}${delimiter}${process.env.PATH}` })
  const jobs: Record<string, () => Promise<Record<string, string>>> = {
    'GitHub Actions': async () => githubJob('7001'),
    'GitLab CI': () => gitlabJob('7002'),
    CircleCI: async () => ({ ...CIRCLECI, ...agents(), CIRCLE_OIDC_TOKEN_V2: 'for CircleCI’s own audience' }),
    'CircleCI, its token in a variable': async () => ({
      ...CIRCLECI,
      CIRCLE_WORKFLOW_JOB_ID: 'c9f3',
      BUILDPASS_ID_TOKEN: await issuer.issue(issuerOf('circleci'), { aud: proxy.origin, jti: '', ...CIRCLECI_CLAIMS }),
    }),
    Buildkite: async () => ({ ...BUILDKITE, ...agents() }),
  }

  it.each(Object.keys(jobs))('reports, uploads and finishes with one exchange: %s', async (name) => {
    const env = (await jobs[name]?.()) ?? {}
    const bytes = `made by ${name}`
    writeFileSync(join(cli.folder, 'app.txt'), bytes)
    const started = await cli.run(['report', 'start', '--json'], { env })
    expect(started).toMatchObject({ code: 0, stderr: '' })
    const { build_num } = JSON.parse(started.stdout)
    expect(await cli.run(['upload', 'app.txt'], { env })).toMatchObject({ code: 0 })
    expect(await cli.run(['report', 'finish', '--status', 'success'], { env })).toMatchObject({ code: 0 })

    expect(await getJson(`/api/v1.1/project/${SLUG}/${build_num}`)).toMatchObject({ lifecycle: 'finished' })
    const out = join(cli.folder, `out-${build_num}`)
    const download = ['download', 'app.txt', '--build', String(build_num), '--to', out]
    expect(await cli.run(download, { env })).toMatchObject({ code: 0 })
    expect(readFileSync(join(out, 'app.txt'), 'utf8')).toBe(bytes)
    expect([asked('exchange'), asked('renew')]).toEqual([1, 0])
    const tokens = proxy.seen.flatMap(({ headers }) => headers.authorization ?? [])
    expect(new Set(tokens)).toEqual(new Set([expect.stringMatching(/^Bearer bpr_[0-9A-Za-z]{42}$/)]))
  })

  it.each<[string, Record<string, string>, string]>([
    ['in a place that is none', { XDG_STATE_HOME: '/dev/null' }, '/dev/null/buildpass: not a directory (ENOTDIR).'],
    [
      'without a home folder',
      { HOME: '', XDG_STATE_HOME: 'state', XDG_CONFIG_HOME: '' },
      'neither XDG_STATE_HOME nor HOME is the whole path of a folder. Set one of them',
    ],
  ])('reports %s too, and says why no token can be kept', async (name, env, said) => {
    const at = { env: { ...githubJob(`77-${name.length}`), ...env } }
    for (const args of [
      ['report', 'start'],
      ['run', '--strict', '--', 'true'],
    ]) {
      const { code, stderr } = await cli.run(args, at)
      expect({ code, stderr }).toEqual({
        code: 0,
        stderr: expect.stringMatching(
          /^buildpass: no reporting token can be kept, so each later step asks for its own: .*\n$/,
        ),
      })
      expect(stderr).toContain(said)
    }
  })

  it('leaves its token in a file for its owner only', () => {
    expect(keptFiles().map((file) => (statSync(file).mode & 0o777).toString(8))).toEqual(keptFiles().map(() => '600'))
  })

  it('asks for another token when the kept one has ended, and the CI gives one more', async () => {
    const env = githubJob('7101')
    const before = new Set(keptFiles())
    expect(await cli.run(['report', 'start'], { env })).toMatchObject({ code: 0 })
    const [file = ''] = keptFiles().filter((one) => !before.has(one))
    const { token } = JSON.parse(readFileSync(file, 'utf8'))
    const ended = await fetch(`${server.origin}/api/buildpass/v1/token`, {
      method: 'DELETE',
      headers: { 'Circle-Token': token },
    })
    expect(ended.status).toBe(200)
    expect(await cli.run(['report', 'finish', '--status', 'success'], { env })).toMatchObject({ code: 0 })
    expect(asked('exchange')).toBe(2)
  })

  it('stops at the second refusal in a row', async () => {
    proxy.fault = ({ path }) => (path.endsWith('/builds') ? { kind: 'answer', status: 401 } : null)
    const ended = await cli.run(['report', 'start'], { env: githubJob('7102') })
    expect(ended).toMatchObject({ code: EXIT.refused, stderr: expect.stringContaining('ID token (keyless)') })
    expect(asked('exchange')).toBe(1)
  })
})

describe('a token that is about to end', () => {
  it('is renewed between two steps of a job that has one ID token', async () => {
    const env = await gitlabJob('7201')
    const before = new Set(keptFiles())
    expect(await cli.run(['report', 'start'], { env })).toMatchObject({ code: 0 })
    const [file = ''] = keptFiles().filter((one) => !before.has(one))
    const kept = JSON.parse(readFileSync(file, 'utf8'))
    writeFileSync(file, JSON.stringify({ ...kept, expiresAt: Date.now() + 30_000 }))
    expect(await cli.run(['report', 'finish', '--status', 'success'], { env })).toMatchObject({ code: 0 })
    expect([asked('exchange'), asked('renew')]).toEqual([1, 1])
    expect(JSON.parse(readFileSync(file, 'utf8')).token).not.toBe(kept.token)
  })

  it('is renewed while a long command runs, before its end', async () => {
    // 40 times as fast for the command, but not for its child and the server: 20 s are 13 minutes.
    const clock = join(cli.folder, 'fast-clock.mjs')
    writeFileSync(
      clock,
      `const { now } = Date, start = now(), every = globalThis.setInterval
       Date.now = () => start + (now() - start) * 40
       globalThis.setInterval = (work, ms, ...more) => every(work, ms / 40, ...more)`,
    )
    const env = { ...(await gitlabJob('7202')), NODE_OPTIONS: `--import=${clock}` }
    const sleep = ['/bin/sh', '-c', 'NODE_OPTIONS= sleep 20']
    expect(await cli.run(['run', '--strict', '--', ...sleep], { env })).toMatchObject({ code: 0, stderr: '' })
    expect(asked('exchange')).toBe(1)
    expect(asked('renew')).toBeGreaterThan(0)
    const [first, last] = [proxy.seen.find(isReport), proxy.seen.findLast(isReport)]
    expect(first?.headers.authorization).not.toBe(last?.headers.authorization)
  })
  const isReport = ({ path, method }: { path: string; method: string }) => method === 'POST' && path.endsWith('/builds')
})

describe('a refusal says what to do', () => {
  it.each<[string, () => Promise<Record<string, string>> | Record<string, string>, readonly string[]]>([
    [
      'another repository',
      () => githubJob('7301', '&repository=4711'),
      ['No trusted publisher', SLUG, 'repository_id is "4711"', 'ref is "refs/heads/main"'],
    ],
    ['another branch', () => gitlabJob('7302', { ref: 'feature' }), ['project_id is "380"', 'ref is "feature"']],
    [
      'another audience',
      () => gitlabJob('7303', { aud: 'https://elsewhere.example.com' }),
      ['Its audience is not http://127.0.0.1', 'BUILDPASS_URL'],
    ],
    [
      'an issuer that is not trusted',
      async () => ({ ...GITLAB, BUILDPASS_ID_TOKEN: await issuer.issue('https://issuer.example.com', { aud: 'x' }) }),
      ['could not be verified', 'its issuer is not expected here'],
    ],
    ['a word that is none', () => ({ ...GITLAB, BUILDPASS_ID_TOKEN: 'x' }), ['It is not a JSON Web Token']],
    [
      'a runner that gives none',
      () => ({ ...githubJob('7304'), ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'stale' }),
      ['GitHub Actions gave no ID token', 'id-token: write'],
    ],
    ['Buildkite without its agent', () => BUILDKITE, ['gave no ID token', 'buildkite-agent']],
  ])('%s', async (_, job, words) => {
    const env = { XDG_STATE_HOME: join(cli.folder, 'fresh'), BUILDPASS_RETRY_SECONDS: '1', ...(await job()) }
    const ended = await cli.run(['report', 'start', '--json'], { env })
    expect(ended.code).toBe(EXIT.refused)
    for (const word of words) expect(ended.stderr).toContain(word)
    expect(JSON.parse(ended.stdout).error.code).toBe('refused')
  })

  it('an ID token that could not be checked just now is sent again after the time that the server says, twice', async () => {
    const refusal = { kind: 'answer', status: 401, headers: { 'Retry-After': '1' } } as const
    let refusals = 2
    proxy.fault = ({ path }) => (path.endsWith('exchange') && refusals-- > 0 ? refusal : null)
    const env = { ...(await gitlabJob('7308')), XDG_STATE_HOME: join(cli.folder, 'again') }
    const ended = await cli.run(['report', 'start'], { env })
    expect(ended).toMatchObject({ code: 0, stderr: expect.stringContaining('trying again in 1.') })
    expect(asked('exchange')).toBe(3)
    refusals = 3
    const gaveUp = await cli.run(['report', 'start'], { env: { ...env, XDG_STATE_HOME: join(cli.folder, 'never') } })
    expect(gaveUp).toMatchObject({ code: EXIT.refused })
    expect(asked('exchange')).toBe(6)
  })

  it('no permission for an ID token, where a private project looks like none', async () => {
    const ended = await cli.run(['report', 'start'], { env: { ...GITHUB, GITHUB_RUN_ID: '7305' } })
    expect(ended.code).toBe(EXIT.not_found)
    expect(ended.stderr).toContain(
      'No token was sent. Give the job `permissions: id-token: write`, or set BUILDPASS_TOKEN.',
    )
  })

  it('an ID token that was exchanged before, by a step on another machine', async () => {
    const env = await gitlabJob('7306')
    expect(await cli.run(['report', 'start'], { env })).toMatchObject({ code: 0 })
    const elsewhere = { ...env, XDG_STATE_HOME: join(cli.folder, 'elsewhere') }
    const ended = await cli.run(['report', 'start'], { env: elsewhere })
    expect(ended).toMatchObject({ code: EXIT.refused, stderr: expect.stringContaining('exchanged before') })
  })

  it('a publisher that was deleted while the job ran', async () => {
    const env = githubJob('7307')
    expect(await cli.run(['report', 'start'], { env })).toMatchObject({ code: 0 })
    const path = `/api/buildpass/v1/projects/${SLUG}/publishers/${publisherIds.get('github')}`
    const headers = { 'Circle-Token': server.demo.tokens.personal }
    expect((await fetch(server.origin + path, { method: 'DELETE', headers })).status).toBe(200)
    const ended = await cli.run(['report', 'finish', '--status', 'success'], { env })
    expect(ended).toMatchObject({ code: EXIT.refused, stderr: expect.stringContaining('No trusted publisher') })
  })
})
