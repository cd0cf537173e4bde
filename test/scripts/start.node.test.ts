import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { artifactsFor } from '../../scripts/start/demo-files.ts'
import { LIVE_LINES, startLiveBuild } from '../../scripts/start/live-demo.ts'
import { emptyLocalState, openLocalState } from '../../scripts/start/local-state.ts'
import {
  makeDemoState,
  makeStateDir,
  openSharedServer,
  runNpmScript,
  type SharedServer,
  startLocalServer,
} from '../support/server/local-server.ts'

const WEB = '/api/v1.1/project/gh/acme/web'

/** Of `npm start` on an empty folder, which makes the demo for all tests, before them. */
const first = inject('firstStart')

describe('npm start on an empty folder', () => {
  /** What it left, as the next start finds it. */
  let server: SharedServer
  beforeAll(async () => {
    server = await openSharedServer('read')
  })

  const get = (path: string, token?: string, init: RequestInit = {}) =>
    fetch(server.origin + path, { ...init, headers: token ? { 'Circle-Token': token } : {} })

  const listBuilds = async (offset: number) =>
    (await get(`${WEB}?offset=${offset}`, server.demo.tokens.all)).json() as Promise<{ status: string }[]>

  it('writes the demo file and the secrets so that only their owner reads them', () => {
    const { demo, stateDir } = first
    expect(demo.projects.map(({ slug, visibility }) => `${slug} ${visibility}`)).toEqual([
      'gh/acme/web private',
      'gh/acme/secret private',
      'gh/acme/docs public',
    ])
    expect(new Set(Object.values(demo.tokens)).size).toBe(6)
    for (const file of ['.local/demo.json', '.dev.vars'])
      expect((statSync(join(stateDir, file)).mode & 0o777).toString(8)).toBe('600')
  })

  it('shows a passing badge for the status token', async () => {
    const response = await get(`/gh/acme/web.svg?circle-token=${server.demo.tokens.status}`)
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('>passing</text>')
  })

  it('has builds in every status', async () => {
    const lists = await Promise.all([listBuilds(0), listBuilds(30)])
    const statuses = new Set(lists.flat().map(({ status }) => status))
    expect([...statuses].sort()).toEqual(EVERY_STATUS)
  })

  it('has no builds on the branch "release"', async () => {
    expect(await (await get(`${WEB}/tree/release`, server.demo.tokens.all)).json()).toEqual([])
  })

  it('serves every artifact of the newest build of main byte for byte, the large and the oddly named ones too', async () => {
    const token = server.demo.tokens.all
    const listed = await get(`${WEB}/latest/artifacts?branch=main`, token)
    const artifacts = (await listed.json()) as { path: string; node_index: number; url: string }[]
    const served: Record<string, string | number> = {}
    for (const { path, node_index, url } of artifacts) {
      const bytes = Buffer.from(await (await fetch(url, { headers: { 'Circle-Token': token } })).arrayBuffer())
      served[`${node_index} ${path}`] = shown(bytes)
    }
    const made = artifactsFor('deploy', true).map((file) => [`${file.nodeIndex} ${file.path}`, shown(file.bytes)])
    expect(served).toEqual(Object.fromEntries(made))
  })

  it('refuses the expired token as expired, and another project’s token as if there were no project', async () => {
    const expired = await get(WEB, server.demo.tokens.expired)
    expect([expired.status, await expired.text()]).toEqual([401, expect.stringContaining('expired')])
    expect((await get(WEB, server.demo.tokens.otherProjectAll)).status).toBe(404)
  })

  it('refuses a second server and a new user on the same data while it runs', async () => {
    const second = await runNpmScript('start', [], server.stateDir, { PORT: '0' })
    expect([second.exitCode, second.output]).toEqual([1, expect.stringContaining('already runs')])
    const user = await runNpmScript('create-user', ['ada'], server.stateDir)
    expect([user.exitCode, user.output]).toEqual([1, expect.stringContaining('stop it')])
  })

  it('prints, besides the log of requests, nothing but the address and what to try', async () => {
    // Once more, for what it has printed since.
    for (const output of [first.output, (await openSharedServer('read')).output]) {
      const ours = output.split('\n').filter((line) => !line.startsWith('{"event":"request"'))
      expect(ours.filter((line) => /warn|error|deprecat|wrangler/i.test(line))).toEqual([])
      expect(ours.length).toBeLessThan(20)
    }
  })

  it('ends on SIGINT with 0, at once', () => {
    expect(first.exitCode).toBe(0)
    expect(first.tookMs).toBeLessThan(15_000)
    expect(existsSync(join(first.stateDir, '.local/server.json'))).toBe(false)
  })
})

