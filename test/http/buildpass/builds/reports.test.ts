import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Ask, ask, askJson } from '../../../support/worker/client.ts'
import { openTestStores, type TestStores } from '../../../support/worker/stores.ts'
import { seedWorld, type World } from '../../../support/worker/world.ts'

let stores: TestStores
let world: World
let builds: string
beforeAll(async () => {
  stores = await openTestStores()
})

/** A project whose next build is the second. */
async function freshWorld() {
  world = await seedWorld(stores, 'private')
  builds = `/api/buildpass/v1/projects/${world.slug}/builds`
}
beforeAll(freshWorld)

const by = (options: Ask = {}): Ask => ({ token: world.secrets.member, ...options })

function reportOf(over: Record<string, unknown> = {}) {
  return {
    external_id: crypto.randomUUID(),
    pipeline: { external_id: 'p2', branch: 'main', revision: 'f00d' },
    workflow: { external_id: 'w1', name: 'ci' },
    job: { name: 'test' },
    status: 'queued',
    ...over,
  }
}
const report = (json: unknown) => ask(builds, by({ method: 'POST', json }))
// biome-ignore lint/suspicious/noExplicitAny: tests read fields that the type cannot know.
const reportJson = async (json: unknown): Promise<any> => (await report(json)).json()
const patch = (num: number, json: unknown) => ask(`${builds}/${num}`, by({ method: 'PATCH', json }))
const rowsOf = (table: string) =>
  env.DB.prepare(`select count(*) as n from ${table} where project_id = ?`).bind(world.project.id).first<number>('n')

describe('what our command reports from several jobs of Jenkins', () => {
  it('stands together for a commit, where a later run of a job replaces an earlier one', async () => {
    const branch = `b-${crypto.randomUUID()}`
    const tell = async (job: string, number: number, status: string) => {
      const run = `jenkins:https://jenkins.example.com/job/${branch}-${job}/${number}/`
      const told = {
        pipeline: { external_id: run, branch, revision: 'f00d' },
        workflow: { external_id: run, name: job },
      }
      const made = await report(reportOf({ ...told, external_id: `${run}#Test`, job: { name: 'Test' }, status }))
      expect(made.ok).toBe(true)
      return (await askJson(`/${world.slug}/tree/${branch}.json`, by())).message
    }
    expect(await tell('lint', 5, 'failed')).toBe('failing')
    expect(await tell('build', 9, 'success')).toBe('failing')
    expect(await tell('lint', 6, 'success')).toBe('passing')
  })
})

describe('a job that is reported to have run again', () => {
  type Told = { id?: string; run?: string; name?: string; of?: string; attempt?: number; job?: object; status: string }
  const statusOf = async (told: readonly Told[]) => {
    const branch = `b-${crypto.randomUUID()}`
    for (const { id, run = 'w', name = 'ci', of, attempt, job = {}, status } of told) {
      const made = await report(
        reportOf({
          ...(id === undefined ? {} : { external_id: id }),
          pipeline: { external_id: branch, branch, revision: 'f00d' },
          workflow: { external_id: run, name, attempt_of: of, attempt },
          job: { name: 'test', ...job },
          status,
        }),
      )
      expect(made.status).toBe(201)
    }
    return (await askJson(`/${world.slug}/tree/${branch}.json`, by())).message
  }
  const red = { status: 'failed' }
  const green = { status: 'success' }

  it.each<[string, string, Told[]]>([
    ['counts with its higher attempt', 'passing', [red, { ...green, job: { attempt: 2 } }]],
    ['counts with it whichever came first', 'passing', [{ ...green, job: { attempt: 2 } }, red]],
    ['is another job where no attempt is told', 'failing', [red, green]],
    ['may be so in another attempt at the workflow', 'passing', [red, { ...green, run: 'w2', attempt: 2 }]],
    ['is not where the workflow has another name', 'failing', [red, { ...green, run: 'w2', name: 'x', attempt: 2 }]],
    [
      'is where both say what they are attempts at',
      'passing',
      [
        { ...red, of: 'run-7' },
        { ...green, run: 'w2', name: 'x', of: 'run-7', attempt: 2 },
      ],
    ],
    [
      'is told by the ids of GitHub',
      'passing',
      [
        { ...green, run: 'github:run:7.2' },
        { ...red, run: 'github:run:7.1' },
      ],
    ],
    [
      'is another run of GitHub by its ids',
      'failing',
      [
        { ...red, run: 'github:run:7.1' },
        { ...green, run: 'github:run:8.1' },
      ],
    ],
    [
      'is told by the ids of GitLab',
      'passing',
      [
        { ...green, id: `gitlab:job:${Date.now() * 10 + 1}` },
        { ...red, id: `gitlab:job:${Date.now()}` },
      ],
    ],
  ])('%s', async (_, word, told) => expect(await statusOf(told)).toBe(word))
})

