import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { sendMessage } from '../../src/actions/send-message.ts'
import { INSTANCE } from '../../src/domain/access/actor.ts'
import type { ReportedStatus, Step } from '../../src/domain/builds/build.ts'
import type { Listener } from '../../src/domain/notices/dispatch-target.ts'
import { slugText } from '../../src/domain/project.ts'
import { appendToLog } from '../../src/storage/logs/append-log.ts'
import { insertListener } from '../../src/storage/notices/listeners.ts'
import { listOutbox } from '../../src/storage/notices/outbox.ts'
import { seedProject } from '../support/seed/seed.ts'
import { type BuildSeed, reportFor, seedBuild } from '../support/seed/seed-builds.ts'
import { reportBuild, reportRun } from '../support/worker/as-instance.ts'
import { openOutside } from '../support/worker/outside.ts'
import { scansOf } from '../support/worker/query-plan.ts'
import { openTestStores } from '../support/worker/stores.ts'

const GITHUB = {
  kind: 'github-status',
  apiUrl: 'https://api.github.com',
  repository: 'acme/web',
  context: 'ours',
} as const
const GITLAB = {
  kind: 'gitlab-status',
  url: 'https://gitlab.example.com/git',
  repository: 'acme/group/web',
  context: 'ours',
} as const
const WEBHOOK = { kind: 'webhook', url: 'https://chat.example.com/in' } as const
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const SHA = 'abc'
const UNIT = { externalId: 'b1', pipeline: 'p', job: 'unit', revision: SHA }

afterEach(() => {
  vi.restoreAllMocks()
})

async function seedListener(listener: Listener, answers: (Response | Error)[] = []) {
  const stores = await openTestStores()
  const project = await seedProject(stores.db)
  const outside = await openOutside(answers)
  await insertListener(stores, project.id, { listener, secret: SECRET, keys: outside.dataKeys }, INSTANCE)
  const work = async () => {
    const ends = []
    for (const id of stores.queued.splice(0)) ends.push(await sendMessage(stores, outside, id))
    return ends
  }
  /** A report, and all that is to be sent of it. */
  const tell = async (seed: BuildSeed) => {
    const build = await seedBuild(stores, project, { ...UNIT, ...seed })
    await work()
    return build
  }
  const states = () => outside.sent.map(({ json }) => json.state)
  const newest = async () => (await listOutbox(stores.db, project.id))[0]
  return { stores, project, outside, work, tell, states, newest }
}

/** The second at which a limit ends, as GitHub says it. */
function reset(now: number, seconds: number): string {
  return String(Math.ceil(now / 1000) + seconds)
}

const refusal = (message: string, status = 400) => Response.json({ message }, { status })
const transition = (event: string, from: string) =>
  refusal(`Cannot transition status via :${event} from :${from} (Reason(s): Status cannot transition via "${event}")`)

