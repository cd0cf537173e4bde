import { describe, expect, it } from 'vitest'
import type { WebhookSource } from '../../../src/domain/webhook-source.ts'
import { seedTenant, type Tenant } from '../../support/http.ts'
import { shownOf } from '../../support/shown.ts'
import { type News, tellAs, VENDORS } from '../../support/vendor-runs.ts'
import { connect } from '../../support/webhooks.ts'

let count = 0

/** A project whose CI tells of these things, in this order. */
async function told(source: WebhookSource, news: readonly News[]): Promise<Tenant> {
  count += 1
  const tenant = await seedTenant(`${VENDORS[source].vcs}/acme${count}-${crypto.randomUUID().slice(0, 8)}/web`)
  const sender = await connect(tenant, source)
  for (const one of news) {
    const delivery = tellAs(source, one)
    if (!delivery) continue
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
    for (const news of [
      [first, second],
      [second, first],
    ])
      expect(await shownOf(await told(source, news))).toMatchObject(GREEN)
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
