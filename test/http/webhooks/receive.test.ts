import { env } from 'cloudflare:workers'
import { eq } from 'drizzle-orm'
import { describe, expect, it, vi } from 'vitest'
import type { WebhookSource } from '../../../src/domain/reporting/webhook-source.ts'
import { builds, tokens } from '../../../src/storage/schema/schema.ts'
import { webhooks } from '../../../src/storage/schema/schema-reporting.ts'
import { openDb } from '../../../src/storage/stores.ts'
import { call, seedTenant, type Tenant } from '../../support/api/http.ts'
import { buildkiteJob, circleciJob, gitlabJob, gitlabPipeline, jenkinsRun } from '../../support/seed/ci-payloads.ts'
import { hmacHex, signed } from '../../support/sign/signed.ts'
import { connect } from '../../support/sign/webhooks.ts'

const db = openDb(env.DB)

let count = 0
/** A project whose repository is the one that the payloads name: `acme<n>/web`. */
function fresh(vcs = 'gh'): Promise<Tenant> {
  count += 1
  return seedTenant(`${vcs}/acme${count}-${crypto.randomUUID().slice(0, 8)}/web`)
}

/** The payload as if it came from the tenant's repository. */
function ofTenant<T>({ project }: Tenant, payload: T): T {
  return JSON.parse(JSON.stringify(payload).replaceAll('acme/web', `${project.org}/web`))
}

function githubJob(over: Record<string, unknown> = {}, { project }: Tenant) {
  return {
    action: 'in_progress',
    workflow_job: {
      id: 101,
      run_id: 11,
      run_attempt: 1,
      workflow_name: 'CI',
      head_branch: 'main',
      head_sha: 'c0ffee',
      name: 'test',
      status: 'in_progress',
      conclusion: null,
      created_at: '2026-11-24T12:00:00Z',
      started_at: '2026-11-24T12:00:10Z',
      completed_at: null,
      html_url: 'https://github.com/acme/web/actions/runs/11/job/101',
      steps: [],
      ...over,
    },
    repository: {
      id: 1,
      full_name: `${project.org}/${project.repo}`,
      html_url: `https://github.com/${project.org}/web`,
    },
    sender: { login: 'ada' },
  }
}

const CASES: readonly [WebhookSource, string, string, (tenant: Tenant) => unknown][] = [
  ['github', 'gh', 'workflow_job', (tenant) => githubJob({}, tenant)],
  [
    'gitlab',
    'gl',
    'Job Hook',
    () => gitlabJob({ build_status: 'running', build_started_at_iso: '2026-11-24T15:24:00Z' }),
  ],
  ['circleci', 'gh', 'job-completed', () => circleciJob()],
  ['buildkite', 'gh', 'job.started', () => buildkiteJob('job.started', { state: 'running' })],
  ['jenkins', 'gh', 'STARTED', () => jenkinsRun()],
]

describe.each(CASES)('a delivery of %s', (source, vcs, event, payloadOf) => {
  it('makes a build, and the same again changes nothing', async () => {
    const tenant = await fresh(vcs)
    const sender = await connect(tenant, source)
    const payload = ofTenant(tenant, payloadOf(tenant))
    expect(await sender.send(event, payload)).toMatchObject({ status: 200, body: { builds: [1] } })
    expect(await sender.send(event, payload)).toMatchObject({ status: 200, body: { builds: [1] } })
    const list = await call('GET', `/api/v1.1/project/${vcs}/${tenant.project.org}/web`, { token: tenant.member })
    expect(list.body).toMatchObject([{ build_num: 1, branch: 'main' }])
  })

  it('is refused alike for a wrong secret, an unknown project, a source without a secret and an unknown source', async () => {
    const tenant = await fresh(vcs)
    const sender = await connect(tenant, source)
    const raw = JSON.stringify(ofTenant(tenant, payloadOf(tenant)))
    const path = new URL(sender.url).pathname
    const other = source === 'github' ? 'jenkins' : 'github'
    const good = await signed(source, event, raw, sender.secret)
    const wrong = await signed(source, event, raw, `${sender.secret}x`)
    const refusals = await Promise.all([
      call('POST', path, { body: raw, headers: wrong }),
      call('POST', path, { body: raw }),
      call('POST', path.replace(tenant.project.org, 'nobody'), { body: raw, headers: good }),
      call('POST', path.replace(/\w+$/, other), { body: raw, headers: good }),
      call('POST', path.replace(/\w+$/, 'travis'), { body: raw, headers: good }),
    ])
    for (const refusal of refusals) {
      expect(refusal.status).toBe(401)
      expect(refusal.body).toEqual({ message: 'Invalid signature.', code: 'invalid_signature' })
      expect([...refusal.headers.keys()]).toEqual([...(refusals[0]?.headers.keys() ?? [])])
    }
    expect(await db.select().from(builds).where(eq(builds.projectId, tenant.project.id))).toEqual([])
  })

  it('about another repository is 422', async () => {
    const tenant = await fresh(vcs)
    const sender = await connect(tenant, source)
    const payload = JSON.parse(JSON.stringify(payloadOf(tenant)).replaceAll(tenant.project.org, 'acme'))
    expect((await sender.send(event, payload)).status).toBe(422)
  })

  it('that is no JSON is 400 and that is too large is 413', async () => {
    const tenant = await fresh(vcs)
    const sender = await connect(tenant, source)
    expect(await sender.send(event, null, { raw: '{' })).toMatchObject({ status: 400 })
    const large = await sender.send(event, null, { raw: ' '.repeat(5 * 1024 * 1024 + 1) })
    expect(large.status).toBe(413)
  })
})