describe('npm start on data that is there', () => {
  it('keeps it, and ends on SIGTERM with 0', async () => {
    const before = await newestBuildOf(await openSharedServer('read'))
    expect(before).toHaveLength(1)
    const second = await startLocalServer({ byNpm: true })
    expect(second.demo.tokens).toEqual(first.demo.tokens)
    expect(second.output()).not.toContain('Making the demo')
    expect(await newestBuildOf(second)).toEqual(before)
    expect((await second.stop('SIGTERM')).exitCode).toBe(0)
    expect(second.output()).not.toContain('Live log')
  })

  // The server that begins anew, with a demo of its own, in test/prove.
  it('is emptied by --fresh, but for the secrets', () => {
    const stateDir = makeDemoState()
    const filesIn = () =>
      readdirSync(stateDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const devVars = readFileSync(join(stateDir, '.dev.vars'), 'utf8')
    expect(filesIn().length).toBeGreaterThan(100)
    vi.stubEnv('BUILDPASS_STATE', stateDir)
    emptyLocalState(openLocalState())
    vi.unstubAllEnvs()
    expect(filesIn().map(({ name }) => name)).toEqual(['.dev.vars'])
    expect(readFileSync(join(stateDir, '.dev.vars'), 'utf8')).toBe(devVars)
  })
})

describe('the live build of the demo', () => {
  it('runs while its log grows line by line, and fails in the end for a reason that its condensed log has', async () => {
    const { origin, demo } = await openSharedServer('write')
    const { path, ended } = await startLiveBuild(origin, demo.tokens.personal, 20)
    const num = path.split('/').at(-1)
    const build = `${origin}/api/buildpass/v1/projects/gh/acme/web/builds/${num}`
    const headers = { 'Circle-Token': demo.tokens.all }
    const statusOf = async () => ((await (await fetch(build, { headers })).json()) as { status: string }).status
    const log = (query: string) => fetch(`${build}/steps/0/log${query}`, { headers })
    expect(await statusOf()).toBe('running')
    const first = await log('?offset=0&wait=20')
    expect([(await first.text()).startsWith('##[group]npm ci\n'), first.headers.get('X-Terminal')]).toEqual([
      true,
      'false',
    ])
    await ended
    expect(await (await log('')).text()).toBe(LIVE_LINES.map((line) => `${line}\n`).join(''))
    expect(await statusOf()).toBe('failed')
    const condensed = await fetch(`${build}/steps/0/log/condensed`, { headers })
    const { lines } = (await condensed.json()) as { lines: { text: string; why: string }[] }
    expect(lines.filter(({ why }) => why === 'error').map(({ text }) => text)).toContainEqual(
      expect.stringContaining('AssertionError: expected 17.4 to be 12.5'),
    )
  })

  it('lasts a minute', () => {
    expect(LIVE_LINES).toHaveLength(60)
  })
})

describe('npm start that cannot', () => {
  it('says in one sentence that the port is in use', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const address = taken.address()
    const port = typeof address === 'object' ? String(address?.port) : ''
    const { exitCode, output } = await runNpmScript('start', [], makeStateDir(), { PORT: port })
    taken.close()
    expect([exitCode, output]).toEqual([1, expect.stringContaining(`Port ${port} of 127.0.0.1 is in use`)])
  })
})

describe('npm run create-user', () => {
  it('makes the first user an owner and prints the token alone on its line', async () => {
    const stateDir = makeStateDir()
    const { exitCode, output } = await runNpmScript('create-user', ['ada'], stateDir)
    expect([exitCode, output]).toEqual([0, expect.stringMatching(/^bpu_[0-9A-Za-z]{42}$/m)])
    expect(output).toContain('Made ada, an owner')
    const again = await runNpmScript('create-user', ['Ada'], stateDir)
    expect([again.exitCode, again.output]).toEqual([1, expect.stringContaining('is taken')])
  })
})

/** The text of a small file; of the large one, which is random, the size. */
function shown(bytes: Uint8Array): string | number {
  return bytes.length > 1_000_000 ? bytes.length : Buffer.from(bytes).toString()
}

async function newestBuildOf(server: Pick<SharedServer, 'origin' | 'demo'>): Promise<unknown> {
  const response = await fetch(`${server.origin}${WEB}?limit=1`, {
    headers: { 'Circle-Token': server.demo.tokens.all },
  })
  const builds = (await response.json()) as { build_num: number; vcs_revision: string; status: string }[]
  return builds.map(({ build_num, vcs_revision, status }) => ({ build_num, vcs_revision, status }))
}

const EVERY_STATUS = [
  'canceled',
  'failed',
  'fixed',
  'infrastructure_fail',
  'no_tests',
  'not_run',
  'not_running',
  'queued',
  'retried',
  'running',
  'success',
  'timedout',
]
