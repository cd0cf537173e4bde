import { createHmac } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import CircleV2 from 'circle-client'
import { CircleCI as CircleV1, GitType } from 'circleci-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeDemoState } from '../support/server/local-server.ts'
import { type DemoServer, serveDemo } from '../support/server/served.ts'

// Unmodified clients from the registry against `npm start`, and a CI that really listens.

type Received = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string }

let server: DemoServer
let receiver: Server
let receiverOrigin: string
const received: Received[] = []
/** How often the receiver still refuses on a path. */
const refusals = new Map<string, number>()

beforeAll(async () => {
  receiver = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const path = request.url ?? ''
    received.push({ path, headers: request.headers, body })
    const refused = refusals.get(path) ?? 0
    refusals.set(path, refused - 1)
    response.writeHead(refused > 0 ? 503 : 200, { 'Content-Type': 'application/json' }).end('{}')
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const address = receiver.address()
  receiverOrigin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  const stateDir = makeDemoState()
  // circleci-api knows no header: it puts the token into the URL of writes too.
  const vars = `QUERY_TOKENS="all-methods"\nOUTBOUND_PRIVATE_HOSTS="${new URL(receiverOrigin).host}"\n`
  appendFileSync(join(stateDir, '.dev.vars'), vars)
  server = await serveDemo(stateDir)
})
afterAll(async () => {
  await server?.stop()
  receiver.close()
})