describe('of two pipelines of a branch', () => {
  const T0 = Date.parse('2026-11-24T10:00:00Z')
  const at = (seconds: number) => new Date(T0 + seconds * 1_000).toISOString()
  type Times = { queued_at?: string; start_time?: string; stop_time?: string }
  const begin = async (branch: string, push: string, told: Times & { status: string }) =>
    reportJson(
      reportOf({
        external_id: branch + push,
        pipeline: { external_id: branch + push, branch, revision: 'f00d' },
        workflow: { external_id: branch + push, name: 'ci' },
        ...told,
      }),
    )
  const badgeOf = async (branch: string) => (await askJson(`/${world.slug}/tree/${branch}.json`, by())).message

  it.each<[string, Times, Times]>([
    ['queued', { queued_at: at(90), stop_time: at(120) }, { queued_at: at(-5), stop_time: at(20) }],
    ['started', { start_time: at(90), stop_time: at(120) }, { start_time: at(0), stop_time: at(20) }],
    ['stopped', { stop_time: at(120) }, { stop_time: at(20) }],
    ['heard of, where nothing is said of the newer,', {}, { stop_time: at(20) }],
  ])('the one that says that it was %s later is the newest, whichever was told first', async (_, newer, older) => {
    for (const isLate of [true, false]) {
      const branch = `b-${crypto.randomUUID()}`
      const tell = [
        () => begin(branch, '1', { status: 'success', ...older }),
        () => begin(branch, '2', { status: 'failed', ...newer }),
      ]
      for (const one of isLate ? tell.toReversed() : tell) await one()
      expect(await badgeOf(branch), isLate ? 'late' : 'in order').toBe('failing')
    }
  })

  it('without times the one that was heard of last is the newest', async () => {
    const branch = `b-${crypto.randomUUID()}`
    await begin(branch, '2', { status: 'failed' })
    await begin(branch, '1', { status: 'success' })
    expect(await badgeOf(branch)).toBe('passing')
  })

  it('none begins later than it was heard of', async () => {
    const branch = `b-${crypto.randomUUID()}`
    await begin(branch, '1', { status: 'success', queued_at: new Date(Date.now() + 3_600_000).toISOString() })
    await begin(branch, '2', { status: 'failed' })
    expect(await badgeOf(branch)).toBe('failing')
  })

  it('a later word on when a build began counts as its first', async () => {
    const branch = `b-${crypto.randomUUID()}`
    await begin(branch, '2', { status: 'failed', queued_at: at(90) })
    const { build_num } = await begin(branch, '1', { status: 'running' })
    await patch(build_num, { status: 'success', start_time: at(0), stop_time: at(20) })
    expect(await badgeOf(branch)).toBe('failing')
  })
})

