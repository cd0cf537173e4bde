import { describe, expect, it } from 'vitest'
import type { WebhookSource } from '../../../src/domain/reporting/webhook-source.ts'
import { ordersOf } from '../../prove/share.ts'
import { call, seedTenant, type Tenant } from '../../support/api/http.ts'
import { seedVisitor, shownOf } from '../../support/api/shown.ts'
import { buildkiteBuild, circleciWorkflow, gitlabPipeline, jenkinsRun, SHA } from '../../support/seed/ci-payloads.ts'
import { asChildOf, asOlderGitlab, type Delivery, type News, tellAs, VENDORS } from '../../support/seed/vendor-runs.ts'
import { connect } from '../../support/sign/webhooks.ts'
import { askJson } from '../../support/worker/client.ts'
import { visit } from '../../support/worker/visit.ts'

/** A project whose CI tells of these things, in this order. */
function told(source: WebhookSource, news: readonly News[]): Promise<Tenant> {
  return delivered(
    source,
    news.flatMap((one) => tellAs(source, one) ?? []),
  )
}

/** A project to which these deliveries were made. */
async function delivered(source: WebhookSource, deliveries: readonly Delivery[]): Promise<Tenant> {
  const tenant = await seedTenant(`${VENDORS[source].vcs}/acme-${crypto.randomUUID().slice(0, 13)}/web`)
  const sender = await connect(tenant, source)
  for (const delivery of deliveries) {
    const payload = JSON.parse(JSON.stringify(delivery.payload).replaceAll('acme/web', `${tenant.project.org}/web`))
    const answer = await sender.send(delivery.event, payload)
    if (answer.status !== 200) throw new Error(`${delivery.event}: ${answer.status} ${JSON.stringify(answer.body)}`)
  }
  return tenant
}

const SOURCES = Object.keys(VENDORS) as WebhookSource[]
const RED = { badge: 'failing', feed: 'Failure', myFeed: 'Failure', projectPage: 'red', dashboard: 'red' }
const GREEN = { badge: 'passing', feed: 'Success', myFeed: 'Success', projectPage: 'green', dashboard: 'green' }

describe.each(SOURCES)('what is shown of %s', (source) => {
  const before: readonly News[] = [
    { push: 1, job: 1, status: 'green' },
    { push: 1, status: 'green' },
  ]

  it('is green after a green run', async () => {
    const shown = await shownOf(await told(source, before))
    expect(shown).toMatchObject(GREEN)
    expect(Object.values(shown.workflows)).toEqual(['success'])
  })

  it('is red once a run failed, be it one without any job', async () => {
    const shown = await shownOf(await told(source, [...before, { push: 2, status: 'red' }]))
    expect(shown).toMatchObject(RED)
    expect(Object.values(shown.workflows)).toEqual(['failed'])
  })
})

describe('a run that ended in a word that nobody knows yet', () => {
  it.each<[WebhookSource, string, string]>([
    ['github', 'workflow_run', 'conclusion'],
    ['gitlab', 'object_attributes', 'status'],
    ['circleci', 'workflow', 'status'],
    ['buildkite', 'build', 'state'],
    ['jenkins', 'build', 'status'],
  ])('of %s has not passed, though its jobs have', async (source, object, field) => {
    const before = [...green(source), tellAs(source, { push: 2, job: 1, status: 'green' })].filter(
      (one) => one !== null,
    )
    const end = changed(tellAs(source, { push: 2, status: 'green' }), object, { [field]: 'brand_new' })
    for (const order of [
      [...before, end],
      [end, ...before],
    ])
      expect(await shownOf(await delivered(source, order))).toMatchObject({
        badge: 'infrastructure_failure',
        feed: 'Exception',
      })
  })
})

describe.each(SOURCES.filter((source) => source !== 'jenkins'))('of two jobs of %s', (source) => {
  it.each([200, 250, 1_000])('whose names differ after %i characters neither hides the other', async (length) => {
    const name = 'x'.repeat(length)
    const jobs: readonly News[] = [
      { push: 1, job: 1, name: `${name}a`, status: 'red' },
      // For GitLab a retry, were it one name.
      { push: 1, job: 2, name: `${name}b`, status: 'green' },
    ]
    expect(await shownOf(await told(source, jobs))).toMatchObject(RED)
  })
})

// A run of Jenkins is one job.
describe.each(SOURCES.filter((source) => source !== 'jenkins'))('what is shown of %s', (source) => {
  it('is red where one of two jobs of one name failed, and the other came later', async () => {
    // A second job of one name is a retry for GitLab: there the pipeline's own end has to say so.
    const jobs: readonly News[] = [
      { push: 1, job: 1, name: 'build', status: 'red' },
      { push: 1, job: 2, name: 'build', status: 'green' },
    ]
    const news = source === 'gitlab' ? [...jobs, { push: 1, status: 'red' } as const] : jobs
    expect(await shownOf(await told(source, news))).toMatchObject(RED)
  })

  it('is green where the job passed in a later attempt, whichever was told first', async () => {
    const first: News = { push: 1, attempt: 1, job: 1, name: 'build', status: 'red' }
    const second: News = { push: 1, attempt: 2, job: 1, name: 'build', status: 'green' }
    const end: News = { push: 1, attempt: 2, status: 'green' }
    for (const news of [
      [first, second, end],
      [end, second, first],
    ])
      expect(await shownOf(await told(source, news))).toMatchObject(GREEN)
  })

  it('stays red while what failed runs again', async () => {
    const shown = await shownOf(
      await told(source, [
        { push: 1, job: 1, status: 'green' },
        { push: 1, status: 'green' },
        { push: 2, job: 1, name: 'build', status: 'red' },
        { push: 2, job: 2, name: 'lint', status: 'green' },
        { push: 2, status: 'red' },
        { push: 2, attempt: 2, status: 'running' },
        { push: 2, attempt: 2, job: 1, name: 'build', status: 'running' },
      ]),
    )
    expect(shown).toMatchObject({ badge: 'failing', feed: 'Failure', myFeed: 'Failure', dashboard: 'red' })
  })

  it('is red where the run ended red, whatever its jobs say', async () => {
    const jobs: readonly News[] = [
      { push: 1, job: 1, status: 'green' },
      { push: 1, job: 2, status: 'green' },
    ]
    for (const news of [
      [...jobs, { push: 1, status: 'red' } as const],
      [{ push: 1, status: 'red' } as const, ...jobs],
    ]) {
      const shown = await shownOf(await told(source, news))
      expect(shown).toMatchObject(RED)
      expect(Object.values(shown.workflows)).toEqual(['failed'])
    }
  })
})

