import { env } from 'cloudflare:workers'
import { eq } from 'drizzle-orm'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { toBase64Url } from '../../../../src/domain/formats/encoding.ts'
import { slugText } from '../../../../src/domain/project.ts'
import { tokens } from '../../../../src/storage/schema/schema.ts'
import { openDb } from '../../../../src/storage/stores.ts'
import { type Answer, call, seedTenant, type Tenant } from '../../../support/api/http.ts'
import { freshAddress } from '../../../support/sign/addresses.ts'
import { type IssuerKey, issue, keySetOf, makeKey, serve } from '../../../support/sign/issuer.ts'
import { openTestApp } from '../../../support/worker/app.ts'
import { passedUntilLimited } from '../../../support/worker/until-limited.ts'

const db = openDb(env.DB)
const PROJECT_ID = 'oidc.circleci.com/project-id'
const ORG_ID = 'oidc.circleci.com/org-id'

let key: IssuerKey
beforeAll(async () => {
  key = await makeKey('k1')
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** A project that trusts one CircleCI project; each organization is an issuer, so that no test meets another's keys. */
async function trusting(more: Record<string, string> = {}) {
  const tenant = await seedTenant()
  const [org, projectId] = [crypto.randomUUID(), crypto.randomUUID()]
  const claims = { [ORG_ID]: org, [PROJECT_ID]: projectId, ...more }
  const made = await call('POST', `${tenant.path}/publishers`, {
    token: tenant.admin,
    body: { kind: 'circleci', claims },
  })
  expect(made.status).toBe(201)
  const iss = `https://oidc.circleci.com/org/${org}`
  const keysUrl = `${iss}/.well-known/jwks-pub.json`
  const job = { iss, ...claims, sub: `org/${org}/project/${projectId}/user/x` }
  return { tenant, claims, job, keysUrl, publisherId: (made.body as { id: string }).id }
}

const exchange = (token: string, tenant: Tenant | string) =>
  call('POST', '/api/buildpass/v1/oidc/exchange', {
    body: { token, project: typeof tenant === 'string' ? tenant : slugText(tenant.project) },
  })
const secretIn = ({ body }: Answer) => ({ secret: (body as { token: string }).token })
const renew = (token: { secret: string }) => call('POST', '/api/buildpass/v1/oidc/renew', { token })
const messageOf = ({ body }: Answer) => (body as { message: string }).message

describe('an identity token', () => {
  it('that a publisher matches gives a token that reports to that one project for a quarter of an hour', async () => {
    const { tenant, job, keysUrl } = await trusting()
    serve({ [keysUrl]: () => keySetOf(key) })
    const answer = await exchange(await issue(key, job), tenant)
    expect(answer).toMatchObject({
      status: 201,
      body: { project: slugText(tenant.project), token: expect.stringMatching(/^bpr_\w{42}$/) },
    })
    const { expires_at, renewable_until } = answer.body as { expires_at: string; renewable_until: string }
    expect(Date.parse(expires_at) - Date.now()).toBeGreaterThan(14 * 60_000)
    expect(Date.parse(expires_at) - Date.now()).toBeLessThanOrEqual(15 * 60_000)
    expect(Date.parse(renewable_until) - Date.now()).toBeLessThanOrEqual(6 * 3_600_000)

    const token = secretIn(answer)
    const body = {
      external_id: 'b1',
      pipeline: { external_id: 'p1', branch: 'main', revision: 'f00d' },
      workflow: { external_id: 'w1', name: 'ci' },
      job: { name: 'test' },
      status: 'success',
    }
    expect((await call('POST', `${tenant.path}/builds`, { token, body })).status).toBe(201)
    expect((await call('GET', `${tenant.path}/webhooks`, { token })).status).toBe(403)
    const other = await seedTenant()
    expect((await call('POST', `${other.path}/builds`, { token, body })).status).toBe(404)
    const list = await call('GET', `/api/v1.1/project/${slugText(tenant.project)}/token`, { token: tenant.admin })
    expect(list.body).toEqual([])
  })

  it('is good although another issuer gave one with the same jti', async () => {
    const [one, two] = [await trusting(), await trusting()]
    serve({ [one.keysUrl]: () => keySetOf(key), [two.keysUrl]: () => keySetOf(key) })
    const statuses = []
    for (const { tenant, job } of [one, two, one])
      statuses.push((await exchange(await issue(key, { ...job, jti: 'the same' }), tenant)).status)
    expect(statuses).toEqual([201, 201, 401])
  })

  it('is good once, also where it has no jti and its signature is written otherwise', async () => {
    const { tenant, job, keysUrl } = await trusting()
    serve({ [keysUrl]: () => keySetOf(key) })
    for (const over of [{}, { jti: undefined }, { jti: '' }]) {
      const token = await issue(key, { ...job, ...over })
      const another = await issue(key, { ...job, ...over, exp: Math.floor(Date.now() / 1000) + 60 })
      expect((await exchange(token, tenant)).status).toBe(201)
      const again = await exchange(token, tenant)
      expect([again.status, messageOf(again)]).toEqual([401, expect.stringContaining('exchanged before')])
      expect((await exchange(another, tenant)).status).toBe(201)
    }
    const twin = await issue(key, { ...job, jti: 'one name' })
    expect((await exchange(twin, tenant)).status).toBe(201)
    expect(
      (await exchange(await issue(key, { ...job, jti: 'one name', exp: Math.floor(Date.now() / 1000) + 60 }), tenant))
        .status,
    ).toBe(401)
  })

  it('presented many times at once is good once', async () => {
    const { tenant, job, keysUrl } = await trusting()
    serve({ [keysUrl]: () => keySetOf(key) })
    const token = await issue(key, job)
    const answers = await Promise.all(Array.from({ length: 20 }, () => exchange(token, tenant)))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 19 }, () => 401)])
  })

  it('is refused, with the reason, for what is wrong with it', async () => {
    const { tenant, job, keysUrl } = await trusting()
    serve({ [keysUrl]: () => keySetOf(key) })
    const stranger = await makeKey('k1')
    const now = Math.floor(Date.now() / 1000)
    const good = await issue(key, job)
    const [header, payload, signature] = good.split('.')
    const unsigned = `${btoa(JSON.stringify({ alg: 'none' })).replace(/=+$/, '')}.${payload}.`
    const cases: [string, string | Promise<string>][] = [
      ['not a JSON Web Token', 'nonsense'],
      ['audience is not https://builds.test', issue(key, { ...job, aud: 'https://other.example' })],
      ['audience is not https://builds.test', issue(key, { ...job, aud: null })],
      ['has expired', issue(key, { ...job, iat: now - 900, exp: now - 60 })],
      ['"nbf" does not pass', issue(key, { ...job, nbf: now + 600 })],
      ['"exp" does not pass', issue(key, { ...job, exp: undefined })],
      ['could not be verified', issue(stranger, job)],
      ['could not be verified', `${header}.${payload}.${signature?.slice(0, -4)}AAAA`],
      ['algorithm is not allowed', unsigned],
      ['algorithm is not allowed', hmacSigned(payload ?? '', key)],
    ]
    for (const [reason, token] of cases) {
      const answer = await exchange(await token, tenant)
      expect([answer.status, messageOf(answer)], reason).toEqual([401, expect.stringContaining(reason)])
    }
    // None of these spent the good one.
    expect((await exchange(good, tenant)).status).toBe(201)
  })

  it('of another CI project gets the same as for a project that does not exist, and is told its own claims', async () => {
    const { tenant, job, keysUrl } = await trusting()
    serve({ [keysUrl]: () => keySetOf(key) })
    const elsewhere = { ...job, [PROJECT_ID]: crypto.randomUUID() }
    const [wrong, absent, garbled, unexpecting] = [
      await exchange(await issue(key, elsewhere), tenant),
      await exchange(await issue(key, elsewhere), 'gh/nobody/nothing'),
      await exchange(await issue(key, elsewhere), 'no slug'),
      await exchange(await issue(key, elsewhere), await seedTenant()),
    ]
    expect(wrong).toMatchObject({ status: 403, body: { message: expect.stringContaining('No trusted publisher') } })
    for (const answer of [absent, garbled, unexpecting]) {
      expect([answer.status, answer.body]).toEqual([wrong.status, wrong.body])
      expect([...answer.headers.keys()]).toEqual([...wrong.headers.keys()])
    }
    expect(wrong.body).toMatchObject({
      errors: expect.arrayContaining([{ path: PROJECT_ID, message: `is "${elsewhere[PROJECT_ID]}"` }]),
    })
  })

  it('is for the projects that trust its issuer and its job, and for no other', async () => {
    const issuers = { all: 'https://gitlab.com', own: 'https://gitlab.example.com' }
    const claims = { project_id: String(Math.floor(Math.random() * 1e9)) }
    serve(Object.fromEntries(Object.values(issuers).map((iss) => [`${iss}/oauth/discovery/keys`, () => keySetOf(key)])))
    const trusting: Record<string, Tenant> = { nobody: await seedTenant() }
    for (const [name, issuer] of Object.entries(issuers)) {
      const tenant = await seedTenant()
      const body = { kind: 'gitlab', issuer, claims }
      expect((await call('POST', `${tenant.path}/publishers`, { token: tenant.admin, body })).status).toBe(201)
      trusting[name] = tenant
    }
    const statuses = async (iss: string) => {
      const all: Record<string, number> = {}
      for (const [name, tenant] of Object.entries(trusting))
        all[name] = (await exchange(await issue(key, { iss, ...claims }), tenant)).status
      return all
    }
    expect(await statuses(issuers.all)).toEqual({ nobody: 403, all: 201, own: 403 })
    expect(await statuses(issuers.own)).toEqual({ nobody: 403, all: 403, own: 201 })
  })

  it('of another branch than the pinned one does not match', async () => {
    const { tenant, job, keysUrl } = await trusting({ 'oidc.circleci.com/vcs-ref': 'refs/heads/main' })
    serve({ [keysUrl]: () => keySetOf(key) })
    expect(
      (await exchange(await issue(key, { ...job, 'oidc.circleci.com/vcs-ref': 'refs/heads/x' }), tenant)).status,
    ).toBe(403)
    expect((await exchange(await issue(key, job), tenant)).status).toBe(201)
  })

  it('of an issuer that no project expects makes us ask nobody for keys', async () => {
    const { tenant } = await trusting()
    const asked = serve({})
    const iss = `https://oidc.circleci.com/org/${crypto.randomUUID()}`
    expect((await exchange(await issue(key, { iss }), tenant)).status).toBe(401)
    expect(asked).not.toHaveBeenCalled()
  })

  it('whose algorithm is not allowed is refused without a question to its issuer', async () => {
    const { tenant, job } = await trusting()
    const asked = serve({})
    const [, payload = ''] = (await issue(key, job)).split('.')
    const answer = await exchange(await hmacSigned(payload, key), tenant)
    expect([answer.status, messageOf(answer)]).toEqual([401, expect.stringContaining('algorithm is not allowed')])
    expect(asked).not.toHaveBeenCalled()
  })

  it('signed with a key that is new since is accepted; with one that is gone it is not', async () => {
    const { tenant, job, keysUrl } = await trusting()
    const next = await makeKey('k2')
    let keys = [key]
    serve({ [keysUrl]: () => keySetOf(...keys) })
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      expect((await exchange(await issue(key, job), tenant)).status).toBe(201)
      keys = [next]
      vi.advanceTimersByTime(31_000)
      expect((await exchange(await issue(next, job), tenant)).status).toBe(201)
      expect((await exchange(await issue(key, job), tenant)).status).toBe(401)
    } finally {
      vi.useRealTimers()
    }
  })

  it('cannot be judged while the issuer’s keys are down, and is good afterwards', async () => {
    const { tenant, job, keysUrl } = await trusting()
    let isDown = true
    const asked = serve({ [keysUrl]: () => (isDown ? new Response('down', { status: 500 }) : keySetOf(key)) })
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      const token = await issue(key, job)
      for (let i = 0; i < 100; i++) {
        const answer = await exchange(token, tenant)
        expect([answer.status, answer.headers.get('Retry-After')]).toEqual([401, '15'])
      }
      expect(asked).toHaveBeenCalledTimes(1)
      isDown = false
      vi.advanceTimersByTime(30_000)
      expect((await exchange(token, tenant)).status).toBe(201)
    } finally {
      vi.useRealTimers()
    }
  })

  it('that its issuer did not sign tells nobody what is expected here', async () => {
    const [down, up, unused] = [await trusting(), await trusting(), crypto.randomUUID()]
    const [stranger, nobody] = [await makeKey('k1'), 'gh/nobody/nothing']
    const gitlab = 'https://gitlab.com'
    const gitlabs = await seedTenant()
    await call('POST', `${gitlabs.path}/publishers`, {
      token: gitlabs.admin,
      body: { kind: 'gitlab', claims: { project_id: '7' } },
    })
    const gitlabKeys = [gitlab, 'https://gitlab.example.com'].map((iss) => `${iss}/oauth/discovery/keys`)
    serve(Object.fromEntries([up.keysUrl, ...gitlabKeys].map((url) => [url, () => keySetOf(key)])))
    const asked: readonly (readonly [what: string, iss: unknown, project: Tenant | string])[] = [
      ['an issuer of nobody', 'https://evil.example', up.tenant],
      ['no issuer', undefined, up.tenant],
      ['a list of issuers, of which a project expects the one', [up.job.iss], up.tenant],
      ['an address inside of a network', 'http://169.254.169.254/latest', up.tenant],
      ['an own issuer that was not deployed', 'https://gitlab.example.org', up.tenant],
      ['an own issuer that was deployed, and that no project expects', 'https://gitlab.example.com', up.tenant],
      ['one that no project expects', `https://oidc.circleci.com/org/${unused}`, up.tenant],
      ['one that a project expects, its keys unreachable', down.job.iss, down.tenant],
      ['the same, for no project', down.job.iss, nobody],
      ['one that a project expects, its keys read', up.job.iss, up.tenant],
      ['the same, for another project', up.job.iss, down.tenant],
      ['the same, for no project', up.job.iss, nobody],
      ['one that all know, for a project that expects it', gitlab, gitlabs],
      ['one that all know, for no project', gitlab, nobody],
    ]
    const answers = []
    for (const [what, iss, project] of asked)
      answers.push([what, await exchange(await issue(stranger, { ...up.job, iss }), project)] as const)
    const [[, first] = ['', null]] = answers
    expect(first?.status).toBe(401)
    for (const [what, { status, body, headers }] of answers)
      expect([what, status, body, [...headers]]).toEqual([
        what,
        first?.status,
        first?.body,
        [...(first?.headers ?? [])],
      ])
  })

  it('that its issuer signed hears why, although no project expects that issuer', async () => {
    // One of all the world, and an own one that was deployed.
    const issuers = {
      'https://agent.buildkite.com': 'pipeline_id',
      'https://github.example.com/_services/token': 'ref',
    }
    serve(Object.fromEntries(Object.keys(issuers).map((iss) => [`${iss}/.well-known/jwks`, () => keySetOf(key)])))
    for (const [iss, path] of Object.entries(issuers))
      expect(await exchange(await issue(key, { iss, [path]: 'p' }), 'gh/nobody/nothing')).toMatchObject({
        status: 403,
        body: { errors: expect.arrayContaining([{ path, message: 'is "p"' }]) },
      })
  })

  it('is one of 300 a minute from one client', async () => {
    const headers = { 'CF-Connecting-IP': freshAddress() }
    const body = { token: 'x', project: 'gh/acme/web' }
    const exchange = () => call('POST', '/api/buildpass/v1/oidc/exchange', { headers, body })
    expect((await exchange()).status).toBe(401)
    expect(await passedUntilLimited(300, exchange)).toBeGreaterThanOrEqual(299)
  })

  it('cannot be judged where the server does not know its own name', async () => {
    const app = await openTestApp({ vars: { PUBLIC_ORIGIN: '' } })
    const json = { token: await issue(key, { iss: 'https://gitlab.com' }), project: 'gh/acme/web' }
    const response = await app.ask('/api/buildpass/v1/oidc/exchange', { method: 'POST', json })
    expect([response.status, await response.text()]).toEqual([503, expect.stringContaining('PUBLIC_ORIGIN is not set')])
  })

  it('of each vendor, and of an own server, matches by that vendor’s ids', async () => {
    const vendors = [
      ['github', 'https://token.actions.githubusercontent.com', '/.well-known/jwks', { repository_id: '7' }],
      ['gitlab', 'https://gitlab.com', '/oauth/discovery/keys', { project_id: '7' }],
      ['buildkite', 'https://agent.buildkite.com', '/.well-known/jwks', { pipeline_id: crypto.randomUUID() }],
      ['gitlab', 'https://gitlab.example.com', '/oauth/discovery/keys', { project_id: '8' }],
    ] as const
    serve(Object.fromEntries(vendors.map(([, iss, path]) => [iss + path, () => keySetOf(key)])))
    for (const [kind, iss, , claims] of vendors) {
      const tenant = await seedTenant()
      const body = { kind, claims, issuer: iss }
      const made = await call('POST', `${tenant.path}/publishers`, { token: tenant.admin, body })
      expect(made).toMatchObject({ status: 201, body: { kind, issuer: iss, claims } })
      expect((await exchange(await issue(key, { iss, ...claims }), tenant)).status, iss).toBe(201)
    }
  })
})

