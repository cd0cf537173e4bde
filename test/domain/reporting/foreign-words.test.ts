import { describe, expect, it } from 'vitest'
import { parseScope } from '../../../src/domain/access/scope.ts'
import { parseIssuerKind } from '../../../src/domain/access/trusted-publisher.ts'
import { BUILD_STATUS } from '../../../src/domain/builds/build.ts'
import { parseSlug, type Slug } from '../../../src/domain/project.ts'
import { READ } from '../../../src/domain/reporting/webhook-readers.ts'
import { WEBHOOK_SOURCES, type WebhookSource } from '../../../src/domain/reporting/webhook-source.ts'
import { parseTestResultsJson } from '../../../src/domain/tests/formats/buildpass-json.ts'
import { gitlabPipeline, SHA } from '../../support/seed/ci-payloads.ts'
import { type Delivery, tellAs, VENDORS } from '../../support/seed/vendor-runs.ts'

// What every object inherits: a look-up in a plain object finds each of these.
const INHERITED = Object.getOwnPropertyNames(Object.prototype)

const SOURCES = Object.keys(WEBHOOK_SOURCES) as WebhookSource[]
const STATES = ['running', 'green', 'red'] as const

/** Of each system a delivery of a run and of a job, in each state, and what else it tells a state by. */
function deliveriesOf(source: WebhookSource): readonly Delivery[] {
  const told = STATES.flatMap((status) =>
    [null, 1].map((job) => tellAs(source, { push: 1, status, ...(job === null ? {} : { job }) })),
  )
  return [
    ...told,
    ...(source === 'github' ? [commitStatus()] : []),
    ...(source === 'gitlab' ? [wholePipeline()] : []),
  ].filter((delivery) => delivery !== null)
}

function commitStatus(): Delivery {
  const branches = [{ name: 'main', commit: { sha: SHA } }]
  const repository = { full_name: 'acme/web' }
  const at = '2026-11-24T15:24:00Z'
  return {
    event: 'status',
    payload: { sha: SHA, context: 'ci', state: 'failure', branches, repository, created_at: at },
  }
}

function wholePipeline(): Delivery {
  const finished_at = '2026-11-24 15:25:00 UTC'
  const failed = { id: 1, name: 'test', status: 'failed', failure_reason: 'script_failure', finished_at }
  const other = { id: 2, name: 'other', status: 'failed', failure_reason: 'script_failure', finished_at }
  return { event: 'Pipeline Hook', payload: gitlabPipeline({ status: 'failed', finished_at }, [failed, other]) }
}

/** The payload once for each of its texts, with `word` in that text's place. */
function* withWord(payload: unknown, word: string): Generator<unknown> {
  if (typeof payload === 'string') yield word
  if (typeof payload !== 'object' || payload === null) return
  for (const [key, value] of Object.entries(payload))
    for (const changed of withWord(value, word))
      yield Array.isArray(payload) ? payload.with(Number(key), changed) : { ...payload, [key]: changed }
}

describe('a word that every object inherits', () => {
  it.each(SOURCES)('is never a status in what %s sends', (source) => {
    const slug: Slug = { vcs: VENDORS[source].vcs, org: 'acme', repo: 'web' }
    const deliveries = deliveriesOf(source)
    expect(deliveries.length).toBeGreaterThan(2)
    for (const { event, payload } of deliveries)
      for (const word of INHERITED)
        for (const changed of withWord(payload, word)) {
          const reading = READ[source]({ slug, event, payload: changed })
          if (reading.kind !== 'reports') continue
          const statuses = [
            ...reading.builds.map(({ status }) => status),
            ...reading.runs.flatMap(({ runStatus }) => runStatus?.status ?? []),
          ]
          for (const status of statuses) expect(Object.keys(BUILD_STATUS), JSON.stringify(changed)).toContain(status)
        }
  })

  it.each(INHERITED)('%s as the state of one of GitLab’s jobs costs that job alone', (word) => {
    const payload = gitlabPipeline({ status: 'failed' }, [
      { id: 1, name: 'test', status: word },
      { id: 2, name: 'other', status: 'failed' },
    ])
    expect(
      READ.gitlab({ slug: { vcs: 'gl', org: 'acme', repo: 'web' }, event: 'Pipeline Hook', payload }),
    ).toMatchObject({
      builds: [{ status: 'not_running' }, { jobName: 'other', status: 'failed' }],
    })
  })

  it.each(INHERITED)('%s is no host, scope, kind of publisher or test result', (word) => {
    expect(parseSlug(`${word}/acme/web`)).toBeNull()
    expect(parseScope(word)).toBeNull()
    expect(parseIssuerKind(word)).toBeNull()
    expect(parseTestResultsJson({ tests: [{ name: 'a', result: word }] })).toMatchObject({ ok: false })
  })
})

/** The payload once for each text that says how something stands, with `word` in its place. */
function* withState(payload: unknown, word: string, key = ''): Generator<unknown> {
  if (typeof payload === 'string' && /^(?:build_)?(?:status|state|conclusion)$/.test(key)) yield word
  if (typeof payload !== 'object' || payload === null) return
  for (const [name, value] of Object.entries(payload))
    for (const changed of withState(value, word, name))
      yield Array.isArray(payload) ? payload.with(Number(name), changed) : { ...payload, [name]: changed }
}

describe('a state that a CI may come to have', () => {
  it.each(SOURCES)('is neither good nor left out of what %s sends', (source) => {
    const slug: Slug = { vcs: VENDORS[source].vcs, org: 'acme', repo: 'web' }
    let seen = 0
    for (const { event, payload } of deliveriesOf(source))
      for (const word of ['brand_new', ...INHERITED])
        for (const changed of withState(payload, word)) {
          const known = READ[source]({ slug, event, payload })
          const reading = READ[source]({ slug, event, payload: changed })
          if (reading.kind !== 'reports' || known.kind !== 'reports') throw new Error(`read as ${reading.kind}`)
          expect(reading.builds.length).toBe(known.builds.length)
          const told = (one: typeof known) => [
            ...one.builds.map(({ status }) => status),
            ...one.runs.flatMap((run) => run.runStatus?.status ?? []),
          ]
          const [before, after] = [told(known), told(reading)]
          expect(after.length, JSON.stringify(changed)).toBe(before.length)
          for (const [i, status] of after.entries())
            if (status !== before[i]) {
              seen += 1
              expect(['infrastructure_fail', 'not_running']).toContain(status)
            }
        }
    expect(seen).toBeGreaterThan(2)
  })
})