describe('reporting a build', () => {
  it('answers 201 with what it stored, and 200 with the same build when it is sent again', async () => {
    const body = reportOf({
      pipeline: {
        external_id: 'full',
        branch: 'feature/x',
        revision: 'cafe',
        subject: 'Add x',
        body: 'Because\nof y.',
        author: { name: 'Ada', email: 'ada@example.com', date: '2026-01-02T03:04:05+01:00', login: 'ada' },
        committer: { name: 'Bob' },
        actor: { login: 'carol', avatar_url: 'https://example.com/c.png' },
        pull_requests: [{ head_sha: 'cafe', url: 'https://github.com/a/b/pull/1' }],
      },
      workflow: { external_id: 'w9', name: 'nightly' },
      job: { name: 'lint' },
      status: 'success',
      queued_at: '2026-01-02T03:04:05Z',
      start_time: '2026-01-02T03:05:05Z',
      stop_time: '2026-01-02T03:06:06.500Z',
      build_url: 'https://ci.example.com/1',
      steps: [
        { name: 'npm test', actions: [{ name: 'npm test', status: 'success', exit_code: 0, run_time_millis: 5 }] },
      ],
    })
    const first = await report(body)
    expect(first.status).toBe(201)
    expect(first.headers.get('Cache-Control')).toBe('no-store')
    const made = await first.json<Record<string, unknown>>()
    expect(made).toMatchObject({
      branch: 'feature/x',
      vcs_tag: null,
      vcs_revision: 'cafe',
      subject: 'Add x',
      body: 'Because\nof y.',
      author_name: 'Ada',
      author_date: '2026-01-02T02:04:05.000Z',
      committer_name: 'Bob',
      committer_email: null,
      user: { is_user: true, login: 'carol', avatar_url: 'https://example.com/c.png' },
      status: 'success',
      outcome: 'success',
      lifecycle: 'finished',
      queued_at: '2026-01-02T03:04:05.000Z',
      start_time: '2026-01-02T03:05:05.000Z',
      stop_time: '2026-01-02T03:06:06.500Z',
      build_time_millis: 61_500,
      build_url: 'https://ci.example.com/1',
      pull_requests: [{ head_sha: 'cafe', url: 'https://github.com/a/b/pull/1' }],
      workflows: { job_name: 'lint', workflow_name: 'nightly' },
    })
    const again = await report(body)
    expect([again.status, await again.json()]).toEqual([200, made])
    expect(await askJson(`${builds}/${made.build_num}`, by())).toMatchObject({
      ...made,
      steps: [{ name: 'npm test', actions: [{ name: 'npm test', status: 'success', exit_code: 0, type: 'test' }] }],
    })
  })

  it('keeps the fuller account of the pipeline, whichever report brings it', async () => {
    await report(reportOf({ pipeline: { external_id: 'fill', branch: 'main', revision: 'a', subject: 'First' } }))
    const second = await reportJson(
      reportOf({ pipeline: { external_id: 'fill', branch: 'main', revision: 'a', subject: 'Second', body: 'More' } }),
    )
    expect(second).toMatchObject({ subject: 'Second', body: 'More' })
    const third = await reportJson(
      reportOf({ pipeline: { external_id: 'fill', branch: 'main', revision: 'a', subject: 'First' } }),
    )
    expect(third).toMatchObject({ subject: 'Second', body: 'More' })
  })

  it('of a tag has no branch', async () => {
    const tagged = await reportJson(reportOf({ pipeline: { external_id: 't', tag: 'v1.0', revision: 'a' } }))
    expect(tagged).toMatchObject({ branch: null, vcs_tag: 'v1.0' })
  })

  it('under an external id of another pipeline is 409 and stores nothing', async () => {
    const body = reportOf({ pipeline: { external_id: 'here', branch: 'main', revision: 'a' } })
    await report(body)
    await report(reportOf({ pipeline: { external_id: 'there', branch: 'main', revision: 'a' } }))
    const before = [await rowsOf('builds'), await rowsOf('pipelines'), await rowsOf('workflows')]
    for (const pipeline of ['there', 'new'])
      for (const workflow of ['w1', 'new']) {
        const response = await report({
          ...body,
          pipeline: { external_id: pipeline, branch: 'main', revision: 'a' },
          workflow: { external_id: workflow, name: 'x' },
        })
        expect([response.status, await response.text()]).toEqual([
          409,
          expect.stringContaining('external_id: belongs to'),
        ])
      }
    expect([await rowsOf('builds'), await rowsOf('pipelines'), await rowsOf('workflows')]).toEqual(before)
  })

  it('by 50 jobs at once, each twice, gives 50 builds numbered without a gap', async () => {
    await freshWorld()
    const bodies = Array.from({ length: 50 }, (_, i) =>
      reportOf({ pipeline: { external_id: `p${i % 5}`, branch: 'main', revision: 'a' }, external_id: `b${i}` }),
    )
    const answers = await Promise.all([...bodies, ...bodies].map(report))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(50)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(50)
    const { results } = await env.DB.prepare('select build_num from builds where project_id = ? order by build_num')
      .bind(world.project.id)
      .all<{ build_num: number }>()
    expect(results.map(({ build_num }) => build_num)).toEqual(Array.from({ length: 51 }, (_, i) => i + 1))
    const pipelines = await env.DB.prepare('select number from pipelines where project_id = ? order by number')
      .bind(world.project.id)
      .all<{ number: number }>()
    // The first was there already; p1 is its external id.
    expect(pipelines.results.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5])
  })

  it('on a project that was just deleted elsewhere is 404, not a fault', async () => {
    const gone = await seedWorld(stores, 'private')
    const path = `/api/buildpass/v1/projects/${gone.slug}/builds`
    const token = gone.secrets.member
    expect((await ask(path, { method: 'POST', token, json: reportOf() })).status).toBe(201)
    await env.DB.prepare('delete from projects where id = ?').bind(gone.project.id).run()
    const refused = [
      await ask(path, { method: 'POST', token, json: reportOf() }),
      await ask(`${path}/1`, { method: 'PATCH', token, json: { status: 'success' } }),
      await ask(`${path}/1/tests`, { method: 'PUT', token, json: { tests: [] } }),
      await ask(`${path}/1/artifacts/x`, { method: 'PUT', token, body: 'x' }),
    ]
    expect(
      await Promise.all(refused.map(async (r) => [r.status, (await r.json<{ message: string }>()).message])),
    ).toEqual(refused.map(() => [404, 'Project not found']))
  })
})

