import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LocalIssuer, startLocalIssuer } from '../support/server/local-issuer.ts'
import { type LocalServer, makeDemoState, startLocalServer } from '../support/server/local-server.ts'

const WEB = '/api/v1.1/project/gh/acme/web'
const MINE = '/api/v1.1/user/token'
const PROJECT = '/api/buildpass/v1/projects/gh/acme/web'
const BUILDS = `${PROJECT}/builds`

type Minted = { readonly id: string; readonly token: string }

describe('after much use, no secret is found', () => {
  let server: LocalServer
  let issuer: LocalIssuer
  const secrets = new Map<string, string>()
  /** What is no token: secrets of webhooks and targets, values, identity tokens, a session. */
  const others = new Map<string, string>()
  let whileRunning: readonly string[]
  let afterwards: readonly string[]

  beforeAll(async () => {
    issuer = await startLocalIssuer()
    const stateDir = makeDemoState()
    appendFileSync(join(stateDir, '.dev.vars'), `OIDC_ISSUERS="gitlab=${issuer.origin}"\n`)
    server = await startLocalServer({ stateDir })
    await useOthers(server, issuer, secrets, others)
    await use(server, secrets)
    for (const [name, secret] of Object.entries(server.demo.tokens)) secrets.set(`the demo's ${name}`, secret)
    const all = new Map([...secrets, ...others])
    whileRunning = findingsIn(server.stateDir, all)
    await server.stop()
    afterwards = findingsIn(server.stateDir, all)
  })
  afterAll(() => issuer?.close())

  it('has been used', () => {
    expect(secrets.size).toBe(17)
    expect([...others.keys()]).toHaveLength(8)
    for (const secret of secrets.values()) expect(secret).toMatch(/^bp[upr]_[0-9A-Za-z]{42}$/)
    const files = filesIn(server.stateDir)
    for (const part of ['/d1/', '/kv/', '/r2/'])
      expect(
        files.some((file) => file.includes(part)),
        part,
      ).toBe(true)
    // The search finds what is there.
    expect(findingsIn(server.stateDir, new Map([['a label', 'a label to be found']]))).not.toEqual([])
  })

  it('in any file of the running server, its write-ahead logs too', () => expect(whileRunning).toEqual([]))

  it('in any file that it left', () => expect(afterwards).toEqual([]))

  it('in what it printed, but for the demo tokens to try', () => {
    const output = server.output()
    const minted = [...secrets, ...others].filter(([name]) => !name.startsWith('the demo'))
    expect(minted.filter(([, secret]) => formsOf(secret).some((form) => output.includes(form)))).toEqual([])
    const lines = output.split('\n').filter((line) => line.startsWith('{'))
    for (const line of lines) expect(line).not.toMatch(/bp[upr]_|circle-token/)
  })

  it('and none of the keys of .dev.vars anywhere else', () => {
    const keys = [...readFileSync(join(server.stateDir, '.dev.vars'), 'utf8').matchAll(/"(?:\w+:)?([\w-]{43,})"/g)]
    expect(keys.length).toBeGreaterThanOrEqual(2)
    const lines = readFileSync(join(server.stateDir, '.dev.vars'), 'utf8').trim().split('\n')
    expect(keys).toHaveLength(lines.filter((line) => !line.startsWith('OIDC_ISSUERS=')).length)
    const named = new Map(keys.map(([, key = ''], i) => [`key ${i}`, key]))
    expect(findingsIn(server.stateDir, named)).toEqual([])
    for (const key of named.values()) expect(server.output()).not.toContain(key)
  })
})