// GitHub's jobs say nothing of their run, so that it takes the other event; a run of Jenkins is its job.
describe.each<WebhookSource>(['gitlab', 'circleci', 'buildkite'])('the first green job of %s', (source) => {
  const before: readonly News[] = [
    { push: 1, job: 1, status: 'red' },
    { push: 1, status: 'red' },
  ]
  const lint: News = { push: 2, job: 1, name: 'lint', status: 'green' }

  it('does not make its run green: it is open until its end is told', async () => {
    const shown = await shownOf(await told(source, [...before, lint]))
    expect(shown).toMatchObject({ badge: 'failing', feed: 'Failure', myFeed: 'Failure', dashboard: 'red' })
    expect(Object.values(shown.workflows)).toEqual(['running'])
    expect(await shownOf(await told(source, [lint]))).toMatchObject({ badge: 'running', feed: 'Unknown' })
  })

  it.each(['green', 'red'] as const)('neither opens nor changes a run that ended %s', async (status) => {
    for (const news of [[lint, { push: 2, status }] as const, [{ push: 2, status }, lint] as const])
      expect(await shownOf(await told(source, [...before, ...news]))).toMatchObject(status === 'green' ? GREEN : RED)
  })
})

/** A delivery with some of what stands at a path in it told otherwise. */
function changed(delivery: Delivery | null, path: string, over: Record<string, unknown>): Delivery {
  const payload = delivery?.payload as Record<string, object>
  return { event: delivery?.event ?? '', payload: { ...payload, [path]: { ...payload[path], ...over } } }
}

const green = (source: WebhookSource) => [
  tellAs(source, { push: 1, job: 1, status: 'green' }),
  tellAs(source, { push: 1, status: 'green' }),
]

describe('a run that did not end well has no green badge', () => {
  const github = (over: object) =>
    changed(tellAs('github', { push: 2, status: 'red' }), 'workflow_run', {
      ...over,
      updated_at: '2026-11-24T23:00:00Z',
    })
  const gitlab = (status: string) => ({
    event: 'Pipeline Hook',
    payload: gitlabPipeline({ id: 2, status, created_at: '2026-11-24 23:00:00 UTC', finished_at: null }),
  })
  const circleci = (status: string) => ({
    event: 'workflow-completed',
    payload: circleciWorkflow({ workflow: { ...circleciWorkflow().workflow, id: 'w2', status } }),
  })
  const buildkite = (state: string) => ({
    event: 'build.finished',
    payload: buildkiteBuild({ id: 'b2', state, created_at: '2026-11-24T23:00:00Z' }, { event: 'build.finished' }),
  })
  const jenkins = (status: string) => ({
    event: 'COMPLETED',
    payload: jenkinsRun({
      number: 99,
      full_url: 'https://j/99',
      phase: 'COMPLETED',
      status,
      timestamp: '2026-11-24T23:00:00Z',
    }),
  })
  it.each<[WebhookSource, string, Delivery, string]>([
    ['github', 'failure', github({ conclusion: 'failure' }), 'failing'],
    ['github', 'startup_failure', github({ conclusion: 'startup_failure' }), 'failing'],
    ['github', 'timed_out', github({ conclusion: 'timed_out' }), 'timeout'],
    ['github', 'cancelled', github({ conclusion: 'cancelled' }), 'canceled'],
    ['github', 'stale', github({ conclusion: 'stale' }), 'canceled'],
    ['gitlab', 'failed', gitlab('failed'), 'failing'],
    ['gitlab', 'canceled', gitlab('canceled'), 'canceled'],
    ['circleci', 'failed', circleci('failed'), 'failing'],
    ['circleci', 'error', circleci('error'), 'infrastructure_failure'],
    ['circleci', 'canceled', circleci('canceled'), 'canceled'],
    ['circleci', 'unauthorized', circleci('unauthorized'), 'failing'],
    ['buildkite', 'failed', buildkite('failed'), 'failing'],
    ['buildkite', 'canceled', buildkite('canceled'), 'canceled'],
    ['jenkins', 'FAILURE', jenkins('FAILURE'), 'failing'],
    ['jenkins', 'UNSTABLE', jenkins('UNSTABLE'), 'failing'],
    ['jenkins', 'ABORTED', jenkins('ABORTED'), 'canceled'],
  ])('of %s: %s', async (source, _, delivery, badge) => {
    const before = green(source).filter((one) => one !== null)
    expect((await shownOf(await delivered(source, [...before, delivery]))).badge).toBe(badge)
  })

  it.each<[WebhookSource, string, Delivery]>([
    ['github', 'skipped', github({ conclusion: 'skipped' })],
    ['gitlab', 'skipped', gitlab('skipped')],
    ['buildkite', 'skipped', buildkite('skipped')],
    ['buildkite', 'not_run', buildkite('not_run')],
  ])('of %s: %s as a whole leaves the result before it', async (source, _, delivery) => {
    const before = green(source).filter((one) => one !== null)
    expect((await shownOf(await delivered(source, [...before, delivery]))).badge).toBe('passing')
  })
})