describe('a later event', () => {
  const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 12, 0, second)).toISOString()
  async function started() {
    const made = await reportJson(
      reportOf({ job: { name: crypto.randomUUID() }, status: 'running', queued_at: at(1), start_time: at(2) }),
    )
    return made.build_num as number
  }
  // biome-ignore lint/suspicious/noExplicitAny: tests read fields that the type cannot know.
  const patched = async (num: number, json: unknown): Promise<any> => {
    const response = await patch(num, json)
    expect(response.status).toBe(200)
    return response.json()
  }

  it('moves the build on, and keeps the times that it does not tell', async () => {
    const num = await started()
    expect(await patched(num, { status: 'failed', stop_time: at(9) })).toMatchObject({
      build_num: num,
      status: 'failed',
      queued_at: at(1),
      start_time: at(2),
      stop_time: at(9),
      build_time_millis: 7_000,
    })
  })

  it('that nobody told to be queued was so when it started, not when it was told', async () => {
    const told = { status: 'success', start_time: at(2), stop_time: at(9) }
    const { build_num } = await askJson(builds, by({ method: 'POST', json: reportOf(told) }))
    const shown = await askJson(`/api/v1.1/project/${world.slug}/${build_num}`, by())
    expect(shown).toMatchObject({ queued_at: at(2), usage_queued_at: at(2), start_time: at(2) })
    const { build_num: statusOnly } = await askJson(
      builds,
      by({ method: 'POST', json: reportOf({ status: 'success', stop_time: at(9) }) }),
    )
    expect(await askJson(`/api/v1.1/project/${world.slug}/${statusOnly}`, by())).toMatchObject({ queued_at: at(9) })
  })

  it('does not take a finished build back to running: what stands is answered', async () => {
    const num = await started()
    await patched(num, { status: 'success', stop_time: at(9) })
    expect(await patched(num, { status: 'running', start_time: at(50) })).toMatchObject({
      status: 'success',
      start_time: at(2),
      stop_time: at(9),
    })
    expect(await patched(num, { status: 'queued' })).toMatchObject({ status: 'success', queued_at: at(1) })
  })

  it('that is older than what stands changes nothing but fills in', async () => {
    const num = await started()
    await patched(num, { status: 'success', stop_time: at(30) })
    expect(
      await patched(num, { status: 'failed', stop_time: at(20), build_url: 'https://ci.example.com/x' }),
    ).toMatchObject({
      status: 'success',
      stop_time: at(30),
      build_url: 'https://ci.example.com/x',
    })
  })

  it('at the very same time stands if it says more', async () => {
    const num = await started()
    await patched(num, { status: 'success', stop_time: at(9) })
    expect(await patched(num, { status: 'failed', stop_time: at(9) })).toMatchObject({ status: 'failed' })
    expect(await patched(num, { status: 'success', stop_time: at(9) })).toMatchObject({ status: 'failed' })
  })

  it('invents no time for an event that arrives late and names none', async () => {
    const job = { name: crypto.randomUUID() }
    const made = await reportJson(reportOf({ job, status: 'success', stop_time: at(9) }))
    for (const status of ['running', 'queued'])
      expect(await patched(made.build_num, { status })).toMatchObject({
        status: 'success',
        start_time: null,
        stop_time: at(9),
        build_time_millis: null,
      })
  })

  it('keeps the steps of the newest event that told any, whatever the order of arrival', async () => {
    const steps = (name: string) => [{ name, actions: [] }]
    const events = [
      { status: 'running', start_time: at(2), steps: steps('first'), build_url: 'https://ci.example.com/1' },
      { status: 'success', stop_time: at(8), steps: steps('second'), build_url: 'https://ci.example.com/2' },
      { status: 'failed', stop_time: at(9) },
    ]
    for (const order of [
      [0, 1, 2],
      [2, 0, 1],
      [2, 1, 0],
      [1, 2, 0],
    ]) {
      const external_id = crypto.randomUUID()
      let num = 0
      for (const i of order) num = (await reportJson(reportOf({ external_id, ...events[i] }))).build_num
      const build = await askJson(`${builds}/${num}`, by())
      expect([build.status, build.steps[0]?.name, build.build_url], order.join()).toEqual([
        'failed',
        'second',
        'https://ci.example.com/2',
      ])
    }
  })

  it('of a build that is not there is 404', async () => {
    for (const num of ['9999', '0', '-1', 'x', '1.5', '99999999999999999999', '1e3']) {
      const response = await ask(`${builds}/${num}`, by({ method: 'PATCH', json: { status: 'success' } }))
      expect([response.status, await response.text()], num).toEqual([
        404,
        '{"message":"Build not found","code":"build_not_found"}',
      ])
    }
  })
})