/** Everything that a token can meet in its life; each secret is noted under a name. */
async function use({ origin, demo }: LocalServer, secrets: Map<string, string>): Promise<void> {
  const send = (
    method: string,
    path: string,
    token: string | null,
    { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
  ) =>
    fetch(origin + path, {
      method,
      headers: { ...(token ? { 'Circle-Token': token } : {}), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
  const { personal } = demo.tokens
  async function mint(name: string, path: string, by: string, body: unknown = {}): Promise<Minted> {
    const response = await send('POST', path, by, { body })
    expect(response.status, name).toBe(201)
    const minted = (await response.json()) as Minted
    secrets.set(name, minted.token)
    return minted
  }

  const label = 'a label to be found'
  const status = await mint('status', `${WEB}/token`, personal, { label, scope: 'status' })
  const artifacts = await mint('artifacts', `${WEB}/token`, personal, { label: 'a', scope: 'view-builds' })
  const all = await mint('all', `${WEB}/token`, personal, { label: 'b', scope: 'all' })
  const helper = await mint('helper', MINE, personal, { label: 'c' })
  await mint('child', MINE, helper.token, { label: 'd' })
  await mint('successor', `${WEB}/token/${all.id}/rotate`, personal, { overlap_seconds: 60 })
  await mint('second successor', `${MINE}/${helper.id}/rotate`, helper.token)
  const doomed = await mint('deleted by its secret', `${WEB}/token`, personal, { label: 'e', scope: 'all' })
  const leaked = await mint('leaked', `${WEB}/token`, personal, { label: 'f', scope: 'all' })

  // Each way to present one, in good requests and in bad ones.
  for (const { token } of [status, artifacts, all, helper]) {
    const basic = `Basic ${Buffer.from(`${token}:`).toString('base64')}`
    await send('GET', `/gh/acme/web.svg?circle-token=${token}&style=svg`, null)
    await send('GET', `${WEB}?circle-token=${token}`, null)
    await send('GET', WEB, null, { headers: { Authorization: `Bearer ${token}` } })
    await send('GET', WEB, null, { headers: { Authorization: basic } })
    await send('GET', `${WEB}/latest/artifacts?circle-token=${token}&branch=main`, null)
    await send('POST', `${WEB}/token?circle-token=${token}`, null, { body: { label: token } })
    await send('GET', `/nothing/${token}?circle-token=${token}`, null)
    await send('GET', `${WEB}/tree/${token}`, token)
    await send('GET', `/output/job/${token}/artifacts/0/x`, token)
    await send('POST', `${WEB}/token`, token, { body: { [token]: token } })
    await send('GET', `${WEB}?limit=${token}`, token)
    await send('GET', '/api/v1.1/me', `${token}x`)
    await send('GET', `/download/${token}.x/${token}`, token)
  }
  await send('POST', BUILDS, personal, { body: `{"external_id": "${leaked.token}"` })

  // Artifacts: up, listed, down.
  const build = (await (await send('GET', `${WEB}?limit=1`, all.token)).json()) as { build_num: number }[]
  await send('PUT', `${BUILDS}/${build[0]?.build_num}/artifacts/out.txt`, helper.token, { body: 'bytes' })
  const listed = (await (await send('GET', `${WEB}/latest/artifacts?branch=main`, artifacts.token)).json()) as {
    url: string
  }[]
  for (const { url } of listed.slice(0, 3)) await (await fetch(`${url}?circle-token=${artifacts.token}`)).arrayBuffer()

  // Ends: by id, by secret, as leaked, by itself.
  await send('DELETE', `${WEB}/token/${doomed.token}`, personal)
  await send('POST', '/api/buildpass/v1/leaks', null, {
    body: { secrets: [leaked.token, status.token, `${leaked.token}x`] },
  })
  await send('DELETE', `${MINE}/${secrets.get('second successor')}`, personal)
  await send('DELETE', '/api/buildpass/v1/token', helper.token)
  for (const token of [doomed, leaked, helper].map(({ token }) => token)) {
    expect((await send('GET', WEB, token)).status).toBe(401)
    await send('GET', `/gh/acme/web.svg?circle-token=${token}`, null)
  }
}

/** A job without a stored token, webhooks, targets, values and a browser; in good requests and in bad ones. */
async function useOthers(
  { origin, demo, output }: LocalServer,
  issuer: LocalIssuer,
  secrets: Map<string, string>,
  others: Map<string, string>,
): Promise<void> {
  const ask = (method: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(origin + path, {
      method,
      headers: { 'Circle-Token': demo.tokens.personal, 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  const made = async (method: string, path: string, body: unknown) => {
    const answer = await ask(method, path, body)
    expect([path, answer.ok]).toEqual([path, true])
    return (await answer.json()) as Record<string, string>
  }
  const note = (name: string, secret = '') => {
    others.set(name, secret)
    return secret
  }

  const gitlab = note('webhook secret', (await made('POST', `${PROJECT}/webhooks`, { source: 'gitlab' })).secret)
  const given = note('webhook secret of the CI', crypto.randomUUID())
  await made('POST', `${PROJECT}/webhooks`, { source: 'buildkite', secret: given })
  for (const secret of [gitlab, `${gitlab}x`])
    await ask(
      'POST',
      '/webhooks/gh/acme/web/gitlab',
      { object_kind: 'push', [secret]: secret },
      { 'X-Gitlab-Token': secret },
    )
  const basic = `Basic ${Buffer.from(`u:${given}`).toString('base64')}`
  await ask('POST', '/webhooks/gh/acme/web/jenkins', {}, { Authorization: basic })

  const value = note('value of an environment variable', crypto.randomUUID())
  await made('POST', `${WEB}/envvar`, { name: 'DEPLOY_KEY', value })
  const secret = note('secret of a listener', `whsec_${Buffer.from(crypto.randomUUID()).toString('base64')}`)
  await made('POST', `${PROJECT}/listeners`, { kind: 'webhook', url: 'https://listener.example.com/', secret })
  await ask('POST', `${PROJECT}/listeners`, { kind: 'nonsense', secret, value })

  await made('POST', `${PROJECT}/publishers`, { kind: 'gitlab', issuer: issuer.origin, claims: { project_id: '42' } })
  const identity = (claims: object) => issuer.issue(issuer.origin, { aud: origin, project_id: '42', ...claims })
  const project = 'gh/acme/web'
  const token = note('identity token', await identity({}))
  const reporting = (await made('POST', '/api/buildpass/v1/oidc/exchange', { token, project })).token ?? ''
  secrets.set('reporting', reporting)
  await ask('POST', '/api/buildpass/v1/oidc/exchange', { token, project })
  const unmatched = note('identity token of another project', await identity({ project_id: '43' }))
  await ask('POST', '/api/buildpass/v1/oidc/exchange', { token: unmatched, project })
  const renewed = await ask('POST', '/api/buildpass/v1/oidc/renew', {}, { 'Circle-Token': reporting })
  secrets.set('renewed reporting', ((await renewed.json()) as { token: string }).token)

  // The link was printed for a person to use; what it turns into was not.
  const [, link = ''] = /sign-in\/link\/(\S+)/.exec(output()) ?? []
  const form = { 'Content-Type': 'application/x-www-form-urlencoded', Origin: origin }
  const signedIn = await fetch(`${origin}/sign-in/link`, {
    method: 'POST',
    headers: form,
    body: new URLSearchParams({ secret: link }),
    redirect: 'manual',
  })
  const cookie = (signedIn.headers.get('Set-Cookie') ?? '').split(';', 1)[0] ?? ''
  note('session', cookie.split('=')[1])
  const page = await (await fetch(`${origin}/account`, { headers: { Cookie: cookie } })).text()
  note('form token', /name="form_token" value="([^"]+)"/.exec(page)?.[1])
  await fetch(`${origin}/account?session=${cookie.split('=')[1]}`, { headers: { Cookie: `${cookie}x` } })
}

/** A secret as it could be kept: itself, and as the user name of Basic credentials. */
function formsOf(secret: string): readonly string[] {
  return [secret, Buffer.from(`${secret}:`).toString('base64').slice(0, 60)]
}

function findingsIn(folder: string, secrets: ReadonlyMap<string, string>): readonly string[] {
  return filesIn(folder)
    .filter((file) => !/^(\.dev\.vars|\.local\/demo\.json)$/.test(relative(folder, file)))
    .flatMap((file) => {
      const bytes = bytesOf(file)
      return [...secrets]
        .filter(([, secret]) => formsOf(secret).some((form) => bytes.includes(form)))
        .map(([name]) => `${name} in ${relative(folder, file)}`)
    })
}

/** What the file has; of one that SQLite has dropped since it was listed, nothing. */
function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return Buffer.alloc(0)
  }
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