describe('what failed before something that waits is red as long as that waits', () => {
  const red: News = { push: 2, job: 1, name: 'test', status: 'red' }
  const gate: News = { push: 2, job: 2, name: 'deploy', status: 'running' }
  const run: News = { push: 2, status: 'running' }
  const waiting = (source: WebhookSource) => {
    const [failed, held, whole] = [red, gate, run].map((one) => tellAs(source, one))
    switch (source) {
      case 'github':
        return [whole, failed, changed(held ?? null, 'workflow_job', { status: 'waiting', started_at: null })]
      case 'gitlab': {
        const deploy = { ...(held?.payload as object), build_status: 'manual', build_started_at_iso: null }
        const manual = changed(whole ?? null, 'object_attributes', { status: 'manual' })
        return [failed, { event: 'Job Hook', payload: deploy }, manual]
      }
      case 'circleci':
        return [failed, tellAs(source, { ...red, job: 3, name: 'lint', status: 'green' })]
      case 'buildkite':
        return [whole, failed, changed(held ?? null, 'build', { state: 'failing' })]
      case 'jenkins':
        return [tellAs(source, { ...run, of: 'deploy' }), tellAs(source, { ...red, of: 'test' })]
    }
  }

  it.each(SOURCES)('of %s', async (source) => {
    const deliveries = [...green(source), ...waiting(source)].flatMap((one) => one ?? [])
    const shown = { badge: 'failing', feed: 'Failure', myFeed: 'Failure', dashboard: 'red' }
    expect(await shownOf(await delivered(source, deliveries))).toMatchObject(shown)
    expect(await shownOf(await delivered(source, deliveries.toReversed()))).toMatchObject(shown)
  })
})

describe('a pipeline without builds', () => {
  it('is shown as such', async () => {
    const tenant = await told('github', [{ push: 1, status: 'red' }])
    const slug = `gh/${tenant.project.org}/web`
    const token = tenant.member.secret
    const { items } = await askJson(`/api/v2/project/${slug}/pipeline`, { token })
    expect(items).toMatchObject([
      {
        state: 'errored',
        errors: [{ type: 'other', message: 'The CI ended ci as failed without running a job.' }],
        created_at: '2026-11-24T01:10:01.000Z',
        updated_at: '2026-11-24T01:10:59.000Z',
      },
    ])
    const workflows = await askJson(`/api/v2/pipeline/${items[0].id}/workflow`, { token })
    expect(workflows.items).toMatchObject([
      { status: 'failed', created_at: '2026-11-24T01:10:01.000Z', stopped_at: '2026-11-24T01:10:59.000Z' },
    ])
    const { cookie } = await seedVisitor(tenant)
    expect((await visit(`/${slug}`, cookie)).text).toContain('ci Failed without a job')
    expect((await visit(`/${slug}?status=failed`, cookie)).text).toContain('#1')
    expect((await visit(`/${slug}?status=passed`, cookie)).text).toContain('No such pipelines')
  })

  it.each(['failed', 'error', 'unauthorized'])('of CircleCI that ended as %s is errored in v2', async (status) => {
    const workflow = { ...circleciWorkflow().workflow, status }
    const tenant = await delivered('circleci', [
      { event: 'workflow-completed', payload: circleciWorkflow({ workflow }) },
    ])
    const slug = `gh/${tenant.project.org}/web`
    const { items } = await askJson(`/api/v2/project/${slug}/pipeline`, { token: tenant.member.secret })
    const message = 'The CI ended build-test-deploy as failed without running a job.'
    expect(items).toMatchObject([{ state: 'errored', errors: [{ type: 'other', message }] }])
  })

  const circleci = (id: string, status: string) =>
    circleciWorkflow({
      workflow: {
        ...circleciWorkflow().workflow,
        id: `fda08377-fe7e-46b1-8992-3a7aaecac9${id}`,
        status,
        created_at: `2026-11-24T22:${id}:03.616Z`,
      },
    })
  it.each<[WebhookSource, Delivery[]]>([
    [
      'github',
      ['1', '2'].flatMap(
        (attempt) =>
          tellAs('github', { push: 1, attempt: Number(attempt), status: attempt === '1' ? 'red' : 'green' }) ?? [],
      ),
    ],
    [
      'circleci',
      [
        { event: 'workflow-completed', payload: circleci('10', 'unauthorized') },
        { event: 'workflow-completed', payload: circleci('20', 'success') },
      ],
    ],
  ])('of %s that ran again and passed says nothing any more of its first attempt', async (source, deliveries) => {
    const tenant = await delivered(source, deliveries)
    const slug = `gh/${tenant.project.org}/web`
    const { items } = await askJson(`/api/v2/project/${slug}/pipeline`, { token: tenant.member.secret })
    expect(items).toMatchObject([{ state: 'created', errors: [] }])
    const { cookie } = await seedVisitor(tenant)
    const { text } = await visit(`/${slug}`, cookie)
    expect(text).toContain('Passed without a job')
    expect(text).not.toContain('Failed without a job')
    expect((await shownOf(tenant)).badge).toBe('passing')
  })

  it('shows as running until the CI says how it ended', async () => {
    const tenant = await told('github', [{ push: 1, status: 'running' }])
    expect((await shownOf(tenant)).badge).toBe('running')
  })
})

