// Makes the demo through the HTTP API of a running Worker, as a CI job would.
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { encodePath } from '../../src/domain/artifacts/artifact.ts'
import { isOver } from '../../src/domain/builds/build.ts'
import { DEMO_PROJECTS, type DemoJob, type DemoPipeline, type DemoProject, JOBS } from './demo-content.ts'
import { artifactsFor, DEMO_PACKS, type DemoFile, testReportFor, zipOfReport } from './demo-files.ts'

export type DemoTokens = Readonly<
  Record<'personal' | 'status' | 'viewBuilds' | 'all' | 'otherProjectAll' | 'expired', string>
>
/** What `.local/demo.json` holds. */
export type Demo = {
  readonly origin: string
  readonly projects: readonly { readonly slug: string; readonly visibility: string }[]
  readonly tokens: DemoTokens
}

export type Send = (method: string, path: string, body: unknown, headers?: Record<string, string>) => Promise<unknown>

const EXPIRES_AFTER_MS = 2_000

export async function seedDemo(origin: string, personal: string): Promise<Demo> {
  const send = senderTo(origin, personal)
  for (const { slug, visibility, defaultBranch } of DEMO_PROJECTS)
    await send('POST', '/api/buildpass/v1/projects', { slug, visibility, default_branch: defaultBranch })
  const expiresAt = Date.now() + EXPIRES_AFTER_MS
  const tokens = {
    personal,
    status: await createToken(send, 'gh/acme/web', { label: 'README badge', scope: 'status' }),
    viewBuilds: await createToken(send, 'gh/acme/web', { label: 'Release script', scope: 'view-builds' }),
    all: await createToken(send, 'gh/acme/web', { label: 'Dashboard', scope: 'all' }),
    otherProjectAll: await createToken(send, 'gh/acme/secret', { label: 'Dashboard', scope: 'all' }),
    expired: await createToken(send, 'gh/acme/web', {
      label: 'Trial',
      scope: 'all',
      expires_at: new Date(expiresAt).toISOString(),
    }),
  }
  const now = Date.now()
  await Promise.all(DEMO_PROJECTS.map((project) => reportProject(send, project, now)))
  await sleep(Math.max(0, expiresAt + 1 - Date.now()))
  return { origin, projects: DEMO_PROJECTS.map(({ slug, visibility }) => ({ slug, visibility })), tokens }
}

async function createToken(
  send: Send,
  slug: string,
  token: { readonly label: string; readonly scope: string; readonly expires_at?: string },
): Promise<string> {
  const made = await send('POST', `/api/v1.1/project/${slug}/token`, token)
  return textIn(made, 'token')
}

/** One pipeline after the other, so that the numbers follow the time. */
async function reportProject(send: Send, project: DemoProject, now: number): Promise<void> {
  for (const [index, pipeline] of project.pipelines.entries()) {
    const pushedAt = now - pipeline.hoursAgo * 3_600_000
    const body = pipelineBody(project, pipeline, index, pushedAt)
    let queuedAt = pushedAt + 4_000
    for (const [position, job] of pipeline.jobs.entries()) {
      const build = buildBody(body, job, position, queuedAt)
      queuedAt = build.endsAt + 5_000
      await reportBuild(send, project.slug, job, { body: build.body, isShowcase: pipeline.isShowcase ?? false })
    }
  }
}

async function reportBuild(
  send: Send,
  slug: string,
  [name, status]: DemoJob,
  { body, isShowcase }: { readonly body: object; readonly isShowcase: boolean },
): Promise<void> {
  const builds = `/api/buildpass/v1/projects/${slug}/builds`
  const build = `${builds}/${textIn(await send('POST', builds, body), 'build_num')}`
  if (status !== 'success' && status !== 'failed') return
  await Promise.all(artifactsFor(name, isShowcase).map((file) => uploadArtifact(send, build, file)))
  const pack = isShowcase ? DEMO_PACKS[name] : undefined
  if (pack) await send('PUT', `${build}/packs/${pack}`, await zipOfReport(pack), { 'Content-Type': 'application/zip' })
  const report = testReportFor(name, status)
  if (report) await send('PUT', `${build}/tests`, report.body, { 'Content-Type': report.contentType })
}

async function uploadArtifact(send: Send, build: string, file: DemoFile): Promise<void> {
  const digest = createHash('sha256').update(file.bytes).digest('base64')
  await send('PUT', `${build}/artifacts/${encodePath(file.path)}?node_index=${file.nodeIndex}`, file.bytes, {
    'Content-Type': file.contentType,
    'Repr-Digest': `sha-256=:${digest}:`,
  })
}

