import type { Context } from 'hono'
import { type BuildFilter, parseBuildFilter } from '../../../domain/builds/build.ts'
import type { AppEnv } from '../../frame/open-request.ts'

/** As at CircleCI, any other word filters nothing: clients send a literal `None`. */
export function filterOf(c: Context<AppEnv>): BuildFilter {
  return parseBuildFilter(c.req.query('filter') ?? '') ?? 'none'
}