describe('Jenkins', () => {
  it('tells of a run that failed before it came to a branch: that of the job’s last run', async () => {
    const failed = changed(tellAs('jenkins', { push: 2, status: 'red' }), 'build', { scm: {} })
    const before = green('jenkins').filter((one) => one !== null)
    expect(await shownOf(await delivered('jenkins', [...before, failed]))).toMatchObject(RED)
  })
})

describe('several jobs of Jenkins for one repository', () => {
  const tell = (one: News) => tellAs('jenkins', one)
  const run = (of: string, push: number, status: 'green' | 'red', attempt = 1) => [
    tell({ of, push, attempt, status: 'running' }),
    tell({ of, push, attempt, job: 1, status }),
    tell({ of, push, attempt, status }),
  ]
  const shown = async (...runs: readonly (Delivery | null)[][]) =>
    shownOf(
      await delivered(
        'jenkins',
        runs.flat().filter((one) => one !== null),
      ),
    )

  it('stand together for a commit: neither hides that the other failed', async () => {
    const [lint, build] = [run('lint', 2, 'red'), run('build', 2, 'green')]
    const before = [run('lint', 1, 'green'), run('build', 1, 'green')].flat()
    for (const order of [
      [...lint, ...build],
      [...build, ...lint],
      [lint[0], build[0], lint[1], build[1], lint[2], build[2]].flatMap((one) => one ?? []),
      [...build, ...lint].toReversed(),
    ]) {
      const seen = await shown(before, order)
      expect(seen).toMatchObject(RED)
      expect(seen.workflows).toEqual({ lint: 'failed', build: 'success' })
    }
  })

  it('are green once the one that failed passed at that commit', async () => {
    const failed = run('lint', 1, 'red')
    const passed = run('lint', 1, 'green', 2)
    const build = run('build', 1, 'green')
    expect(await shown(failed, build, passed)).toMatchObject(GREEN)
    expect(await shown(passed, build, failed)).toMatchObject(GREEN)
  })

  it('show the newer commit, be it of one of them alone', async () => {
    expect(await shown(run('lint', 1, 'red'), run('build', 2, 'green'))).toMatchObject(GREEN)
    expect(await shown(run('lint', 1, 'green'), run('build', 2, 'red'))).toMatchObject(RED)
  })

  it('that was not built says nothing of a commit', async () => {
    const skipped = [tell({ of: 'lint', push: 2, attempt: 2, job: 1, status: 'skipped' })]
    expect(await shown(run('lint', 2, 'red'), run('build', 2, 'green'), skipped)).toMatchObject(RED)
    const seen = await shown(run('lint', 1, 'green'), skipped)
    expect(seen).toMatchObject({ badge: 'passing', feed: 'Success', dashboard: 'green' })
  })

  it('of which one fails before its checkout are red, though another began after it and passed', async () => {
    const broken = [changed(tell({ of: 'lint', push: 2, job: 1, status: 'red' }), 'build', { scm: {} })]
    const later = run('build', 2, 'green').map((one) => {
      const second = one?.event === 'STARTED' ? 10 : 40
      return changed(one, 'build', { timestamp: `2026-11-24T02:10:${second}Z` })
    })
    const before = run('lint', 1, 'green')
    expect(await shown(before, broken, later)).toMatchObject({ badge: 'failing', feed: 'Failure', dashboard: 'red' })
    expect(await shown(later, before, broken)).toMatchObject({ badge: 'failing', feed: 'Failure', dashboard: 'red' })
    expect(await shown(before, broken, later, run('lint', 3, 'green'))).toMatchObject(GREEN)
  })

  it('of which one passes without a checkout stay as they were', async () => {
    const idle = [changed(tell({ push: 2, job: 1, status: 'green' }), 'build', { scm: {} })]
    expect(await shown(run('web', 1, 'red'), idle)).toMatchObject(RED)
  })

  it('count for their branch also where that is known only later', async () => {
    const broken = [changed(tell({ push: 2, job: 1, status: 'red' }), 'build', { scm: {} })]
    for (const before of [run('web', 1, 'green'), run('web', 1, 'green').slice(0, 1)])
      expect(await shown(broken, before)).toMatchObject({ badge: 'failing', feed: 'Failure', dashboard: 'red' })
  })
})

describe('a job of Jenkins that was made anew', () => {
  type Run = { number: number; queue_id: number | undefined; day: number; status: string }
  const run = (phase: string, { number, queue_id, day, status }: Run) => {
    const url = `job/web/${number}/`
    const timestamp = `2026-11-${day}T0${phase === 'STARTED' ? 1 : phase === 'COMPLETED' ? 2 : 3}:00:00Z`
    const told = { number, queue_id, phase, status, timestamp, duration: 60_000, url }
    return { event: phase, payload: jenkinsRun({ ...told, full_url: `https://jenkins.example.com/${url}` }) }
  }
  const PHASES = ['STARTED', 'COMPLETED', 'FINALIZED']
  const all = (number: number, queue_id: number | undefined, day: number, status: string) =>
    PHASES.map((phase) => run(phase, { number, queue_id, day, status }))
  const countOf = async ({ project, member }: Tenant) =>
    (await askJson(`/api/v1.1/project/gh/${project.org}/web`, { token: member.secret })).length

  it('has runs of its own, though their numbers come again', async () => {
    const old = [...all(1, 10, 20, 'SUCCESS'), ...all(2, 11, 21, 'SUCCESS')]
    for (const order of [
      [...old, ...all(1, 40, 22, 'FAILURE')],
      [...old, ...all(1, 40, 22, 'FAILURE').toReversed()],
      [...all(1, 40, 22, 'FAILURE'), ...old.toReversed()],
    ]) {
      const tenant = await delivered('jenkins', order)
      expect(await shownOf(tenant)).toMatchObject({ badge: 'failing', feed: 'Failure', dashboard: 'red' })
      expect(await countOf(tenant)).toBe(3)
    }
  })

  it('is one run by its number where no place in the queue is told', async () => {
    expect(await countOf(await delivered('jenkins', all(1, undefined, 20, 'SUCCESS')))).toBe(1)
  })
})

