import type { Context } from 'hono'
import { isOver } from '../../../domain/builds/build.ts'
import { type ExecutedStep, executionsOf, stepProgressOf } from '../../../domain/builds/executions.ts'
import { AppError, invalidInput } from '../../../domain/error.ts'
import { condensedText } from '../../../domain/logs/condensed-text.ts'
import type { LogStream } from '../../../domain/logs/log.ts'
import { type BuildSteps, findSteps } from '../../../storage/builds/builds.ts'
import type { WhichBuild } from '../../../storage/builds/which-build.ts'
import { condensedOf } from '../../../storage/logs/condensed-log.ts'
import { type FoundLog, findLog, withLog } from '../../../storage/logs/read-log.ts'
import { rawLogAnswer } from '../../frame/answers/log-answer.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { type App, route } from '../../frame/route.ts'
import { BY_JOB } from './jobs.ts'
import { filterOf, requireKnownQuery } from './query.ts'

/** What the steps of a job printed. */
export function mountV3Logs(app: App): void {
  route(
    app,
    'GET /api/v3/jobs/:id/stdout',
    (c, { project, params }) => logRead(c, { projectId: project.id, id: params.id }, 'stdout'),
    BY_JOB,
  )
  route(
    app,
    'GET /api/v3/jobs/:id/stderr',
    (c, { project, params }) => logRead(c, { projectId: project.id, id: params.id }, 'stderr'),
    BY_JOB,
  )

  route(
    app,
    'GET /api/v3/jobs/:id/stdout/condensed',
    (c, { project, params }) => condensedRead(c, { projectId: project.id, id: params.id }, 'stdout'),
    BY_JOB,
  )
  // Not CircleCI's: its clients show what was printed to stderr as it is.
  route(
    app,
    'GET /api/v3/jobs/:id/stderr/condensed',
    (c, { project, params }) => condensedRead(c, { projectId: project.id, id: params.id }, 'stderr'),
    BY_JOB,
  )
}

async function condensedRead(c: Context<AppEnv>, build: WhichBuild, stream: LogStream): Promise<Response> {
  const asked = await requireStep(c, build)
  const find = () => findLog(c.env.stores.db, build, { step: asked.step.place, stream })
  const found = hasLog(asked, stream) ? await find() : null
  const condensed = found && (await withLog(found, find, (log) => condensedOf(c.env.stores, log)))
  if (!condensed) return withoutLog(c, asked, stream)
  return textOf(c, condensedText(condensed), found.log.state !== 'open')
}

type AskedStep = BuildSteps & { readonly step: ExecutedStep }

async function logRead(c: Context<AppEnv>, build: WhichBuild, stream: LogStream): Promise<Response> {
  const asked = await requireStep(c, build)
  const find = () => findLog(c.env.stores.db, build, { step: asked.step.place, stream })
  const found: FoundLog | null = hasLog(asked, stream) ? await find() : null
  if (!found) return withoutLog(c, asked, stream)
  return rawLogAnswer(c, found, find, { more: OPEN_TO_SCRIPTS, beyond: 'empty' })
}

function hasLog({ logs, step }: AskedStep, stream: LogStream): boolean {
  return logs.some((log) => log.step === step.place && log.stream === stream)
}

/** The step that the query names, by its number in one of the executions. */
async function requireStep(c: Context<AppEnv>, build: WhichBuild): Promise<AskedStep> {
  requireKnownQuery(c, { filters: ['execution', 'step_num'] })
  const execution = wholeNumber(c, 'execution') ?? 0
  const num = wholeNumber(c, 'step_num')
  if (num === null) throw invalidInput('filter[step_num]', 'is required')
  const found = await findSteps(c.env.stores.db, build)
  if (!found) throw new AppError('job_not_found')
  const step = executionsOf(found.steps)[execution]?.find((one) => one.num === num)
  if (!step) throw new AppError('step_not_found')
  return { ...found, step }
}

function wholeNumber(c: Context<AppEnv>, name: string): number | null {
  const text = filterOf(c, name)
  if (text === null) return null
  if (!/^\d{1,16}$/.test(text)) throw invalidInput(`filter[${name}]`, 'must be a whole number from 0')
  return Number(text)
}

/** Of a step whose output was not sent here: nothing while more may come, then where it can be read. */
function withoutLog(c: Context<AppEnv>, { step, status, buildUrl, logs }: AskedStep, stream: LogStream): Response {
  const isTerminal = isOver(status) || stepProgressOf(step.action, status).phase === 'ended'
  const isElsewhere = isTerminal && stream === 'stdout' && logs.length === 0
  const where = buildUrl === null ? '' : ` It may be at ${buildUrl}`
  return textOf(c, isElsewhere ? `The output of this step was not sent here.${where}\n` : '', isTerminal)
}

/** A text that is made for this answer: the part of it that `Range` asks for, and nothing behind its end. */
function textOf(c: Context<AppEnv>, text: string, isTerminal: boolean): Response {
  const bytes = new TextEncoder().encode(text)
  const headers: Record<string, string> = { ...TEXT, ...OPEN_TO_SCRIPTS, 'X-Terminal': String(isTerminal) }
  const [, first = '0'] = /^bytes=(\d{1,15})-$/.exec(c.req.header('Range') ?? '') ?? []
  const start = Math.min(Number(first), bytes.byteLength)
  const rest = bytes.subarray(start)
  if (start === 0 || rest.byteLength === 0) return new Response(rest, { headers })
  headers['Content-Range'] = `bytes ${start}-${bytes.byteLength - 1}/${bytes.byteLength}`
  return new Response(rest, { status: 206, headers })
}

const TEXT = {
  'Content-Type': 'text/plain; charset=utf-8',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': 'sandbox',
  'Cache-Control': 'private, no-cache',
}

const OPEN_TO_SCRIPTS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'X-Terminal, Content-Range',
}