describe('a limit of GitHub', () => {
  const now = Date.now()
  const limited = (status: number, headers: Record<string, string>, message = 'Forbidden') =>
    Response.json({ message }, { status, headers })
  const SECONDARY = 'You have exceeded a secondary rate limit.'

  it.each([
    ['403 by the hour', limited(403, { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': reset(now, 900) }), 900],
    ['429 by the hour', limited(429, { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': reset(now, 900) }), 900],
    ['403 with Retry-After', limited(403, { 'Retry-After': '60' }), 60],
    ['403 with a date', limited(403, { 'Retry-After': new Date(now + 90_000).toUTCString() }), 90],
    ['403 that only says so', limited(403, {}, SECONDARY), 5],
  ])('is no refusal: after %s the status is set later', async (_, answer, afterSeconds) => {
    const { stores, project, outside, newest } = await seedListener(GITHUB, [answer])
    stores.clock.now = now
    await seedBuild(stores, project, { ...UNIT, status: 'failed' })
    const [id = ''] = stores.queued.splice(0)
    const outcome = await sendMessage(stores, outside, id)
    if (outcome.kind !== 'again') throw new Error('it was given up')
    expect(Math.abs(outcome.afterSeconds - afterSeconds)).toBeLessThanOrEqual(1)
    expect(await newest()).toMatchObject({ state: 'pending', attempts: 1 })
    stores.clock.advance(outcome.afterSeconds * 1000)
    expect(await sendMessage(stores, outside, id)).toEqual({ kind: 'done' })
    expect(await newest()).toMatchObject({ state: 'delivered' })
  })

  it('is not in a 403 that says nothing of one', async () => {
    const { tell, newest } = await seedListener(GITHUB, [limited(403, { 'X-RateLimit-Remaining': '4999' })])
    await tell({ status: 'failed' })
    expect(await newest()).toMatchObject({ state: 'failed', responseStatus: 403 })
  })
})

describe('a commit status on GitLab', () => {
  it('is posted to the commit, by its token, with the word of GitLab', async () => {
    const { project, outside, tell, newest } = await seedListener(GITLAB)
    await tell({ status: 'timedout' })
    expect(outside.sent[0]).toMatchObject({
      url: 'https://gitlab.example.com/git/api/v4/projects/acme%2Fgroup%2Fweb/statuses/abc',
      json: {
        state: 'failed',
        name: 'ours/ci/unit',
        description: 'unit: timedout',
        target_url: `https://builds.example.com/${slugText(project)}/1`,
      },
    })
    const { headers } = outside.sent[0] ?? { headers: new Headers() }
    expect([headers.get('PRIVATE-TOKEN'), headers.get('Authorization')]).toEqual([SECRET, null])
    expect(await newest()).toMatchObject({ event: 'build.finished', receiver: 'gitlab-status', state: 'delivered' })
  })

  it.each<[ReportedStatus, string, string]>([
    ['queued', 'pending', 'pending'],
    ['not_running', 'pending', 'pending'],
    ['running', 'pending', 'running'],
    ['success', 'success', 'success'],
    ['failed', 'failure', 'failed'],
    ['no_tests', 'failure', 'failed'],
    ['infrastructure_fail', 'error', 'failed'],
    ['canceled', 'error', 'canceled'],
    ['not_run', 'error', 'canceled'],
  ])('of %s is %s on GitHub and %s on GitLab', async (status, github, gitlab) => {
    const told = []
    for (const listener of [GITHUB, GITLAB]) {
      const { tell, states } = await seedListener(listener)
      await tell({ status })
      told.push(states())
    }
    expect(told).toEqual([[github], [gitlab]])
  })

  it('is no longer than GitLab takes', async () => {
    const { stores, project, outside, work } = await seedListener(GITLAB)
    const job = '🚀'.repeat(200)
    await reportBuild(stores, project.id, {
      ...reportFor({ job }),
      buildUrl: `https://ci.example.com/${'a'.repeat(300)}`,
    })
    await work()
    const { name, description, target_url: url } = outside.sent[0]?.json ?? {}
    expect([name.length <= 255, name.isWellFormed(), description.length <= 255, url]).toEqual([
      true,
      true,
      true,
      undefined,
    ])
  })

  it.each([
    ['queued', 'enqueue', 'pending', 'delivered'],
    ['running', 'run', 'running', 'delivered'],
    // From there it does not go back; the commit is said to be open either way.
    ['queued', 'enqueue', 'running', 'delivered'],
    ['running', 'run', 'success', 'failed'],
    ['success', 'success', 'running', 'failed'],
  ] as const)('of %s that is refused via :%s from :%s is %s', async (status, event, from, state) => {
    const { tell, newest } = await seedListener(GITLAB, [transition(event, from)])
    await tell({ status })
    expect(await newest()).toMatchObject({ state, responseStatus: 400 })
  })

  it('that is refused for anything else has failed, and is sent again in a conflict', async () => {
    const bad = await seedListener(GITLAB, [refusal('name: is too long')])
    await bad.tell({ status: 'success' })
    expect(await bad.newest()).toMatchObject({ state: 'failed', problem: 'It answered 400.' })
    const busy = await seedListener(GITLAB, [refusal('Another update to this commit status is in progress', 409)])
    await seedBuild(busy.stores, busy.project, { ...UNIT, status: 'success' })
    expect(await busy.work()).toEqual([{ kind: 'again', afterSeconds: 5 }])
    // Nowhere else does a conflict get better by itself.
    const github = await seedListener(GITHUB, [transition('run', 'pending')])
    await github.tell({ status: 'running' })
    expect(await github.newest()).toMatchObject({ state: 'failed' })
  })

  it('of a run that failed without a job is of the run', async () => {
    const { stores, project, outside, work } = await seedListener(GITLAB)
    await reportRun(stores, project.id, runOf('failed'))
    await work()
    expect(outside.sent[0]?.json).toMatchObject({ state: 'failed', name: 'ours/ci', description: 'ci: failed' })
  })
})

describe('a commit status of a start', () => {
  it('is said once for a job until it ends, on GitLab also that it runs', async () => {
    const told = []
    for (const listener of [GITHUB, GITLAB]) {
      const { tell, outside } = await seedListener(listener)
      for (const status of ['queued', 'queued', 'not_running', 'running', 'running', 'success'] as const)
        await tell({ status })
      told.push(outside.sent.map(({ json }) => `${json.state}: ${json.description}`))
    }
    expect(told).toEqual([
      ['pending: unit: pending', 'success: unit: success'],
      ['pending: unit: pending', 'running: unit: running', 'success: unit: success'],
    ])
  })

  it('is not said to a webhook, nor of a commit that nobody knows yet', async () => {
    const webhook = await seedListener(WEBHOOK)
    await webhook.tell({ status: 'running' })
    expect(webhook.outside.sent).toEqual([])
    await webhook.tell({ status: 'success' })
    expect(webhook.outside.sent).toHaveLength(1)
    const github = await seedListener(GITHUB)
    await github.tell({ status: 'queued', revision: 'HEAD' })
    expect([github.outside.sent, await github.newest()]).toEqual([[], undefined])
  })

  it('is said again when the job runs again, and not of a start that comes in after its end', async () => {
    const { tell, states } = await seedListener(GITHUB)
    await tell({ status: 'running' })
    await tell({ status: 'failed' })
    await tell({ status: 'running' })
    await tell({ externalId: 'b2', attempt: 2, status: 'queued' })
    await tell({ externalId: 'b2', attempt: 2, status: 'success' })
    await tell({ status: 'running' })
    expect(states()).toEqual(['pending', 'failure', 'pending', 'success'])
  })

  it('is not said of an earlier attempt that is first heard of after the end of a later one', async () => {
    const { tell, states } = await seedListener(GITHUB)
    await tell({ externalId: 'b2', attempt: 2, status: 'success' })
    await tell({ status: 'running' })
    expect(states()).toEqual(['success'])
  })

  it('is queued without a look at every build, message or listener', async () => {
    const { stores, project } = await seedListener(GITHUB)
    stores.recorded.length = 0
    await seedBuild(stores, project, { ...UNIT, status: 'running', workflowRun: 'run:1.1' })
    await reportRun(stores, project.id, runOf('success'))
    const queueing = stores.recorded.filter(({ sql }) => /^insert into "outbox"/.test(sql))
    expect(queueing).toHaveLength(3)
    for (const statement of [...queueing]) expect(await scansOf(stores.db, statement), statement.sql).toEqual([])
  })

  it('does not hide that another job of its name has failed', async () => {
    const { tell, states } = await seedListener(GITHUB)
    await tell({ status: 'failed' })
    await tell({ externalId: 'b2', status: 'running' })
    await tell({ externalId: 'b2', status: 'success' })
    expect(states()).toEqual(['failure'])
  })

  it('ends with its run where its own end is never reported', async () => {
    const told = []
    for (const status of ['success', 'failed', 'canceled'] as const) {
      const { stores, project, work, outside, tell } = await seedListener(GITHUB)
      await tell({ status: 'running', workflowRun: 'run:1.1' })
      await reportRun(stores, project.id, runOf(status))
      await reportRun(stores, project.id, runOf(status))
      await work()
      await tell({ status: 'running', workflowRun: 'run:1.1' })
      const ofJob = outside.sent.filter(({ json }) => json.context === 'ours/ci/unit')
      told.push(ofJob.map(({ json }) => json.description))
    }
    expect(told).toEqual([
      ['unit: pending', 'unit: success'],
      ['unit: pending', 'unit: infrastructure fail'],
      ['unit: pending', 'unit: canceled'],
    ])
  })
})

describe('a commit status of a red build', () => {
  const step = (name: string, status: string, exitCode: number | null = null): Step => ({
    name,
    actions: [
      {
        ...{ name, type: 'test', index: 0, step: 0, status, exit_code: exitCode },
        ...{ start_time: null, end_time: null, run_time_millis: null, bash_command: null },
      },
    ],
  })
  const STEPS = [step('a', 'success'), step('b', 'failed'), step('c', 'failed'), step('d', 'odd', 1)]

  it.each<[string, ReportedStatus, readonly number[], string]>([
    ['the first failed step with a log', 'failed', [0, 2, 3], '/steps/2/log'],
    ['a step by its exit code', 'failed', [0, 3], '/steps/3/log'],
    ['the build, where no failed step has a log', 'failed', [0], ''],
    ['the build, where it passed', 'success', [1], ''],
  ])('leads to %s', async (_, status, logged, path) => {
    for (const listener of [GITHUB, GITLAB]) {
      const { stores, project, outside, work } = await seedListener(listener)
      const report = {
        ...reportFor({ ...UNIT, status: 'running' }),
        steps: STEPS,
        buildUrl: 'https://ci.example.com/7',
      }
      const reported = await reportBuild(stores, project.id, report)
      if (!('build' in reported)) throw new Error(reported.kind)
      for (const place of logged) await keepLog(stores, reported.build.id, place)
      await reportBuild(stores, project.id, { ...report, status, stoppedAt: 2_000 })
      await work()
      const own = `https://builds.example.com/${slugText(project)}/1`
      expect(outside.sent.at(-1)?.json.target_url).toBe(path === '' ? 'https://ci.example.com/7' : own + path)
    }
  })

  it('leads where it always did while nobody knows where our pages are', async () => {
    const { stores, project, outside } = await seedListener(GITHUB)
    const report = { ...reportFor({ ...UNIT, status: 'failed' }), steps: STEPS, buildUrl: 'https://ci.example.com/7' }
    const reported = await reportBuild(stores, project.id, report)
    if (!('build' in reported)) throw new Error(reported.kind)
    await keepLog(stores, reported.build.id, 1)
    for (const id of stores.queued.splice(0)) await sendMessage(stores, { ...outside, publicOrigin: null }, id)
    expect(outside.sent[0]?.json.target_url).toBe('https://ci.example.com/7')
  })
})

describe('starts and ends in any order, sent in any order', () => {
  const STATUSES = ['queued', 'running', 'end'] as const
  const report = fc.record({
    do: fc.constant('report' as const),
    attempt: fc.constantFrom(1, 2),
    status: fc.constantFrom(...STATUSES),
  })
  const send = fc.record({
    do: fc.constant('send' as const),
    which: fc.nat(9),
    answer: fc.constantFrom(200, 200, 503, 0),
    held: fc.constantFrom('no', 'no', 'before its claim', 'before its answer'),
  })
  const step = fc.oneof(report, send, fc.record({ do: fc.constant('release' as const) }))
  const END = { 1: 'failed', 2: 'success' } as const

  it.each([
    ['GitHub', GITHUB],
    ['GitLab', GITLAB],
  ] as const)(
    'leave %s with the last word, and never with an open one over an end',
    { timeout: 120_000 },
    async (_, listener) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 24 }), async (steps) => {
          const { stores, project, outside } = await seedListener(listener)
          const host = openHost(listener)
          const known = new Map<number, (typeof STATUSES)[number]>()
          const truth = () => {
            const status = known.get(2) ?? known.get(1)
            if (status === undefined) return null
            if (status === 'end') return known.has(2) ? 'success' : listener === GITHUB ? 'failure' : 'failed'
            return status === 'running' && listener === GITLAB ? 'running' : 'pending'
          }
          const waiting: string[] = []
          const running = new Set<Promise<void>>()
          let openHold: (() => void) | null = null
          const sendOne = (id: string, answer: number, hold: Promise<void> | null) => {
            host.next.push({ answer, hold, expected: truth })
            const one = sendMessage(stores, outside, id).then((outcome) => {
              if (outcome.kind === 'again') waiting.push(id)
            })
            running.add(one)
            return one.finally(() => {
              running.delete(one)
              host.next.length = 0
            })
          }
          const release = async () => {
            openHold?.()
            openHold = null
            await Promise.all(running)
          }
          for (const one of steps) {
            if (one.do === 'report') {
              const status = one.status === 'end' ? END[one.attempt as 1 | 2] : one.status
              const at = STATUSES.indexOf(one.status) * 1_000
              await seedBuild(stores, project, {
                ...{ ...UNIT, externalId: `b${one.attempt}`, attempt: one.attempt, status },
                ...(one.status === 'end' ? { stoppedAt: at } : one.status === 'running' ? { startedAt: at } : {}),
              })
              const before = known.get(one.attempt)
              if (before === undefined || STATUSES.indexOf(one.status) > STATUSES.indexOf(before))
                known.set(one.attempt, one.status)
              waiting.push(...stores.queued.splice(0))
            } else if (one.do === 'release') await release()
            else {
              const [id] = waiting.splice(one.which % Math.max(1, waiting.length), 1)
              if (id === undefined) continue
              if (one.held === 'no' || openHold !== null) {
                await sendOne(id, one.answer, null)
                continue
              }
              const hold = Promise.withResolvers<void>()
              const isThere = Promise.withResolvers<void>()
              openHold = hold.resolve
              if (one.held === 'before its answer') host.asked = isThere.resolve
              else
                stores.faults.beforeD1 = async (sqls) => {
                  if (!sqls.some((sql) => sql.startsWith('update "outbox"'))) return
                  stores.faults.beforeD1 = undefined
                  isThere.resolve()
                  await hold.promise
                }
              const sent = sendOne(id, one.answer, one.held === 'before its answer' ? hold.promise : null)
              await Promise.race([isThere.promise, sent])
              stores.faults.beforeD1 = undefined
              host.asked = null
            }
          }
          await release()
          for (let round = 0; waiting.length > 0; round++) {
            if (round > 60) throw new Error(`never done: ${waiting.length} are left`)
            stores.clock.advance(31_000)
            const [id = ''] = waiting.splice(0, 1)
            await sendOne(id, 200, null)
          }
          expect(host.faults).toEqual([])
          // GitLab does not go back from running to pending.
          const isStillOpen = listener === GITLAB && host.state === 'running' && truth() === 'pending'
          expect(isStillOpen ? 'pending' : host.state).toBe(truth())
          const entries = await listOutbox(stores.db, project.id)
          expect(entries.filter(({ state }) => state === 'pending' || state === 'failed')).toEqual([])
          vi.restoreAllMocks()
        }),
        { numRuns: 60, seed: 20_261_130 },
      )
    },
  )
})

/** A host that keeps one state a name as GitHub does, or refuses what GitLab refuses. Answer 0: it took it, and was not heard. */
function openHost(listener: typeof GITHUB | typeof GITLAB) {
  const host = {
    next: [] as { answer: number; hold: Promise<void> | null; expected: () => string | null }[],
    faults: [] as string[],
    asked: null as (() => void) | null,
    state: null as string | null,
  }
  vi.mocked(globalThis.fetch).mockImplementation(async (_, init) => {
    const said: string = JSON.parse(String(init?.body)).state
    const { answer = 200, hold = null, expected } = host.next.shift() ?? {}
    const meant = expected?.() ?? said
    if (said !== meant) host.faults.push(`${said} was sent where ${meant} is true`)
    host.asked?.()
    await hold
    if (answer === 503) return new Response(null, { status: 503 })
    const isOpen = host.state === 'pending' || host.state === 'running'
    if (listener === GITLAB && isOpen && (said === host.state || said === 'pending'))
      return transition(said === 'running' ? 'run' : 'enqueue', host.state ?? '')
    host.state = said
    if (answer === 0) throw new TypeError('the connection broke')
    return new Response(null, { status: 201 })
  })
  return host
}

async function keepLog(stores: Awaited<ReturnType<typeof openTestStores>>, buildId: string, step: number) {
  const chunk = { offset: 0, bytes: new Uint8Array([110, 111, 10]), isFinal: true, cutNewlines: null }
  const kept = await appendToLog(stores, { buildId, step, stream: 'stdout' }, chunk, INSTANCE)
  expect(kept.kind).toBe('appended')
}

function runOf(status: ReportedStatus) {
  const untold = { tag: null, subject: null, body: null, author: null, committer: null, actor: null, pullRequests: [] }
  return {
    workflow: { externalId: 'run:1.1', name: 'ci', attemptOf: 'run:1', attempt: 1 },
    pipeline: { externalId: 'p', branch: 'main', revision: SHA, ...untold },
    runStatus: { status, at: Date.now() + 60_000, beganAt: 0 },
  }
}
