import type { Context } from 'hono'
import { reachOf } from '../../domain/access/limits/reach.ts'
import { type AuditRecord, listProjectAudit, listUserAudit } from '../../storage/projects/audit.ts'
import { type Answer, jsonRead } from '../frame/answers/answers.ts'
import type { AppEnv } from '../frame/open-request.ts'
import { queryCount } from '../frame/request/input.ts'
import { type App, route } from '../frame/route.ts'
import { isoOf } from '../json/iso-time.ts'
import type { AuditEntryJson, AuditPageJson } from './audit-shape.ts'

/** Who did what, when and from where: of a project for its admins, and each person's own acts. */
export function mountAudit(app: App): void {
  route(app, 'GET /api/buildpass/v1/projects/:vcs/:org/:repo/audit', async (c, { project }) => {
    const { limit, before } = pageOf(c)
    return listed(c, await listProjectAudit(c.env.stores.db, project.id, limit, before), limit)
  })

  route(app, 'GET /api/buildpass/v1/audit', async (c, { grant }) => {
    const { limit, before } = pageOf(c)
    return listed(c, await listUserAudit(c.env.stores.db, reachOf(grant), limit, before), limit)
  })
}

function pageOf(c: Context<AppEnv>) {
  const before = queryCount(c, 'before', { min: 1, max: 999_999_999, fallback: 0 })
  return { limit: queryCount(c, 'limit', { min: 1, max: 100, fallback: 30 }), before: before === 0 ? null : before }
}

function listed(c: Context<AppEnv>, rows: readonly AuditRecord[], limit: number): Answer {
  const next = rows.length === limit ? (rows.at(-1)?.id ?? null) : null
  return jsonRead(c, { items: rows.map(entryJson), next_before: next } satisfies AuditPageJson)
}

function entryJson({ id, at, action, login, actorTokenId, subject, detail, from }: AuditRecord): AuditEntryJson {
  return { id, time: isoOf(at), action, by: login, by_token: actorTokenId, subject, detail, from }
}
