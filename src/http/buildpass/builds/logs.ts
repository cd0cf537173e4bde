import type { Context } from 'hono'
import { appendLog } from '../../../actions/append-log.ts'
import { AppError, invalidInput } from '../../../domain/error.ts'
import { condensedText } from '../../../domain/logs/condensed-text.ts'
import { MAX_CHUNK_BYTES } from '../../../domain/logs/log.ts'
import { condensedOf } from '../../../storage/logs/condensed-log.ts'
import { findLog, withLog } from '../../../storage/logs/read-log.ts'
import { isPretty, jsonRead, jsonWritten } from '../../frame/answers/answers.ts'
import { logAnswer, requireOffset, stepOf, streamOf, waited } from '../../frame/answers/log-answer.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { buildNumOf, queryFlag, readBytes } from '../../frame/request/input.ts'
import { type App, route } from '../../frame/route.ts'
import type { CondensedJson, LogAppendedJson } from './logs-shape.ts'
import { requireBuildId } from './uploads.ts'

/** What the steps of a build printed. */
export function mountLogs(app: App): void {
  route(
    app,
    'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/steps/:step/log',
    async (c, { actor, project, params }) => {
      const place = { step: stepOf(params), stream: streamOf(c) }
      const said = { offset: requireOffset(c), isFinal: queryFlag(c, 'final'), cutNewlines: cutOf(c) }
      const bytes = await readBytes(c.req.raw, MAX_CHUNK_BYTES)
      const buildId = await requireBuildId(c, project.id, buildNumOf(params))
      const appended = await appendLog(c.env.stores, { ...place, buildId }, { ...said, bytes }, actor)
      switch (appended.kind) {
        case 'no_build':
          throw new AppError('build_not_found')
        case 'no_step':
          throw new AppError('step_not_found')
        case 'gap':
          throw new AppError('log_offset', undefined, { offset: appended.offset })
        case 'differs':
          throw new AppError('log_differs', undefined, { offset: appended.offset })
        case 'complete':
          throw new AppError('log_complete', undefined, { offset: appended.offset })
        case 'appended':
        case 'same': {
          const { offset, log } = appended
          return jsonWritten(c, { offset, final: log.state !== 'open' } satisfies LogAppendedJson)
        }
      }
    },
  )

  route(
    app,
    'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/steps/:step/log',
    async (c, { project, params }) => {
      const find = () => findLog(c.env.stores.db, { projectId: project.id, num: buildNumOf(params) }, key)
      const key = { step: stepOf(params), stream: streamOf(c) }
      const found = await waited(c, await find(), find)
      if (!found) throw new AppError('log_not_found')
      return logAnswer(c, found, find, OPEN_TO_SCRIPTS)
    },
  )

  route(
    app,
    'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/steps/:step/log/condensed',
    async (c, { project, params }) => {
      const key = { step: stepOf(params), stream: streamOf(c) }
      const find = () => findLog(c.env.stores.db, { projectId: project.id, num: buildNumOf(params) }, key)
      const found = await find()
      const condensed = found && (await withLog(found, find, (log) => condensedOf(c.env.stores, log)))
      if (!condensed) throw new AppError('log_not_found')
      if (isPretty(c)) return { body: condensedText(condensed), headers: CONDENSED_HEADERS }
      const { lines, totalLines } = condensed
      const complete = found.log.state !== 'open'
      return jsonRead(c, { complete, total_lines: totalLines, lines: [...lines] } satisfies CondensedJson)
    },
  )
}

const OPEN_TO_SCRIPTS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'X-Terminal, X-Log-Offset, X-Log-Lines, X-Log-First-Line, X-Log-Cut',
}

const CONDENSED_HEADERS = {
  'Content-Type': 'text/plain; charset=utf-8',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': 'sandbox',
  'Cache-Control': 'private, no-cache',
  'Access-Control-Allow-Origin': '*',
  Vary: 'Accept',
}

/** The line feeds in what the reporter left out; `true` where it does not know. */
function cutOf(c: Context<AppEnv>): number | null {
  const text = c.req.query('cut')
  if (text === undefined || text === 'false') return null
  if (text === 'true') return 0
  if (!/^\d{1,12}$/.test(text))
    throw invalidInput('cut', 'must be true, or how many lines are left out before the offset')
  return Number(text)
}