describe('fixed', () => {
  it('is a success after a red build of the same job and branch, and previous tells of that', async () => {
    await freshWorld()
    const run = async (status: string, over: Record<string, unknown> = {}) =>
      reportJson(
        reportOf({
          status,
          pipeline: { external_id: crypto.randomUUID(), branch: 'b', revision: 'a' },
          start_time: '2026-01-01T00:00:00Z',
          stop_time: '2026-01-01T00:00:02Z',
          ...over,
        }),
      )
    expect(await run('success')).toMatchObject({ status: 'success', previous: null })
    const red = await run('failed')
    expect(red.previous).toMatchObject({ status: 'success', build_time_millis: 2_000 })
    expect(await run('success', { job: { name: 'other' } })).toMatchObject({ status: 'success', previous: null })
    const fixed = await run('success')
    expect(fixed).toMatchObject({
      status: 'fixed',
      outcome: 'success',
      previous: { build_num: red.build_num, status: 'failed', build_time_millis: 2_000 },
    })
    const after = await run('success')
    expect(after).toMatchObject({ status: 'success', previous: { build_num: fixed.build_num, status: 'fixed' } })
    const detail = await askJson(`${builds}/${after.build_num}`, by())
    expect(detail.previous_successful_build).toMatchObject({ build_num: fixed.build_num, status: 'fixed' })
    expect(await askJson(`/api/v1.1/project/${world.slug}/tree/b?filter=failed`, by())).toHaveLength(1)
    expect(await askJson(`/api/v1.1/project/${world.slug}/tree/b?filter=successful`, by())).toHaveLength(4)
  })
})