describe('a delivery', () => {
  it('that we do not use is 202', async () => {
    const tenant = await fresh()
    const sender = await connect(tenant, 'github')
    const { repository } = githubJob({}, tenant)
    expect(await sender.send('ping', { zen: 'Anything added dilutes everything else.', repository })).toMatchObject({
      status: 202,
    })
    expect(await sender.send('push', { ref: 'refs/heads/main', repository })).toMatchObject({ status: 202 })
  })

  it('may come as a form, which GitHub proposes', async () => {
    const tenant = await fresh()
    const sender = await connect(tenant, 'github')
    const raw = new URLSearchParams({ payload: JSON.stringify(githubJob({}, tenant)) }).toString()
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    expect(await sender.send('workflow_job', null, { raw, headers })).toMatchObject({
      status: 200,
      body: { builds: [1] },
    })
  })

  it('of a whole GitLab pipeline makes all its builds', async () => {
    const tenant = await fresh('gl')
    const sender = await connect(tenant, 'gitlab')
    const jobs = Array.from({ length: 30 }, (_, i) => ({ id: i + 1, name: `job ${i + 1}`, status: 'pending' }))
    const { status, body } = await sender.send('Pipeline Hook', ofTenant(tenant, gitlabPipeline({}, jobs)))
    expect([status, body]).toEqual([200, { message: 'ok', builds: jobs.map(({ id }) => id) }])
  })

  it('costs as much to refuse where there is nothing to check against', async () => {
    const tenant = await fresh()
    const { url } = await connect(tenant, 'github')
    const path = new URL(url).pathname
    const headers = await signed('github', 'ping', '{}', 'wrong')
    const checksOf = async (to: string) => {
      const spy = vi.spyOn(crypto.subtle, 'verify')
      try {
        expect((await call('POST', to, { body: '{}', headers })).status).toBe(401)
        return spy.mock.calls.length
      } finally {
        spy.mockRestore()
      }
    }
    const wrong = await checksOf(path)
    expect(wrong).toBeGreaterThan(0)
    expect(await checksOf(path.replace(tenant.project.org, 'nobody'))).toBe(wrong)
    expect(await checksOf(path.replace(/github$/, 'gitlab'))).toBe(wrong)
    expect(await checksOf(path.replace(/github$/, 'travis'))).toBe(wrong)
  })

  it('of Buildkite is refused once its time is five minutes off', async () => {
    const tenant = await fresh()
    const sender = await connect(tenant, 'buildkite')
    const raw = JSON.stringify(ofTenant(tenant, buildkiteJob('job.started')))
    const at = async (seconds: number) => {
      const signature = await hmacHex(sender.secret, `${seconds}.${raw}`)
      return sender.send('job.started', null, {
        raw,
        headers: { 'X-Buildkite-Signature': `timestamp=${seconds},signature=${signature}` },
      })
    }
    const now = Math.floor(Date.now() / 1000)
    expect([(await at(now - 310)).status, (await at(now - 200)).status]).toEqual([401, 200])
  })

  it('is listed with its result, newest first, without its body, the last fifty of the project', async () => {
    const tenant = await fresh()
    const sender = await connect(tenant, 'github')
    const payload = githubJob({}, tenant)
    await sender.send('push', payload)
    for (let i = 0; i < 49; i++) await sender.send('workflow_job', payload)
    await sender.send('workflow_job', githubJob({}, { ...tenant, project: { ...tenant.project, repo: 'other' } }))
    const { body } = await call('GET', `${tenant.path}/webhooks/deliveries`, { token: tenant.admin })
    const { items } = body as { items: Record<string, unknown>[] }
    expect(items).toHaveLength(50)
    expect(items[0]).toEqual({
      time: expect.stringMatching(/^2\d{3}-/),
      source: 'github',
      event: 'workflow_job',
      result: 'other_repository',
      detail: 'The payload names another repository.',
    })
    expect(items[1]).toMatchObject({ result: 'stored', detail: 'builds 1' })
    expect(JSON.stringify(items)).not.toContain('c0ffee')
  })
})

