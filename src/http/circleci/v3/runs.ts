import type { Context } from 'hono'
import * as v from 'valibot'
import { type Grant, limitsOf } from '../../../domain/access/grant.ts'
import { isBranchOpen } from '../../../domain/access/limits/limits.ts'
import { reachOf } from '../../../domain/access/limits/reach.ts'
import { isSuch, PHASES, V3_OUTCOMES } from '../../../domain/builds/progress.ts'
import { FILTER_RULE, parseRunFilter, type RunFilter } from '../../../domain/builds/run-filter.ts'
import { AppError, invalidInput } from '../../../domain/error.ts'
import { lazily } from '../../../domain/lazily.ts'
import { type Fits, findRun, listRunsOfPerson, searchRuns } from '../../../storage/builds/runs.ts'
import { type Allowed, findAccess } from '../../../storage/edge/project-access.ts'
import { findUser } from '../../../storage/people/users.ts'
import { listProjectSlugs } from '../../../storage/projects/projects.ts'
import { type Answer, jsonWritten } from '../../frame/answers/answers.ts'
import type { PersonalGrant } from '../../frame/authorize.ts'
import { branchDenied, openBranchesOf } from '../../frame/open-parts.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { readJson } from '../../frame/request/input.ts'
import { type App, route } from '../../frame/route.ts'
import { count, time } from '../../json/schemas.ts'
import { cursorIn, dataRead, listJson, oneRead, pageCursorOf, pageLimitOf } from './lists.ts'
import { oneOfFilter, requireKnownQuery, requireOnly, timeFilter } from './query.ts'
import { refusingAs, V3_REFUSALS } from './refusal.ts'
import { progressOf, runJson } from './run-json.ts'
import { shownTo } from './shown.ts'

const MAX_RUNS = 20
const MAX_PROJECTS = 20

const PROJECTS_RULE = `must be 1 to ${MAX_PROJECTS} ids of projects`
const ORDERS = ['created_at desc', '-created_at']
const ORDER_RULE = `must be ${ORDERS.join(' or ')}: runs are given newest first`
const MAX_FILTER_LENGTH = 4_096

/** The body of `runs/search`. */
export const searchInput = lazily(() =>
  v.strictObject({
    scope: v.strictObject({
      project_ids: v.pipe(
        v.array(v.pipe(v.string(PROJECTS_RULE), v.uuid(PROJECTS_RULE)), PROJECTS_RULE),
        v.minLength(1, PROJECTS_RULE),
        v.maxLength(MAX_PROJECTS, PROJECTS_RULE),
      ),
      from: v.nullish(time()),
      to: v.nullish(time()),
    }),
    filter: v.nullish(
      v.pipe(
        v.string(FILTER_RULE),
        v.maxLength(MAX_FILTER_LENGTH, `must be at most ${MAX_FILTER_LENGTH} characters long`),
      ),
    ),
    order_by: v.nullish(
      v.pipe(
        v.string(ORDER_RULE),
        v.check((text) => text === '' || ORDERS.includes(text), ORDER_RULE),
      ),
    ),
    page: v.nullish(
      v.strictObject({ cursor: v.nullish(v.string('must be a string')), limit: v.nullish(count(1, MAX_RUNS)) }),
    ),
  }),
)

/** Runs: v2's pipelines. */
export function mountRuns(app: App): void {
  route(app, 'GET /api/v3/runs', (c, { grant }) => listMine(c, grant), V3_REFUSALS)

  route(app, 'POST /api/v3/runs/search', (c, { grant }) => search(c, grant), V3_REFUSALS)

  route(
    app,
    'GET /api/v3/runs/:id',
    async (c, opened) => {
      requireKnownQuery(c, {})
      const run = await findRun(opened.near.db, opened.project.id, opened.params.id)
      if (!run) throw new AppError('run_not_found')
      return oneRead(c, await runJson(run, shownTo(opened)))
    },
    {
      ...refusingAs('run_not_found'),
      slug: { onPath: () => null, byId: (_c, { id }) => ({ kind: 'pipeline', id }) },
    },
  )
}