type PipelineBody = ReturnType<typeof pipelineBody>

function pipelineBody(project: DemoProject, pipeline: DemoPipeline, index: number, pushedAt: number) {
  const { ref, subject, author, pullRequest } = pipeline
  const revision = createHash('sha1').update(`${project.slug} ${index}`).digest('hex')
  const [, org, repo] = project.slug.split('/')
  const person = {
    name: author.name,
    email: `${author.login}@example.com`,
    login: author.login,
    date: timeText(pushedAt - 90_000),
  }
  const url = `https://github.com/${org}/${repo}/pull/${pullRequest}`
  return {
    external_id: `demo-${index}`,
    ...ref,
    revision,
    subject,
    body: pullRequest ? `Part of #${pullRequest}.` : '',
    author: person,
    committer: person,
    actor: { login: author.login, name: author.name },
    pull_requests: pullRequest ? [{ head_sha: revision, url }] : [],
  }
}

function buildBody(pipeline: PipelineBody, [name, status]: DemoJob, position: number, queuedAt: number) {
  const { workflow, minutes, command } = JOBS[name]
  const startsAt = queuedAt + 3_000
  // Between 0.8 and 1.2 of the usual time, since no two runs take the same.
  const pace = 0.8 + Number.parseInt(pipeline.revision.slice(position, position + 2), 16) / 640
  const lasts =
    status === 'canceled' || status === 'infrastructure_fail' ? 20_000 : Math.round(minutes * pace * 60) * 1000
  const endsAt = startsAt + lasts * (status === 'timedout' ? 3 : 1)
  const hasStarted = status === 'running' || (isOver(status) && status !== 'not_run')
  const isDone = hasStarted && status !== 'running'
  const body = {
    external_id: `${pipeline.external_id}-${position}`,
    pipeline,
    workflow: { external_id: `${pipeline.external_id}-${workflow}`, name: workflow },
    job: { name },
    status,
    queued_at: timeText(queuedAt),
    ...(hasStarted ? { start_time: timeText(startsAt), steps: stepsOf(command, status, startsAt, endsAt) } : {}),
    ...(isDone ? { stop_time: timeText(endsAt) } : {}),
    build_url: `https://ci.example.com/${pipeline.revision.slice(0, 12)}/${position}`,
  }
  return { body, endsAt: hasStarted ? endsAt : queuedAt }
}

const SETUP: readonly (readonly [name: string, command: string | null, seconds: number])[] = [
  ['Spin up environment', null, 2],
  ['Checkout code', 'git checkout', 3],
  ['Install dependencies', 'npm ci', 12],
]

/** The set-up steps, then the job's command, which takes the rest of the time and has the build's status. */
function stepsOf(command: string, status: string, startsAt: number, endsAt: number) {
  let at = startsAt
  const setup = SETUP.map(([name, bash, seconds], step) => {
    const from = at
    at += seconds * 1000
    return stepBody({ name, step, bash, status: 'success', from, to: at })
  })
  const to = status === 'running' ? null : endsAt
  return [...setup, stepBody({ name: command, step: setup.length, bash: command, status, from: at, to })]
}

type DemoStep = {
  readonly name: string
  readonly step: number
  readonly bash: string | null
  readonly status: string
  readonly from: number
  readonly to: number | null
}

function stepBody({ name, step, bash, status, from, to }: DemoStep) {
  const action = {
    name,
    type: step < SETUP.length ? 'infrastructure' : 'test',
    index: 0,
    step,
    status,
    start_time: timeText(from),
    ...(to === null ? {} : { end_time: timeText(to), run_time_millis: Math.max(0, to - from) }),
    ...(bash === null ? {} : { bash_command: bash }),
    ...(status === 'success' ? { exit_code: 0 } : status === 'failed' ? { exit_code: 1 } : {}),
  }
  return { name, actions: [action] }
}

function timeText(ms: number): string {
  return new Date(ms).toISOString()
}

/** Sends JSON, or text and bytes as they are; throws unless the answer is 2xx. */
export function senderTo(origin: string, token: string): Send {
  return async (method, path, body, headers = {}) => {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array
    const response = await fetch(origin + path, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(isRaw ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: isRaw ? body : JSON.stringify(body),
    })
    const answer = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} of the demo was answered ${response.status}: ${answer}`)
    return JSON.parse(answer)
  }
}

export function textIn(answer: unknown, name: string): string {
  const value = (answer as Record<string, unknown> | null)?.[name]
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  throw new Error(`the answer has no ${name}`)
}