describe('a publisher', () => {
  it('is refused without the ids that cannot pass to somebody else, or with an issuer that nobody deployed', async () => {
    const tenant = await seedTenant()
    const post = (body: unknown) => call('POST', `${tenant.path}/publishers`, { token: tenant.admin, body })
    expect(await post({ kind: 'github', claims: { ref: 'refs/heads/main' } })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'claims.repository_id', message: 'is required' }] },
    })
    expect(await post({ kind: 'gitlab', claims: { project_id: '1' }, issuer: 'https://evil.example' })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('OIDC_ISSUERS') },
    })
    expect((await post({ kind: 'travis', claims: {} })).status).toBe(400)
  })

  it.each(['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString'])(
    'with a claim %s is refused, naming it',
    async (name) => {
      const tenant = await seedTenant()
      const body = { kind: 'github', claims: JSON.parse(`{"repository_id": "1", "${name}": "1"}`) }
      expect(await call('POST', `${tenant.path}/publishers`, { token: tenant.admin, body })).toMatchObject({
        status: 400,
        body: { errors: [{ path: `claims.${name}` }] },
      })
    },
  )
  it('is one of fifty a project at most, whatever others have: one more is refused, and is not in the audit log', async () => {
    const [one, two] = [await seedTenant(), await seedTenant()]
    const add = async ({ path, admin }: Tenant, n: number) => {
      const body = { kind: 'gitlab', claims: { project_id: String(n) } }
      return (await call('POST', `${path}/publishers`, { token: admin, body })).status
    }
    const statuses: number[] = []
    for (let n = 1; n <= 51; n++) statuses.push(await add(one, n))
    expect([statuses, await add(two, 1)]).toEqual([[...Array(50).fill(201), 409], 201])
    const { results } = await env.DB.prepare('select count(*) as n from audit where action = ? and project_id = ?')
      .bind('publisher.created', one.project.id)
      .all()
    expect(results).toEqual([{ n: 50 }])
  })

  it('that is deleted ends the tokens of its jobs, and nothing can be exchanged or renewed', async () => {
    const { tenant, job, keysUrl, publisherId } = await trusting()
    serve({ [keysUrl]: () => keySetOf(key) })
    const token = secretIn(await exchange(await issue(key, job), tenant))
    expect((await call('GET', '/api/buildpass/v1/token', { token })).status).toBe(200)
    const path = `${tenant.path}/publishers/${publisherId}`
    expect((await call('DELETE', path, { token: tenant.admin })).status).toBe(200)
    expect((await call('DELETE', path, { token: tenant.admin })).status).toBe(404)
    expect((await renew(token)).status).toBe(401)
    expect((await call('GET', '/api/buildpass/v1/token', { token })).status).toBe(401)
    // Nobody expects its issuer any more.
    expect((await exchange(await issue(key, job), tenant)).status).toBe(401)
    const { results } = await env.DB.prepare('select count(*) as n from revocations where subject = ?')
      .bind(`publisher:${publisherId}`)
      .all()
    expect(results).toEqual([{ n: 1 }])
  })

  it('whose claims change in the database ends the tokens of its jobs too', async () => {
    const { tenant, job, keysUrl, publisherId } = await trusting()
    serve({ [keysUrl]: () => keySetOf(key) })
    await exchange(await issue(key, job), tenant)
    await env.DB.prepare("update publishers set claims = '{}' where id = ?").bind(publisherId).run()
    expect(await db.select().from(tokens).where(eq(tokens.publisherId, publisherId))).toEqual([])
    expect((await exchange(await issue(key, job), tenant)).status).toBe(403)
  })

  it('ends with the token that named it', async () => {
    const { tenant, job, keysUrl } = await trusting()
    serve({ [keysUrl]: () => keySetOf(key) })
    const token = secretIn(await exchange(await issue(key, job), tenant))
    await call('DELETE', '/api/buildpass/v1/token', { token: tenant.admin })
    expect((await call('GET', '/api/buildpass/v1/token', { token })).status).toBe(401)
  })

  it('is listed for admins, and each use of it is in the audit log', async () => {
    const { tenant, job, keysUrl, claims, publisherId } = await trusting()
    serve({ [keysUrl]: () => keySetOf(key) })
    await exchange(await issue(key, job), tenant)
    const list = await call('GET', `${tenant.path}/publishers`, { token: tenant.admin })
    expect(list.body).toMatchObject({ items: [{ id: publisherId, kind: 'circleci', claims }] })
    const audit = await call('GET', `${tenant.path}/audit`, { token: tenant.admin })
    expect(audit.body).toMatchObject({
      items: [
        { action: 'publisher.used', subject: publisherId, detail: { identity: job.sub } },
        { action: 'publisher.created', subject: publisherId },
      ],
    })
  })
})

