import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { createApp } from '../../src/app.ts'
import { type OpenRequest, parseSettings } from '../../src/env.ts'
import { createMetrics } from '../../src/http/metrics.ts'
import { startTrace } from '../../src/http/trace.ts'
import { UNLIMITED } from '../support/app.ts'
import { ask, ORIGIN } from '../support/client.ts'
import { outsideOf } from '../support/outside.ts'
import { seedProject, seedToken, seedUser } from '../support/seed.ts'
import { openTestStores } from '../support/stores.ts'

it('a warm badge of a private project is answered without a wait, until the feed has to be asked', async () => {
  const stores = await openTestStores()
  const project = await seedProject(stores.db)
  const { secret } = await seedToken(stores, { kind: 'project', project, scope: 'status' })
  const app = createApp()
  const settings = await parseSettings(env)
  const outside = outsideOf(stores)
  const get = () => {
    const trace = startTrace(stores.now())
    const metrics = createMetrics(stores.now(), null)
    const request: OpenRequest = { settings, stores, outside, trace, metrics, limits: UNLIMITED }
    const path = `/${project.vcs}/${project.org}/${project.repo}.svg`
    const asked = new Request(ORIGIN + path, { headers: { 'Circle-Token': secret } })
    return app.fetch(asked, request, createExecutionContext())
  }
  const answers = [get()]
  await Promise.all(answers)
  await stores.settled()
  answers.push(get())
  stores.clock.advance(8_000)
  answers.push(get())
  expect(answers.map((answer) => answer instanceof Promise)).toEqual([true, false, true])
  for (const answer of answers) expect((await answer).status).toBe(200)
})

it.each(['gh/a%20b/web', 'xx/acme/web'])('a project cannot be called %s, and is not found', async (slug) => {
  const { db, peppers } = await openTestStores()
  const { secret } = await seedToken({ db, peppers }, { kind: 'personal', user: await seedUser(db) })
  const response = await ask(`/api/v1.1/project/${slug}`, { token: secret })
  expect([response.status, await response.json()]).toMatchObject([404, { message: 'Project not found' }])
})