describe('GitLab', () => {
  const tell = (one: News) => tellAs('gitlab', one) ?? { event: '', payload: {} }
  const buildsOf = ({ project, member }: Tenant, at = '') =>
    askJson(`/api/v1.1/project/gl/${project.org}/web${at}`, { token: member.secret })

  it.each([
    ['tells of a job whose child its pipeline is', (one: Delivery) => one],
    ['does not', asOlderGitlab],
  ])('does not let a green child stand for its red parent, in any order and told again, where it %s', async (_, as) => {
    const parent = tell({ push: 1, status: 'red' })
    const child = asChildOf(1, tell({ push: 2, status: 'green' }))
    const job = as(asChildOf(1, tell({ push: 2, job: 1, status: 'green' })))
    for (const order of ordersOf([parent, child, job])) {
      const tenant = await delivered('gitlab', [...order, job])
      expect(await shownOf(tenant)).toMatchObject({ badge: 'failing', feed: 'Failure', dashboard: 'red' })
      expect(await buildsOf(tenant, '/tree/main')).toMatchObject([{ status: 'success', branch: 'main' }])
    }
  })

  // GitLab's `dangling_sources`: its own badge does not go by them.
  it.each([
    'webide',
    'ondemand_dast_scan',
    'ondemand_dast_validation',
    'security_orchestration_policy',
    'container_registry_push',
    'duo_workflow',
    'pipeline_execution_policy_schedule',
  ])('does not let a pipeline of %s stand for the branch, nor its jobs or children', async (source) => {
    const of = (status: 'green' | 'red') => {
      const [run, ...rest] = [tell({ push: 2, status }), tell({ push: 2, job: 1, status })] as const
      const child = asChildOf(2, tell({ push: 3, status }))
      return [...rest, changed(run, 'object_attributes', { source }), child]
    }
    for (const [ours, scan, badge] of [
      ['red', 'green', 'failing'],
      ['green', 'red', 'passing'],
    ] as const) {
      const all = [tell({ push: 1, status: ours }), ...of(scan)]
      for (const order of [all, all.toReversed()])
        expect((await shownOf(await delivered('gitlab', order))).badge).toBe(badge)
    }
  })

  it.each(['push', 'web', 'trigger', 'schedule', 'api', 'external', 'pipeline', 'chat'])(
    'lets a pipeline of %s stand for the branch',
    async (source) => {
      const run = changed(tell({ push: 2, status: 'green' }), 'object_attributes', { source })
      expect((await shownOf(await delivered('gitlab', [tell({ push: 1, status: 'red' }), run]))).badge).toBe('passing')
    },
  )

  it('has a pipeline of a source that nobody knows yet count for the branch while it is red', async () => {
    const of = (one: News) => changed(tell(one), 'object_attributes', { source: 'news' })
    const job = tell({ push: 2, job: 1, status: 'green' })
    const [red, green] = [tell({ push: 1, status: 'red' }), tell({ push: 1, status: 'green' })]
    for (const order of ordersOf([red, of({ push: 2, status: 'green' }), job]))
      expect((await shownOf(await delivered('gitlab', order))).badge).toBe('failing')
    const failed = of({ push: 2, status: 'red' })
    for (const order of ordersOf([green, of({ push: 2, status: 'running' }), failed, job]))
      expect((await shownOf(await delivered('gitlab', order))).badge).toBe('failing')
  })

  it('takes a skipped job to its parent, be that named only later', async () => {
    const source_pipeline = { project: { id: 380, path_with_namespace: 'acme/web' }, pipeline_id: 1, job_id: 9 }
    const told = changed(tellAs('gitlab', { push: 2, job: 1, status: 'skipped' }), 'commit', { status: 'skipped' })
    const again = { event: told.event, payload: { ...(told.payload as object), source_pipeline } }
    for (const one of [told, asOlderGitlab(told)]) {
      const { project, member } = await delivered('gitlab', [one, again])
      const { items } = await askJson(`/api/v2/project/gl/${project.org}/web/pipeline`, { token: member.secret })
      const ofRoot = await askJson(`/api/v2/pipeline/${items[0].id}/workflow`, { token: member.secret })
      expect(ofRoot.items).toHaveLength(1)
      const builds = await askJson(`/api/v1.1/project/gl/${project.org}/web`, { token: member.secret })
      expect(builds).toMatchObject([{ status: 'not_run' }])
    }
  })

  it('that does not tell whose child a job’s pipeline is shows nothing of it until that is told, but that it failed', async () => {
    const before = tell({ push: 1, status: 'red' })
    const job = (attempt: number, status: News['status']) =>
      asOlderGitlab(tell({ push: 2, job: 1, name: 'test', attempt, status }))
    const [red, running, green] = [job(1, 'red'), job(2, 'running'), job(2, 'green')]
    const badge = async (...all: Delivery[]) => (await shownOf(await delivered('gitlab', all))).badge
    expect(await badge(before, green)).toBe('failing')
    const passed = tell({ push: 1, status: 'green' })
    expect(await badge(passed, red)).toBe('failing')
    // The run goes on, by the job's own event: nothing of it stands any more.
    expect(await badge(passed, red, running)).toBe('passing')
    for (const order of ordersOf([before, red, green])) expect(await badge(...order)).toBe('failing')
    expect(await badge(before, red, green, tell({ push: 2, status: 'green' }))).toBe('passing')
  })

  it('has what failed in a child pipeline count for the branch, whatever else is told of that before its parent', async () => {
    const before = tell({ push: 1, status: 'green' })
    const started = asChildOf(2, tell({ push: 3, status: 'running' }))
    const red = asOlderGitlab(asChildOf(2, tell({ push: 3, job: 1, status: 'red' })))
    for (const order of ordersOf([before, started, red]))
      expect((await shownOf(await delivered('gitlab', order))).badge).toBe('failing')
  })

  it('and a job of a child pipeline that reports by itself tell of one build', async () => {
    const events = [tell({ push: 1, status: 'running' }), asChildOf(1, tell({ push: 2, status: 'running' }))]
    const tenant = await delivered('gitlab', [
      ...events,
      asChildOf(1, tell({ push: 2, job: 1, name: 'test', status: 'running' })),
    ])
    const { payload } = tell({ push: 2, job: 1, name: 'test', status: 'running' })
    const body = {
      external_id: `gitlab:job:${(payload as { build_id: number }).build_id}`,
      pipeline: { external_id: 'gitlab:pipeline:2', branch: 'main', revision: (1).toString(16).padStart(40, '0') },
      workflow: { external_id: 'gitlab:pipeline:2', name: 'pipeline' },
      job: { name: 'test' },
      status: 'failed',
    }
    const path = `/api/buildpass/v1/projects/gl/${tenant.project.org}/web/builds`
    expect((await call('POST', path, { token: tenant.admin, body })).status).toBe(200)
    expect(await buildsOf(tenant)).toMatchObject([{ status: 'failed' }])
  })

  it('does not let a merge request stand for a branch, nor a child pipeline of it, however long the branch’s name', async () => {
    for (const branch of ['main', 'release/2026-11-stable-candidate-for-all']) {
      const merge_request = { iid: 7, source_branch: branch, source_project_id: 99, target_project_id: 380 }
      const ours = changed(tell({ push: 1, status: 'red' }), 'object_attributes', { ref: branch })
      const request = changed(tell({ push: 2, status: 'green' }), 'object_attributes', {
        ref: branch,
        source: 'merge_request_event',
      })
      const child = changed(asChildOf(2, tell({ push: 3, status: 'green' })), 'object_attributes', { ref: branch })
      const failed = changed(child, 'object_attributes', { status: 'failed' })
      const ofRequest = ({ event, payload }: Delivery): Delivery => ({
        event,
        payload: { ...(payload as object), merge_request },
      })
      const badge = async (order: readonly Delivery[]) => {
        const { project, member } = await delivered('gitlab', order)
        const path = `/gl/${project.org}/web/tree/${encodeURIComponent(branch)}.json`
        return (await askJson(path, { token: member.secret })).message
      }
      const passed = changed(ours, 'object_attributes', { status: 'success' })
      // Older GitLabs tell of a child pipeline by the name of the branch alone.
      for (const told of [ofRequest(child), child])
        for (const order of ordersOf([ours, ofRequest(request), told])) expect(await badge(order)).toBe('failing')
      for (const told of [ofRequest(failed), failed])
        for (const order of ordersOf([passed, ofRequest(request), told])) expect(await badge(order)).toBe('passing')
    }
  })

  it.each([
    ['manual', true],
    ['skipped', false],
  ])('tells of a job that was %s and is started then, in any order', async (build_status, build_allow_failure) => {
    const job = (status: 'running' | 'green', over: object) => {
      const { event, payload } = tellAs('gitlab', { push: 1, job: 2, name: 'deploy', status }) as Delivery
      return { event, payload: { ...(payload as object), build_allow_failure, ...over } }
    }
    const left = job('running', { build_status, build_started_at_iso: null })
    const [running, passed] = [job('running', {}), job('green', {})]
    const stateAfter = async (...some: Delivery[]) => {
      const { project, member } = await delivered('gitlab', some)
      const [build] = await askJson(`/api/v1.1/project/gl/${project.org}/web`, { token: member.secret })
      return { status: build.status, stopped: build.stop_time !== null }
    }
    expect(await stateAfter(left)).toEqual({ status: 'not_run', stopped: false })
    for (const some of [
      [left, running],
      [running, left],
    ])
      expect(await stateAfter(...some)).toEqual({ status: 'running', stopped: false })
    for (const some of [
      [left, running, passed],
      [passed, left, running],
      [running, passed, left],
    ])
      expect(await stateAfter(...some)).toEqual({ status: 'success', stopped: true })
  })

  it('does not let a green grandchild pipeline stand for its red root', async () => {
    const of = (pipeline_id: number | null, one: News) => {
      const { event, payload } = tellAs('gitlab', one) ?? { event: '', payload: {} }
      const project = { id: 380, path_with_namespace: 'acme/web' }
      const source = pipeline_id === null ? {} : { source_pipeline: { project, pipeline_id, job_id: 9 } }
      const told = changed({ event, payload }, 'object_attributes', { sha: SHA })
      const { object_attributes, ...job } = told.payload as Record<string, object>
      return {
        event,
        payload: one.job === undefined ? { ...job, object_attributes, ...source } : { ...job, sha: SHA, ...source },
      }
    }
    const root = of(null, { push: 1, status: 'red' })
    const child = of(1, { push: 2, status: 'green' })
    const grandchild = [of(2, { push: 3, job: 1, status: 'green' }), of(2, { push: 3, status: 'green' })]
    for (const order of [
      [root, child, ...grandchild],
      [...grandchild, child, root],
      [root, ...grandchild, child],
      [child, ...grandchild, root],
    ]) {
      const tenant = await delivered('gitlab', order)
      expect(await shownOf(tenant)).toMatchObject({ badge: 'failing', feed: 'Failure', dashboard: 'red' })
    }
  })

  it('shows nothing of a child pipeline before its parent is told, but that it failed', async () => {
    const child = (one: News, source_pipeline: object | undefined) => {
      const told = changed(tellAs('gitlab', one), 'object_attributes', { source: 'parent_pipeline' })
      return { ...told, payload: { ...(told.payload as object), source_pipeline } }
    }
    const source = { project: { id: 380, path_with_namespace: 'acme/web' }, pipeline_id: 2, job_id: 9 }
    const before = tellAs('gitlab', { push: 1, status: 'red' })
    const parent = tellAs('gitlab', { push: 2, status: 'green' })
    if (!before || !parent) throw new Error('GitLab tells of pipelines')
    // Older GitLabs do not say whose child it is.
    for (const known of [source, undefined]) {
      const green = child({ push: 3, status: 'green' }, known)
      const red = child({ push: 3, status: 'red' }, known)
      expect((await shownOf(await delivered('gitlab', [before, green]))).badge).toBe('failing')
      expect((await shownOf(await delivered('gitlab', [before, green, parent]))).badge).toBe('passing')
      const passed = changed(before, 'object_attributes', { status: 'success' })
      expect((await shownOf(await delivered('gitlab', [passed, red]))).badge).toBe('failing')
    }
  })

  // GitLab makes another pipeline of a trigger job that is retried, and goes by that alone.
  describe('with two child pipelines of one parent, the first of them red,', () => {
    type Second = {
      readonly job?: number
      readonly name?: string
      readonly hour?: number
      readonly status?: 'green' | 'red'
    }
    /** The parent ended last, unless it says otherwise. */
    const family = ({ job = 10, name = 'test', hour = 3, status = 'green' }: Second, parent: object = {}) => [
      asChildOf(1, tell({ push: 2, job: 1, name: 'test', status: 'red' })),
      asChildOf(1, tell({ push: 2, status: 'red' })),
      asChildOf(1, tell({ push: 3, hour, job: 2, name, status }), job),
      asChildOf(1, tell({ push: 3, hour, status }), job),
      changed(tell({ push: 1, status: 'green' }), 'object_attributes', {
        finished_at: '2026-11-24 04:00:00 UTC',
        ...parent,
      }),
    ]
    const badges = async (all: readonly Delivery[]) => {
      const orders = [all, all.toReversed(), [...all.slice(2), ...all.slice(0, 2)], [...all, ...all.slice(0, 3)]]
      return Promise.all(orders.map(async (order) => (await shownOf(await delivered('gitlab', order))).badge))
    }

    it('is green where the second is the first’s trigger job run again, and all ended well', async () => {
      expect(new Set(await badges(family({})))).toEqual(new Set(['passing']))
    })

    it.each<[string, Second, object]>([
      ['the second is of an earlier trigger job', { job: 8 }, {}],
      ['the second began before the first failed', { hour: 1 }, {}],
      ['what failed in the first does not run in the second', { name: 'deploy' }, {}],
      ['the second failed too', { status: 'red' }, {}],
      ['the parent failed', {}, { status: 'failed' }],
      ['the parent ended before the first failed', {}, { finished_at: '2026-11-24 01:10:59 UTC' }],
    ])('is red where %s', async (_, second, parent) => {
      expect(new Set(await badges(family(second, parent)))).toEqual(new Set(['failing']))
    })
  })

  it.each([
    ['script_failure', 'failing'],
    ['job_execution_timeout', 'timeout'],
    ['runner_system_failure', 'infrastructure_failure'],
  ])('counts what failed in a child pipeline by %s before its parent is told', async (build_failure_reason, badge) => {
    const before = tell({ push: 1, status: 'green' })
    const { event, payload } = asChildOf(2, tell({ push: 3, job: 1, status: 'red' }))
    const failed = { event, payload: { ...(payload as object), build_failure_reason } }
    for (const told of [failed, asOlderGitlab(failed)])
      for (const order of [
        [before, told, told],
        [told, before, told],
      ])
        expect((await shownOf(await delivered('gitlab', order))).badge).toBe(badge)
  })

  it('does not let a green child pipeline stand for its red parent', async () => {
    const source_pipeline = { project: { id: 380, path_with_namespace: 'acme/web' }, pipeline_id: 1, job_id: 9 }
    const parent = tellAs('gitlab', { push: 1, status: 'red' })
    const child = (one: News) => {
      const { event, payload } = tellAs('gitlab', one) ?? { event: '', payload: {} }
      return { event, payload: { ...(payload as object), source_pipeline } }
    }
    const children = [child({ push: 2, job: 1, status: 'green' }), child({ push: 2, status: 'green' })]
    if (!parent) throw new Error('GitLab tells of pipelines')
    for (const order of [
      [parent, ...children],
      [...children, parent],
    ])
      expect(await shownOf(await delivered('gitlab', order))).toMatchObject({ badge: 'failing', feed: 'Failure' })
  })
})

