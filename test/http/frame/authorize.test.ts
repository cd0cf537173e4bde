import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { createApp } from '../../../src/app.ts'
import { createDrawings } from '../../../src/http/badges/drawing.ts'
import { createRedirects } from '../../../src/http/downloads/redirect.ts'
import { createKeptAnswers } from '../../../src/http/frame/answers/kept-answers.ts'
import { createMetrics } from '../../../src/http/frame/metrics.ts'
import type { OpenRequest } from '../../../src/http/frame/open-request.ts'
import { startTrace } from '../../../src/http/frame/trace.ts'
import { answerHot } from '../../../src/http/hot.ts'
import { parseSettings } from '../../../src/settings.ts'
import { seedMember, seedProject, seedToken, seedUser } from '../../support/seed/seed.ts'
import { UNLIMITED } from '../../support/worker/app.ts'
import { ask, ORIGIN, requestInitOf } from '../../support/worker/client.ts'
import { outsideOf } from '../../support/worker/outside.ts'
import { openTestStores } from '../../support/worker/stores.ts'

/** The application as index.ts calls it. */
async function openBareApp() {
  const stores = await openTestStores()
  const settings = await parseSettings(env)
  const outside = outsideOf(stores)
  const app = createApp()
  const [drawings, redirects, answers] = [createDrawings(), createRedirects(), createKeptAnswers()]
  const fetch = (asked: Request) => {
    const trace = startTrace(stores.now())
    const metrics = createMetrics(stores.now(), null)
    const request: OpenRequest = {
      settings,
      stores,
      outside,
      trace,
      metrics,
      drawings,
      redirects,
      answers,
      limits: UNLIMITED,
    }
    return answerHot(asked, request) ?? app.fetch(asked, request, createExecutionContext())
  }
  return { stores, fetch }
}

it('a warm badge of a private project is answered without a wait, until the feed has to be asked', async () => {
  const { stores, fetch } = await openBareApp()
  const project = await seedProject(stores.db)
  const { secret } = await seedToken(stores, { kind: 'project', project, scope: 'status' })
  const path = `/${project.vcs}/${project.org}/${project.repo}.svg`
  const get = () => fetch(new Request(ORIGIN + path, requestInitOf({ token: secret })))
  const answers = [get()]
  await Promise.all(answers)
  await stores.settled()
  answers.push(get())
  stores.clock.advance(8_000)
  answers.push(get())
  expect(answers.map((answer) => answer instanceof Promise)).toEqual([true, false, true])
  for (const answer of answers) expect((await answer).status).toBe(200)
})

it('what somebody does is told with their address, and the place where Cloudflare tells it', async () => {
  const { stores, fetch } = await openBareApp()
  const [user, project] = [await seedUser(stores.db), await seedProject(stores.db)]
  await seedMember(stores.db, project, user, 'admin')
  const { secret } = await seedToken(stores, { kind: 'personal', user })
  for (const cf of [{ country: 'DE', colo: 'FRA' }, {}]) {
    const headers = { 'CF-Connecting-IP': '203.0.113.7' }
    const init = requestInitOf({ method: 'POST', token: secret, headers, json: { label: 'x', scope: 'all' } })
    const url = `${ORIGIN}/api/v1.1/project/${project.vcs}/${project.org}/${project.repo}/token`
    const asked = Object.defineProperty(new Request(url, init), 'cf', { value: cf })
    asked.headers.set('Content-Length', String(String(init.body).length))
    expect((await fetch(asked)).status).toBe(201)
  }
  const told = env.DB.prepare('select "from" from audit where user_id = ? order by id').bind(user.id)
  expect((await told.all<{ from: string }>()).results.map(({ from }) => from)).toEqual([
    '203.0.113.7 DE/FRA',
    '203.0.113.7',
  ])
})

it.each(['gh/a%20b/web', 'xx/acme/web'])('a project cannot be called %s, and is not found', async (slug) => {
  const stores = await openTestStores()
  const { secret } = await seedToken(stores, { kind: 'personal', user: await seedUser(stores.db) })
  const response = await ask(`/api/v1.1/project/${slug}`, { token: secret })
  expect([response.status, await response.json()]).toMatchObject([
    404,
    { message: 'Project not found', code: 'project_not_found' },
  ])
})