async function ask(method: string, path: string, body?: unknown) {
  const response = await fetch(server.origin + path, {
    method,
    headers: { 'Circle-Token': server.demo.tokens.personal, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers whose shape they assert.
  return { status: response.status, body: (await response.json()) as any }
}

const SETTINGS = '/api/buildpass/v1/projects/gh/acme/web'

/** Waits for something that the queue brings about. */
async function until<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 150; tries++) {
    const found = await look()
    if (found !== undefined) return found
    await sleep(200)
  }
  throw new Error(`${what} did not come within 30 s`)
}

describe('circleci-api (v1.1)', () => {
  const client = (token: string) =>
    new CircleV1({
      token,
      vcs: { type: GitType.GITHUB, owner: 'acme', repo: 'web' },
      circleHost: `${server.origin}/api/v1.1`,
    })

  it('reads', async () => {
    const circle = client(server.demo.tokens.personal)
    expect((await circle.me()).login).toBe('demo')
    expect((await circle.projects()).map((project) => project.reponame)).toEqual(['docs', 'secret', 'web'])
    expect((await circle.recentBuilds({ limit: 3 })).length).toBe(3)
    const [newest] = await circle.buildsFor('main', { limit: 1, filter: 'successful' })
    const num = newest?.build_num ?? 0
    expect((await circle.build(num)).steps.length).toBeGreaterThan(0)
    expect((await circle.latestArtifacts({ branch: 'main' })).length).toBeGreaterThan(0)
    expect((await circle.getTestMetadata(num)).tests).toBeInstanceOf(Array)
    expect(await circle.listCheckoutKeys()).toEqual([])
  })

  it('reads with a project token what its scope opens', async () => {
    const status = client(server.demo.tokens.status)
    expect((await status.builds({ limit: 1 })).length).toBe(1)
    await expect(status.latestArtifacts()).rejects.toMatchObject({ response: { status: 403 } })
  })

  it('sets, lists and removes environment variables', async () => {
    const circle = client(server.demo.tokens.personal)
    expect(await circle.addEnvVar({ name: 'FROM_V1', value: 'a-long-value-1234' })).toEqual({
      name: 'FROM_V1',
      value: 'xxxx1234',
    })
    expect(await circle.listEnvVars()).toContainEqual({ name: 'FROM_V1', value: 'xxxx1234' })
    expect(await circle.getEnvVar('FROM_V1')).toEqual({ name: 'FROM_V1', value: 'xxxx1234' })
    expect(await circle.deleteEnvVar('FROM_V1')).toEqual({ message: 'ok' })
  })

  it('is told why it cannot start a build, and starts, repeats and stops them once there is a target', async () => {
    const circle = client(server.demo.tokens.personal)
    await expect(circle.triggerBuildFor('main')).rejects.toMatchObject({
      response: { status: 409, data: { message: expect.stringContaining('dispatch target') } },
    })
    const target = { kind: 'webhook', url: `${receiverOrigin}/start` }
    const { body } = await ask('PUT', `${SETTINGS}/dispatch-target`, target)
    const build = await circle.triggerBuildFor('main', {
      options: { newBuildOptions: { build_parameters: { CIRCLE_JOB: 'deploy' } } },
    })
    const started = await until('the start', () => received.find(({ body }) => body.includes('pipeline.trigger')))
    expect(started.path).toBe('/start')
    expect(JSON.parse(started.body).data.builds).toMatchObject([{ build_num: build.build_num, job: 'deploy' }])
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = started.headers
    const key = Buffer.from(body.secret.replace('whsec_', ''), 'base64')
    const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${started.body}`).digest('base64')
    expect(signature).toBe(`v1,${mac}`)

    const again = await circle.retry(build.build_num ?? 0)
    await until('the retry', () => received.find(({ body }) => body.includes('build.retry')))
    const canceled = await circle.cancel(again.build_num ?? 0)
    expect(canceled.status).toBe('canceled')
    await until('the cancel', () => received.find(({ body }) => body.includes('build.cancel')))
  })
})

describe('circle-client (v2)', () => {
  const client = (token = server.demo.tokens.personal) => {
    Object.assign(CircleV2, { baseUrl: `${server.origin}/api/v2` })
    return new CircleV2(token, ['github', 'acme', 'web'])
  }

  it('reads', async () => {
    const circle = client()
    expect((await circle.getMe()).login).toBe('demo')
    expect((await circle.getCollaborations()).map((org) => org.name)).toEqual(['acme'])
    expect(await circle.getProject()).toMatchObject({ slug: 'gh/acme/web', vcs_info: { default_branch: 'main' } })
    const { items } = await circle.listProjectPipelines({ branch: 'main' })
    const showcase = items.find((pipeline) => pipeline.vcs?.commit?.subject.startsWith('Show the delivery date'))
    expect(await circle.getPipeline(showcase?.id ?? '')).toEqual(showcase)
    expect(await circle.getProjectPipeline(showcase?.number ?? 0)).toEqual(showcase)
    const workflows = (await circle.listPipelineWorkflows(showcase?.id ?? '')).items
    expect(workflows.map(({ name, status }) => `${name} ${status}`).sort()).toEqual([
      'build-and-test success',
      'deploy success',
      'nightly success',
    ])
    const tested = workflows.find(({ name }) => name === 'build-and-test')
    expect(await circle.getWorkflow(tested?.id ?? '')).toEqual(tested)
    const jobs = (await circle.listWorkflowJobs(tested?.id ?? '')).items
    expect(jobs.map((job) => job.name)).toEqual(['lint', 'test', 'package'])
    const num = jobs.find((job) => job.name === 'test')?.job_number ?? 0
    expect(await circle.getJob(num)).toMatchObject({ number: num, name: 'test', status: 'success' })
    expect((await circle.listJobTests(num)).items.length).toBeGreaterThan(0)
    expect((await circle.listJobArtifacts(num)).items[0]?.url).toContain('/output/job/')
    expect((await circle.listWorkflowMetrics()).items.map((one) => one.name)).toContain('nightly')
    expect((await circle.listWorkflowRuns('nightly')).items[0]?.duration).toBeGreaterThan(0)
    expect((await circle.listCheckoutKeys()).items).toEqual([])
    expect((await circle.listOwnProjectPipelines()).items).toBeInstanceOf(Array)
  })

  it('reads with a project token what its scope opens', async () => {
    const circle = client(server.demo.tokens.status)
    expect((await circle.listProjectPipelines()).items.length).toBeGreaterThan(0)
    await expect(circle.listJobArtifacts(1)).rejects.toMatchObject({ status: 403 })
    await expect(client(server.demo.tokens.otherProjectAll).getProject()).rejects.toMatchObject({ status: 404 })
  })

  it('sets and removes environment variables, and starts, stops and repeats workflows', async () => {
    const circle = client()
    expect(await circle.createEnvVar('FROM_V2', 'a-long-value-1234')).toEqual({ name: 'FROM_V2', value: 'xxxx1234' })
    expect((await circle.listEnvVars()).items).toContainEqual({ name: 'FROM_V2', value: 'xxxx1234' })
    await circle.deleteEnvVar('FROM_V2')

    await ask('PUT', `${SETTINGS}/dispatch-target`, { kind: 'webhook', url: `${receiverOrigin}/v2` })
    const { id } = (await circle.triggerProjectPipeline({
      branch: 'main',
      parameters: { deploy: true },
    })) as unknown as { id: string }
    await until('the start', () => received.find(({ path, body }) => path === '/v2' && body.includes('"deploy":true')))
    const [workflow] = (await circle.listPipelineWorkflows(id)).items
    await circle.cancelWorkflow(workflow?.id ?? '')
    expect((await circle.getWorkflow(workflow?.id ?? '')).status).toBe('canceled')
    await circle.rerunWorkflow(workflow?.id ?? '', { fromFailed: true })
    expect((await circle.listPipelineWorkflows(id)).items.map((one) => one.status)).toContain('running')
  })
})

describe('a receiver that is not there at first', () => {
  it('is told later, under the same id, and the deliveries show it', async () => {
    refusals.set('/ended', 1)
    const listener = await ask('POST', `${SETTINGS}/listeners`, { kind: 'webhook', url: `${receiverOrigin}/ended` })
    const build = {
      external_id: 'told',
      pipeline: { external_id: 'told', branch: 'quiet', revision: 'abc' },
      workflow: { external_id: 'told', name: 'ci' },
      job: { name: 'unit' },
      status: 'failed',
    }
    expect((await ask('POST', `${SETTINGS}/builds`, build)).status).toBe(201)
    const [first, second] = await until('the second attempt', () => {
      const ended = received.filter(({ path }) => path === '/ended')
      return ended.length >= 2 ? ended : undefined
    })
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id'])
    expect(JSON.parse(second?.body ?? '')).toMatchObject({
      type: 'build.finished',
      data: { builds: [{ status: 'failed' }] },
    })
    const delivered = await until('the delivery', async () => {
      const { body } = await ask('GET', `${SETTINGS}/deliveries/outbound`)
      return body.items.find(
        (one: { event: string; state: string }) => one.event === 'build.finished' && one.state === 'delivered',
      )
    })
    expect(delivered).toMatchObject({ receiver: 'webhook', attempts: 2, response_status: 200 })
    expect((await ask('DELETE', `${SETTINGS}/listeners/${listener.body.id}`)).status).toBe(200)
  })
})