describe('the end of a run that only a job’s event tells', () => {
  const job = (source: WebhookSource, one: Partial<News>, field: string, over: Record<string, unknown>) =>
    changed(tellAs(source, { push: 2, job: 1, status: 'green', ...one }), field, over)
  const earlier = (source: WebhookSource) => green(source).filter((one) => one !== null)
  const failed = { state: 'failed', finished_at: '2026-11-24T03:00:00Z' }

  it.each<[WebhookSource, string, Delivery]>([
    ['buildkite', 'failed', job('buildkite', {}, 'build', failed)],
    ['buildkite', 'failed, of which no time is told', job('buildkite', {}, 'build', { state: 'failed' })],
    ['buildkite', 'failing', job('buildkite', {}, 'build', { state: 'failing' })],
    ['gitlab', 'failed', job('gitlab', {}, 'commit', { status: 'failed', finished_at: '2026-11-24 03:00:00 UTC' })],
  ])('counts: of %s, %s', async (source, _, delivery) => {
    expect(await shownOf(await delivered(source, [...earlier(source), delivery]))).toMatchObject(RED)
  })

  it('counts, be it that a build of Buildkite is failing, with no job told', async () => {
    const failing = buildkiteBuild(
      { id: 'b2', state: 'failing', created_at: '2026-11-24T02:00:00Z' },
      { event: 'build.failing' },
    )
    const all = [...earlier('buildkite'), { event: 'build.failing', payload: failing }]
    expect(await shownOf(await delivered('buildkite', all))).toMatchObject(RED)
  })

  it('gives way to a later end, in any order', async () => {
    const first = job('buildkite', { status: 'red' }, 'build', { state: 'failing' })
    const again = { attempt: 2, job: 1, name: 'job 1' }
    const second = job('buildkite', again, 'build', { state: 'passed', finished_at: '2026-11-24T03:00:00Z' })
    const red = job('gitlab', { status: 'red' }, 'commit', { status: 'failed', finished_at: '2026-11-24 02:30:00 UTC' })
    const good = job('gitlab', again, 'commit', { status: 'success', finished_at: '2026-11-24 03:00:00 UTC' })
    for (const order of [
      [first, second],
      [second, first],
    ])
      expect(await shownOf(await delivered('buildkite', order))).toMatchObject(GREEN)
    for (const order of [
      [red, good],
      [good, red],
    ])
      expect(await shownOf(await delivered('gitlab', order))).toMatchObject(GREEN)
  })
})

