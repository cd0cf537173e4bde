import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSharedServer, type SharedServer } from '../support/server/local-server.ts'

const TOOLS = ['curl', 'grep', 'wget']
const missing = TOOLS.filter((tool) => spawnSync(tool, ['--version']).error)
if (missing.length > 0)
  console.error(`SKIPPED: this machine has no ${missing.join(', ')}, which CircleCI's recipe needs.`)

type Listed = { readonly path: string; readonly node_index: number; readonly url: string }

describe.skipIf(missing.length > 0)("CircleCI's recipe for all artifacts of a build, as it is", () => {
  let server: SharedServer
  let folder: string
  let build: number
  let listed: readonly Listed[]

  beforeAll(async () => {
    server = await openSharedServer('read')
    folder = mkdtempSync(join(tmpdir(), 'buildpass-wget-'))
    const project = `${server.origin}/api/v1.1/project/gh/acme/web`
    const headers = { 'Circle-Token': server.demo.tokens.viewBuilds }
    listed = (await (await fetch(`${project}/latest/artifacts?branch=main`, { headers })).json()) as Listed[]
    const builds = await fetch(`${project}?limit=100`, { headers: { 'Circle-Token': server.demo.tokens.status } })
    const job = listed[0]?.url.split('/')[5]
    const all = (await builds.json()) as { build_num: number; workflows: { job_id: string } }[]
    build = all.find(({ workflows }) => workflows.job_id === job)?.build_num ?? 0
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('saves every file, byte for byte, with a token that reads nothing but artifacts', async () => {
    const recipe = `curl -s -H "Circle-Token: $CIRCLE_TOKEN" $HOST/api/v1.1/project/gh/acme/web/${build}/artifacts \\
      | grep -o -E 'https?://([^"]*)' \\
      | wget --no-verbose --header "Circle-Token: $CIRCLE_TOKEN" --input-file -`
    const env = { ...process.env, CIRCLE_TOKEN: server.demo.tokens.viewBuilds, HOST: server.origin }
    execFileSync('bash', ['-c', `set -euo pipefail; ${recipe}`], { cwd: folder, env, stdio: 'pipe' })
    const saved = readdirSync(folder).map((name) => digestOf(readFileSync(join(folder, name))))
    const expected = await Promise.all(
      listed.map(async ({ url }) => {
        const response = await fetch(url, { headers: { 'Circle-Token': server.demo.tokens.viewBuilds } })
        return digestOf(new Uint8Array(await response.arrayBuffer()))
      }),
    )
    expect(listed.length).toBeGreaterThan(5)
    expect(saved.sort()).toEqual(expected.sort())
  })

  it('with the token in the URL, in a password and as Bearer downloads too', () => {
    const { url } = listed[0] ?? { url: '' }
    const token = server.demo.tokens.viewBuilds
    const curl = (...args: string[]) =>
      execFileSync('curl', ['-sfL', '-o', '/dev/null', '-w', '%{http_code} %{size_download}', ...args], {
        encoding: 'utf8',
      })
    const answers = [
      curl('-H', `Authorization: Bearer ${token}`, url),
      curl('-u', `${token}:`, url),
      curl('-u', `${token}:`, '--location-trusted', url),
      curl(`${url}?circle-token=${token}`),
    ]
    expect(new Set(answers).size).toBe(1)
    expect(answers[0]).toMatch(/^200 [1-9]/)
  })

  it('of the stable link saves the file under its own name, and resumes where it was cut off', () => {
    const cwd = mkdtempSync(join(folder, 'resume-'))
    const env = { ...process.env, CIRCLE_TOKEN: server.demo.tokens.viewBuilds }
    const link = `${server.origin}/api/v1.1/project/gh/acme/web/latest/artifacts/0/release/web.tar?branch=main`
    const run = (script: string) =>
      execFileSync('bash', ['-c', `set -euo pipefail; ${script}`], { cwd, env, stdio: 'pipe' })
    run(`curl -sfL -OJ -H "Circle-Token: $CIRCLE_TOKEN" '${link}'`)
    const whole = readFileSync(join(cwd, 'web.tar'))
    expect(whole.length).toBe(6 * 1024 * 1024)
    run(`head -c 5000000 web.tar > part; curl -sfL -C - -o part -H "Circle-Token: $CIRCLE_TOKEN" '${link}'`)
    expect(digestOf(readFileSync(join(cwd, 'part')))).toBe(digestOf(whole))
  })

  it('with wget -N fetches a file once', () => {
    const cwd = mkdtempSync(join(folder, 'once-'))
    const { url, path } = listed[0] ?? { url: '', path: '' }
    const header = `Circle-Token: ${server.demo.tokens.viewBuilds}`
    const fetched = () => spawnSync('wget', ['-N', '--header', header, url], { cwd, encoding: 'utf8' }).stderr
    expect(fetched()).toMatch(/saved \[/)
    const file = join(cwd, path.split('/').at(-1) ?? '')
    const [digest, savedAt] = [digestOf(readFileSync(file)), statSync(file).mtimeMs]
    expect(fetched()).toMatch(/304 Not Modified/)
    expect([digestOf(readFileSync(file)), statSync(file).mtimeMs]).toEqual([digest, savedAt])
    // Whole seconds: the time that the server told.
    expect(savedAt % 1000).toBe(0)
  })

  it('resumes no other version of a file', () => {
    const { url } = listed[0] ?? { url: '' }
    const code = (...args: string[]) =>
      execFileSync('curl', ['-sL', '-o', '/dev/null', '-w', '%{http_code}', ...args, url], { encoding: 'utf8' })
    const token = ['-H', `Circle-Token: ${server.demo.tokens.viewBuilds}`]
    expect(code(...token, '-H', 'If-Match: "old"', '-r', '0-1')).toBe('412')
    expect(code(...token, '-z', '-Sun, 06 Nov 1994 08:49:37 GMT')).toBe('412')
    expect(code(...token, '-r', '0-1')).toBe('206')
  })

  it('tells the size beforehand', () => {
    const { url } = listed.find(({ path }) => path === 'report with spaces.txt') ?? { url: '' }
    const head = execFileSync('curl', ['-sfLI', '-H', `Circle-Token: ${server.demo.tokens.viewBuilds}`, url], {
      encoding: 'utf8',
    })
    expect(head).toMatch(/content-length: 20\r/i)
    const get = execFileSync('curl', ['-sfLi', '-H', `Circle-Token: ${server.demo.tokens.viewBuilds}`, url], {
      encoding: 'utf8',
    })
    expect(get).toMatch(/content-length: 20\r/i)
  })
})

describe.skipIf(missing.length > 0)('tools that send a user name only when they are asked', () => {
  let server: SharedServer
  beforeAll(async () => {
    server = await openSharedServer('read')
  })

  it.each([
    ['wget', ['-qO-', '--password', '', '--user']],
    ['wget', ['-qO-', '--password', 'x', '--user']],
  ] as const)('such as %s %j read a feed', (tool, args) => {
    const { personal } = server.demo.tokens
    const feed = execFileSync(tool, [...args, personal, `${server.origin}/cc.xml`], { encoding: 'utf8' })
    expect(feed).toContain('<Project name="acme/web"')
  })

  it.each(['', 'x'])('such as curl --anyauth read a feed with the password "%s"', (password) => {
    const args = ['-sf', '--anyauth', '-u', `${server.demo.tokens.personal}:${password}`, `${server.origin}/cc.xml`]
    expect(execFileSync('curl', args, { encoding: 'utf8' })).toContain('<Project name="acme/web"')
  })

  it('and what follows the .png of an old README ends at the image', () => {
    const url = `${server.origin}/gh/acme/web.png?circle-token=${server.demo.tokens.status}`
    expect(execFileSync('curl', ['-sfL', url], { encoding: 'utf8' })).toContain('<svg ')
    expect(execFileSync('wget', ['-qO-', url], { encoding: 'utf8' })).toContain('<svg ')
  })
})

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