describe('a report that breaks a rule', () => {
  const pipeline = { external_id: 'p', branch: 'main', revision: 'a' }
  it.each<[Record<string, unknown>, string]>([
    [{ external_id: undefined }, 'external_id: is required'],
    [{ external_id: '' }, 'external_id: must be 1 to 200 characters long'],
    [{ external_id: 'x'.repeat(201) }, 'external_id: must be 1 to 200 characters long'],
    [{ external_id: 7 }, 'external_id: must be a string'],
    [{ external_id: '\ud800' }, 'external_id: must not contain control characters'],
    [{ pipeline: undefined }, 'pipeline: is required'],
    [{ pipeline: 'p' }, 'pipeline: must be an object'],
    [{ pipeline: { ...pipeline, external_id: undefined } }, 'pipeline.external_id: is required'],
    [{ pipeline: { ...pipeline, branch: undefined } }, 'pipeline: must name either a branch or a tag'],
    [{ pipeline: { ...pipeline, tag: 'v1' } }, 'pipeline: must name either a branch or a tag'],
    [{ pipeline: { ...pipeline, branch: 'x'.repeat(1_025) } }, 'pipeline.branch: must be 1 to 1024 characters long'],
    [{ pipeline: { ...pipeline, branch: 'a\nb' } }, 'pipeline.branch: must not contain control characters'],
    [{ pipeline: { ...pipeline, revision: undefined } }, 'pipeline.revision: is required'],
    [{ pipeline: { ...pipeline, number: -1 } }, 'pipeline.number: must be a whole number from 0'],
    [{ pipeline: { ...pipeline, number: 1.5 } }, 'pipeline.number: must be a whole number from 0'],
    [
      { pipeline: { ...pipeline, subject: 'x'.repeat(1_001) } },
      'pipeline.subject: must be at most 1000 characters long',
    ],
    [{ pipeline: { ...pipeline, body: 'a\u0000b' } }, 'pipeline.body: must not contain control characters'],
    [{ pipeline: { ...pipeline, author: { nick: 'x' } } }, 'pipeline.author.nick: is not a known field'],
    [{ pipeline: { ...pipeline, author: { date: 'x' } } }, 'pipeline.author.date: must be a time like'],
    [
      { pipeline: { ...pipeline, actor: { avatar_url: 'javascript:alert(1)' } } },
      'pipeline.actor.avatar_url: must be an http(s) URL',
    ],
    [
      { pipeline: { ...pipeline, pull_requests: [{ url: 'x' }] } },
      'pipeline.pull_requests.0.url: must be an http(s) URL',
    ],
    [{ pipeline: { ...pipeline, pull_requests: [{}] } }, 'pipeline.pull_requests.0.url: is required'],
    [
      { pipeline: { ...pipeline, pull_requests: Array.from({ length: 51 }, () => ({ url: 'https://a.b' })) } },
      'pipeline.pull_requests: must hold at most 50 pull requests',
    ],
    [{ workflow: undefined }, 'workflow: is required'],
    [{ workflow: { external_id: 'w' } }, 'workflow.name: is required'],
    [{ workflow: { name: 'w' } }, 'workflow.external_id: is required'],
    [{ job: {} }, 'job.name: is required'],
    [{ job: { name: 'x'.repeat(201) } }, 'job.name: must be 1 to 200 characters long'],
    [{ status: undefined }, 'status: is required'],
    [{ status: 'great' }, 'status: must be one of queued, not_running, running, success'],
    [{ status: 'toString' }, 'status: must be one of queued'],
    [{ status: null }, 'status: must be one of queued'],
    [{ queued_at: '2026-01-01' }, 'queued_at: must be a time like'],
    [{ start_time: 1_767_225_600_000 }, 'start_time: must be a time like'],
    [{ start_time: '2026-13-01T00:00:00Z' }, 'start_time: must be a time like'],
    [{ stop_time: '2026-01-01T00:00:00' }, 'stop_time: must be a time like'],
    [{ build_url: '/relative' }, 'build_url: must be an http(s) URL'],
    [{ build_url: `https://a.b/${'x'.repeat(2_048)}` }, 'build_url: must be at most 2048 characters long'],
    [{ steps: {} }, 'steps: must be a list'],
    [{ steps: [{ actions: [] }] }, 'steps.0.name: is required'],
    [{ steps: [{ name: 'x', actions: [{ name: 'x' }] }] }, 'steps.0.actions.0.status: is required'],
    [
      { steps: [{ name: 'x', actions: [{ name: 'x', status: 'success', exit_code: 'x' }] }] },
      'steps.0.actions.0.exit_code: must be a whole number',
    ],
    [{ steps: Array.from({ length: 501 }, () => ({ name: 'x' })) }, 'steps: must hold at most 500 steps'],
    [{ build_num: 7 }, 'build_num: is not a known field'],
    [{ workflow: { external_id: 'w', name: 'ci', attempt: 0 } }, 'workflow.attempt: must be a whole number from 1'],
    [{ job: { name: 'test', attempt: 1.5 } }, 'job.attempt: must be a whole number from 1'],
    [{ workflow: { external_id: 'w', name: 'ci', attempt_of: '' } }, 'workflow.attempt_of: '],
  ])('%j is 400, named, and stores nothing', async (over, message) => {
    const before = [await rowsOf('builds'), await rowsOf('pipelines')]
    const response = await report(reportOf(over))
    const body = await response.json<{ message: string; errors: unknown[] }>()
    expect([response.status, body.message]).toEqual([400, expect.stringContaining(message)])
    expect(body.errors).toContainEqual({
      path: message.split(': ')[0],
      message: expect.stringContaining(message.slice(message.indexOf(': ') + 2)),
    })
    expect([await rowsOf('builds'), await rowsOf('pipelines')]).toEqual(before)
  })

  it('of a length over 1 MiB is 413, told or not', async () => {
    const long = JSON.stringify(reportOf({ build_url: `https://a.b/${'x'.repeat(1_048_576)}` }))
    const told = await ask(builds, by({ method: 'POST', body: long }))
    const chunks = new ReadableStream({
      start(controller) {
        for (let i = 0; i < long.length; i += 65_536)
          controller.enqueue(new TextEncoder().encode(long.slice(i, i + 65_536)))
        controller.close()
      },
    })
    const untold = await ask(builds, by({ method: 'POST', body: chunks }))
    for (const response of [told, untold])
      expect([response.status, await response.text()]).toEqual([
        413,
        expect.stringContaining('larger than 1048576 bytes'),
      ])
  })

  it.each<[string, BodyInit]>([
    ['broken JSON', '{"external_id": "x",}'],
    ['an empty body', ''],
    ['bytes that are not UTF-8', new Uint8Array([0x22, 0xc3, 0x28, 0x22])],
    ['a list', '[]'],
    ['a number', '7'],
    ['deeply nested lists', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['a key that every object has', '{"__proto__": {"external_id": "x"}}'],
  ])('%s is 400 with words', async (_, body) => {
    const response = await ask(builds, by({ method: 'POST', body }))
    expect([response.status, (await response.json<{ message: string }>()).message]).toEqual([400, expect.any(String)])
  })
})

describe('test results', () => {
  const JUNIT = `<?xml version="1.0"?><testsuites><testsuite name="unit">
    <testcase classname="a" name="passes" time="0.5"/>
    <testcase classname="a" name="fails" file="a.js"><failure message="not 3">at line 1</failure></testcase>
    <testcase classname="a" name="waits"><skipped/></testcase></testsuite></testsuites>`
  const put = (body: BodyInit, type: string | null, query = '') =>
    ask(
      `${builds}/1/tests${query}`,
      by({ method: 'PUT', body, headers: type === null ? {} : { 'Content-Type': type } }),
    )
  const read = async () => (await askJson(`/api/v1.1/project/${world.slug}/1/tests`, by())).tests

  it('are taken as JUnit and as JSON, and read back in order', async () => {
    await freshWorld()
    const junit = await put(JUNIT, 'application/xml')
    expect([junit.status, await junit.json()]).toEqual([
      200,
      { tests: 3, passed: 1, failed: 1, errors: 0, skipped: 1, flaky: 0, warnings: [], stored: 3 },
    ])
    expect(await read()).toEqual([
      { classname: 'a', name: 'passes', result: 'success', run_time: 0.5, message: '', file: null, source: 'unit' },
      {
        classname: 'a',
        name: 'fails',
        result: 'failure',
        run_time: 0,
        message: 'not 3\nat line 1',
        file: 'a.js',
        source: 'unit',
      },
      { classname: 'a', name: 'waits', result: 'skipped', run_time: 0, message: '', file: null, source: 'unit' },
    ])
  })

  it.each([
    null,
    'application/x-www-form-urlencoded',
    'Application/Octet-Stream; x=1',
    'text/plain',
    'application/json',
  ])('of the type %s are read by what is in them', async (type) => {
    await freshWorld()
    const bytes = (text: string) => new TextEncoder().encode(text)
    const stored = async (body: string) => (await put(bytes(body), type)).json()
    expect(await stored(JUNIT)).toMatchObject({ stored: 3 })
    expect(await stored(`\ufeff${JUNIT}`)).toMatchObject({ stored: 3 })
    expect(await stored('\n{"tests": [{"name": "x", "result": "success"}]}')).toMatchObject({ stored: 1 })
    expect((await put(bytes('[]'), type)).status).toBe(400)
    for (const other of ['', 'ok 1 - adds', 'tests=1'])
      expect([(await put(bytes(other), type)).status, await read()]).toEqual([400, [expect.anything()]])
  })

  it('of one report take the place of its earlier ones, whole; other reports stay', async () => {
    await freshWorld()
    const named = (name: string) => JSON.stringify({ tests: [{ name, result: 'success' }] })
    await put(named('a'), 'application/json', '?report=a')
    await put(named('b1'), 'application/json', '?report=b')
    await put(JSON.stringify({ tests: [] }), 'application/json', '?report=')
    await put(named('b2'), 'application/json; charset=utf-8', '?report=b')
    expect((await read()).map(({ name }: { name: string }) => name)).toEqual(['a', 'b2'])
  })

  it('keep every character, and thousands of them in their order', async () => {
    await freshWorld()
    const tests = Array.from({ length: 3_000 }, (_, i) => ({
      name: `${i} “naïve” 🚀 \\ ' " \u2028 ${'日本語'.repeat(100)}`,
      result: 'failure',
      message: 'line 1\nline 2\ttab',
      run_time: i / 1_000,
    }))
    expect((await put(JSON.stringify({ tests }), 'application/json')).status).toBe(200)
    const stored = await read()
    expect(stored.map(({ name, message, run_time }: (typeof tests)[number]) => [name, message, run_time])).toEqual(
      tests.map(({ name, message, run_time }) => [name, message, run_time]),
    )
  })

  it('with a NUL keep the text around it', async () => {
    await freshWorld()
    await put(JSON.stringify({ tests: [{ name: 'a\u0000b', result: 'success' }] }), 'application/json')
    expect((await read())[0].name).toMatch(/^a.?b$/u)
  })

  it.each<[string, BodyInit, string | null, number, string]>([
    ['text', 'ok 1 - adds', 'text/plain', 400, 'not a test report: 1:1: neither XML nor JSON'],
    ['more than 16 MiB', 'x'.repeat(17_000_000), 'application/json', 413, 'larger than 16777216 bytes'],
    ['XML that is none', '<testsuite', 'application/xml', 400, 'not a test report: 1:1: neither XML nor JSON'],
    ['XML that is none of them', '<html/>', 'text/xml', 400, 'not a test report: 1:7: the root element is html'],
    ['JSON that is none', '{', 'application/json', 400, 'not a test report: 1:1: not valid JSON'],
    ['JSON without tests', '{}', 'application/json', 400, 'tests: must be an array'],
    [
      'a result that is none',
      '{"tests":[{"name":"x","result":"ok"}]}',
      'application/json',
      400,
      'tests.0.result: must be',
    ],
    ['bytes that are no text', new Uint8Array([0xff]), 'application/json', 400, 'neither XML nor JSON'],
  ])('with %s are refused and change nothing', async (_, body, type, status, message) => {
    const before = await read()
    const response = await put(body, type)
    expect([response.status, await response.text()]).toEqual([status, expect.stringContaining(message)])
    expect(await read()).toEqual(before)
  })

  it('with something in doubt are stored, and the answer says what', async () => {
    const odd =
      '<testsuite name="s" failures="2"><testcase name="a"><flakyFailure message="no"/></testcase><testcase classname="C"><error/></testcase>'
    expect(await (await put(odd, 'application/xml')).json()).toEqual({
      tests: 2,
      passed: 1,
      failed: 0,
      errors: 1,
      skipped: 0,
      flaky: 1,
      warnings: [
        'a test has no name, and is called "C #2"',
        expect.stringMatching(/^the report ends early, at 1:\d+: what is whole is kept$/),
        'the report counts 2 failures, its cases show 1',
      ],
      stored: 2,
    })
  })

  it('under a report name of over 200 characters are 400', async () => {
    const response = await put('{"tests":[]}', 'application/json', `?report=${'x'.repeat(201)}`)
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining('report: must be at most 200'),
    ])
  })

  it('of a build that is not there are 404', async () => {
    const response = await ask(`${builds}/9999/tests`, by({ method: 'PUT', json: { tests: [] } }))
    expect([response.status, await response.text()]).toEqual([
      404,
      '{"message":"Build not found","code":"build_not_found"}',
    ])
  })

  it('of a build that ended while they were stored are 404, not a fault', async () => {
    await freshWorld()
    const { replaceTestResults } = await import('../../../support/worker/as-instance.ts')
    const result = {
      classname: '',
      name: 'x',
      result: 'success',
      runTimeSeconds: 0,
      message: '',
      file: null,
      source: 's',
    } as const
    expect(await replaceTestResults(stores, crypto.randomUUID(), '', [result])).toEqual({ kind: 'no_build' })
  })
})