describe('GitHub', () => {
  const run = (id: number, conclusion: string, event: string) =>
    changed(tellAs('github', { push: 1, status: 'green' }), 'workflow_run', { id, conclusion, event, workflow_id: 7 })

  it.each([
    ['failure', 'success', 'passing'],
    ['success', 'failure', 'failing'],
    ['error', 'failure', 'failing'],
    ['failure', 'error', 'infrastructure_failure'],
    ['pending', 'success', 'passing'],
  ])('with a commit status of %s and then %s within one second is %s', async (first, second, badge) => {
    const sha = (1).toString(16).padStart(40, '0')
    const of = (id: number, state: string) => {
      const told = { id, sha, context: 'ci', state, branches: [{ name: 'main', commit: { sha } }] }
      const repository = { id: 1, full_name: 'acme/web' }
      return { event: 'status', payload: { ...told, repository, created_at: '2026-11-24T01:00:00Z' } }
    }
    for (const order of ordersOf([of(7, first), of(8, second), of(7, first)]))
      expect((await shownOf(await delivered('github', order))).badge).toBe(badge)
  })

  // GitHub Docs, "Troubleshooting required status checks": these alone are passed, and nothing else lets a commit be merged.
  it.each([
    ['success', 'passing'],
    ['neutral', 'passing'],
    ['skipped', 'passing'],
    ['failure', 'failing'],
    ['timed_out', 'timeout'],
    ['action_required', 'failing'],
    ['cancelled', 'canceled'],
    ['stale', 'canceled'],
    ['startup_failure', 'infrastructure_failure'],
  ])('with a check of another app that is %s, beside or after a green run, is %s', async (conclusion, badge) => {
    const of = (push: number) => {
      const check_run = {
        id: 9,
        name: 'codecov/patch',
        status: 'completed',
        conclusion,
        head_sha: push.toString(16).padStart(40, '0'),
        app: { slug: 'codecov', name: 'Codecov' },
        check_suite: { id: 3, head_branch: 'main' },
        started_at: '2026-11-24T03:00:00Z',
        completed_at: '2026-11-24T03:01:00Z',
      }
      return { event: 'check_run', payload: { check_run, repository: { id: 1, full_name: 'acme/web' } } }
    }
    const green = tellAs('github', { push: 1, status: 'green' })
    for (const push of [1, 2])
      expect(
        (
          await shownOf(
            await delivered(
              'github',
              [green, of(push)].filter((one) => one !== null),
            ),
          )
        ).badge,
      ).toBe(badge)
  })

  it.each(['push', 'create', 'workflow_dispatch'])(
    'with two runs of a workflow on %s, the later one green, is failing',
    (event) => expectAfterTwo(event, 'failing'),
  )

  // All other events of GitHub Docs, "Events that trigger workflows".
  it.each([
    'schedule',
    'repository_dispatch',
    'merge_group',
    'pull_request',
    'pull_request_target',
    'pull_request_review',
    'pull_request_review_comment',
    'branch_protection_rule',
    'check_run',
    'check_suite',
    'delete',
    'deployment',
    'deployment_status',
    'discussion',
    'discussion_comment',
    'dynamic',
    'fork',
    'gollum',
    'image_version',
    'issue_comment',
    'issues',
    'label',
    'milestone',
    'page_build',
    'public',
    'registry_package',
    'release',
    'status',
    'watch',
    'workflow_run',
  ])('with two runs of a workflow on %s, the later one green, is passing', (event) => expectAfterTwo(event, 'passing'))

  async function expectAfterTwo(event: string, badge: string) {
    const runs = [run(11, 'failure', event), run(12, 'success', event)]
    for (const order of [runs, runs.toReversed()])
      expect((await shownOf(await delivered('github', order))).badge).toBe(badge)
  }
})