describe('the secret of a source', () => {
  it('is shown once, stored sealed, and is one for each source', async () => {
    const tenant = await fresh()
    const { secret, id } = await connect(tenant, 'github')
    const list = await call('GET', `${tenant.path}/webhooks`, { token: tenant.admin })
    expect(list.body).toMatchObject({
      items: [
        {
          id,
          source: 'github',
          url: `https://builds.test/webhooks/gh/${tenant.project.org}/web/github`,
          expires_at: null,
        },
      ],
    })
    expect(JSON.stringify(list.body)).not.toContain(secret)
    const [row] = await db.select().from(webhooks).where(eq(webhooks.id, id))
    expect(JSON.stringify(row)).not.toContain(secret)
    expect(row?.sealedSecret).toMatch(/^v1\.test\.[\w-]{16}\.[\w-]{40,}$/)
    const again = await call('POST', `${tenant.path}/webhooks`, { token: tenant.admin, body: { source: 'github' } })
    expect(again.status).toBe(409)
  })

  it('may be the one that the CI system made', async () => {
    const tenant = await fresh()
    const create = (secret: string) =>
      call('POST', `${tenant.path}/webhooks`, { token: tenant.admin, body: { source: 'buildkite', secret } })
    expect((await create('short')).body).toMatchObject({
      errors: [{ path: 'secret', message: 'must be 16 to 200 characters long' }],
    })
    expect((await create('with a space in it')).status).toBe(400)
    expect(await create('made-by-buildkite-0123456789')).toMatchObject({
      status: 201,
      body: { secret: 'made-by-buildkite-0123456789' },
    })
  })

  it('works on beside its successor for the overlap, and not after it', async () => {
    const tenant = await fresh()
    const old = await connect(tenant, 'github')
    const rotate = (id: string, overlap_seconds: number) =>
      call('POST', `${tenant.path}/webhooks/${id}/rotate`, { token: tenant.admin, body: { overlap_seconds } })
    const rotated = await rotate(old.id, 3600)
    expect(rotated).toMatchObject({ status: 201, body: { replaces: old.id } })
    const { secret, id } = rotated.body as { secret: string; id: string }
    const payload = githubJob({}, tenant)
    const statuses = async () =>
      Promise.all(
        [old.secret, secret].map(async (s) => (await old.send('workflow_job', payload, { secret: s })).status),
      )
    expect(await statuses()).toEqual([200, 200])
    expect((await rotate(old.id, 0)).status).toBe(404)
    await db
      .update(webhooks)
      .set({ expiresAt: Date.now() - 1 })
      .where(eq(webhooks.id, old.id))
    expect(await statuses()).toEqual([401, 200])
    expect(await rotate(id, 0)).toMatchObject({ status: 201 })
    expect(await statuses()).toEqual([401, 401])
  })

  it('ends when it is deleted', async () => {
    const tenant = await fresh()
    const sender = await connect(tenant, 'github')
    expect((await call('DELETE', `${tenant.path}/webhooks/${sender.id}`, { token: tenant.admin })).status).toBe(200)
    expect((await sender.send('workflow_job', githubJob({}, tenant))).status).toBe(401)
    expect((await call('DELETE', `${tenant.path}/webhooks/${sender.id}`, { token: tenant.admin })).status).toBe(404)
  })

  it('ends with the token that made it, unless its end keeps what it minted', async () => {
    for (const keep of [false, true]) {
      const tenant = await fresh()
      const sender = await connect(tenant, 'github')
      const query = keep ? '?keep_minted=true' : ''
      expect((await call('DELETE', `/api/buildpass/v1/token${query}`, { token: tenant.admin })).status).toBe(200)
      expect((await sender.send('workflow_job', githubJob({}, tenant))).status).toBe(keep ? 200 : 401)
      const audit = await db.$client
        .prepare('select action from audit where subject = ? order by id')
        .bind(sender.id)
        .all()
      expect(audit.results.map(({ action }) => action)).toEqual(
        keep ? ['webhook.created'] : ['webhook.created', 'webhook.deleted'],
      )
    }
  })

  it('is not made by a token that ended meanwhile', async () => {
    const tenant = await fresh()
    await call('GET', `${tenant.path}/webhooks`, { token: tenant.admin })
    await db.delete(tokens).where(eq(tokens.id, tenant.admin.id))
    const { status } = await call('POST', `${tenant.path}/webhooks`, {
      token: tenant.admin,
      body: { source: 'github' },
    })
    expect(status).toBe(401)
  })

  it('of another project cannot be rotated or deleted', async () => {
    const [one, other] = [await fresh(), await fresh()]
    const sender = await connect(one, 'github')
    const path = `${other.path}/webhooks/${sender.id}`
    expect((await call('DELETE', path, { token: other.admin })).status).toBe(404)
    expect((await call('POST', `${path}/rotate`, { token: other.admin })).status).toBe(404)
    expect((await sender.send('workflow_job', githubJob({}, one))).status).toBe(200)
  })
})