/** A person's own, in all projects that they belong to. */
async function listMine(c: Context<AppEnv>, grant: PersonalGrant): Promise<Answer> {
  requireKnownQuery(c, { filters: ['user_id', 'phase', 'current_outcome', 'from', 'to'], pages: true })
  requireOnly(c, 'user_id', 'me')
  const wanted = { phase: oneOfFilter(c, 'phase', PHASES), outcome: oneOfFilter(c, 'current_outcome', V3_OUTCOMES) }
  const times = { from: timeFilter(c, 'from'), to: timeFilter(c, 'to') }
  const limit = pageLimitOf(c, MAX_RUNS)
  const key = pageCursorOf(c, 'v3-my-run', ['number', 'string'])
  const { db } = c.env.stores
  const user = await findUser(db, grant.userId)
  if (!user) throw new AppError('invalid_token')
  const fits: Fits = wanted.phase === null && wanted.outcome === null ? null : (run) => isSuch(progressOf(run), wanted)
  const after = key && { createdAt: key[0], id: key[1] }
  const { runs, next } = await listRunsOfPerson(db, { reach: reachOf(grant), login: user.login }, times, {
    after,
    limit,
    fits,
  })
  // Members see all of a run.
  const data = await Promise.all(runs.map((run) => runJson(run, { status: true })))
  return dataRead(c, 'v3-my-run', data, next && [next.createdAt, next.id])
}

/** A read that is too long for an address. */
async function search(c: Context<AppEnv>, grant: Grant | null): Promise<Response> {
  requireKnownQuery(c, {})
  const { scope, filter, page } = await readJson(c, searchInput())
  const { branch, revision, progress } = requireRunFilter(filter ?? '')
  const from = scope.from ?? null
  const to = scope.to ?? null
  if (from !== null && to !== null && from > to) throw invalidInput('scope.to', 'must not be before scope.from')
  const ids = [...new Set(scope.project_ids.map((id) => id.toLowerCase()))]
  const limit = page?.limit ?? MAX_RUNS
  const numbers = ids.map(() => 'number' as const)
  const below = page?.cursor
    ? cursorIn('v3-run', numbers, page.cursor, 'page.cursor')
    : ids.map(() => Number.MAX_SAFE_INTEGER)
  const allowed = await requireEach(c, grant, ids)
  if (branch !== null && !isBranchOpen(limitsOf(grant), branch)) throw branchDenied()
  // How runs went must not show by which of them a filter finds.
  if (progress !== null && allowed.some((access) => !shownTo({ grant, ...access }).status)) throw statusDenied()
  if (progress === 'none') return jsonWritten(c, listJson('v3-run', [], null))
  const fits: Fits = progress && ((run) => isSuch(progressOf(run), progress))
  const which = { branch: branch ?? openBranchesOf({ grant }), revision, from, to }
  const { runs, next } = await searchRuns(c.env.stores.db, ids, which, { below, limit, fits })
  const accessOf = new Map(allowed.map((access) => [access.project.id, access]))
  const data = await Promise.all(
    runs.map((run) => {
      const access = accessOf.get(run.project.id)
      return runJson(run, access ? shownTo({ grant, ...access }) : { status: false })
    }),
  )
  return jsonWritten(c, listJson('v3-run', data, next))
}

function requireRunFilter(text: string): RunFilter {
  const read = parseRunFilter(text)
  if (read.kind === 'bad') throw invalidInput('filter', read.problem)
  return read.filter
}

/** The asker's access to each of these projects; one that they may not know of is a 404 for all, as if it were not there. */
async function requireEach(
  c: Context<AppEnv>,
  grant: Grant | null,
  projectIds: readonly string[],
): Promise<readonly Allowed[]> {
  const slugs = await listProjectSlugs(c.env.stores.db, projectIds)
  return Promise.all(
    projectIds.map(async (id) => {
      const slug = slugs.get(id)
      const access = slug ? await findAccess(c.env.stores, grant, slug, 'runs:list') : null
      if (access?.decision === 'unavailable') throw new AppError('unavailable')
      // The name may have passed to another project since.
      if (access?.decision !== 'allow' || access.project.id !== id) throw new AppError('project_not_found')
      return access
    }),
  )
}

function statusDenied(): AppError {
  return new AppError(
    'permission_denied',
    'filter: this token does not open how runs went, so it cannot search by it',
    {
      headers: { 'WWW-Authenticate': 'Bearer error="insufficient_scope", scope="status"' },
    },
  )
}