describe('a reporting token', () => {
  async function session() {
    const { tenant, job, keysUrl } = await trusting()
    serve({ [keysUrl]: () => keySetOf(key) })
    return { tenant, token: secretIn(await exchange(await issue(key, job), tenant)) }
  }

  it('is renewed while it lives, up to six hours from the exchange', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      let { token } = await session()
      const startedAt = Date.now()
      let last = startedAt
      for (;;) {
        vi.advanceTimersByTime(14 * 60_000)
        const answer = await renew(token)
        if (answer.status !== 201) {
          expect([401, 403]).toContain(answer.status)
          break
        }
        token = secretIn(answer)
        last = Date.parse((answer.body as { expires_at: string }).expires_at)
        expect(last - Date.now()).toBeLessThanOrEqual(15 * 60_000)
      }
      expect(last - startedAt).toBe(6 * 3_600_000)
    } finally {
      vi.useRealTimers()
    }
  })

  it('is not renewed once it expired', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      const { token } = await session()
      vi.advanceTimersByTime(15 * 60_000)
      expect((await renew(token)).status).toBe(401)
    } finally {
      vi.useRealTimers()
    }
  })

  it('that ends takes its successor along', async () => {
    const { token } = await session()
    const next = secretIn(await renew(token))
    expect((await call('DELETE', '/api/buildpass/v1/token', { token })).status).toBe(200)
    expect((await call('GET', '/api/buildpass/v1/token', { token: next })).status).toBe(401)
  })
})

/** What a verifier that takes the public key for an HMAC secret would accept (RFC 8725 §2.1). */
async function hmacSigned(payload: string, { jwk }: IssuerKey): Promise<string> {
  const encoder = new TextEncoder()
  const secret = encoder.encode(JSON.stringify(jwk))
  const hmac = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const header = btoa(JSON.stringify({ alg: 'HS256', kid: 'k1' })).replace(/=+$/, '')
  const mac = await crypto.subtle.sign('HMAC', hmac, encoder.encode(`${header}.${payload}`))
  return `${header}.${payload}.${toBase64Url(mac)}`
}
