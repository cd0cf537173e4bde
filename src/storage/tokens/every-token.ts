import { and, desc, eq, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import type { ReportingToken, Token } from '../../domain/access/token.ts'
import { projects, tokens, users } from '../schema/schema.ts'
import type { Db } from '../stores.ts'
import { tokenOf } from './tokens.ts'

/** A token of the instance with whose it is; those of CI jobs are none that people look after. */
export type OwnedToken = {
  readonly token: Exclude<Token, ReportingToken>
  /** The logins of its maker, and of the person whose it is; the slug of its project. */
  readonly createdBy: string | null
  readonly person: string | null
  readonly project: string | null
}

export type TokenPage<T> = {
  readonly found: readonly T[]
  /** Where to go on; null where no token is left. */
  readonly next: string | null
}

/** So many tokens are looked at for one page. */
const LOOKED_AT = 2_000

/** Of all tokens, the newest first, what `pick` makes of them, but for null: at most `limit`, behind the place `after`. */
export async function pickTokens<T>(
  db: Db,
  { after, limit }: { readonly after: string | null; readonly limit: number },
  pick: (owned: OwnedToken) => T | null,
): Promise<TokenPage<T>> {
  const rows = await everyTokenQuery(db, after, LOOKED_AT)
  const found: T[] = []
  for (const [i, { row, createdBy, person, project }] of rows.entries()) {
    const token = tokenOf(row)
    const picked = token.kind === 'reporting' ? null : pick({ token, createdBy, person, project })
    if (picked !== null) found.push(picked)
    if (found.length === limit && i < rows.length - 1) return { found, next: placeOf(row) }
  }
  const last = rows.length === LOOKED_AT ? rows.at(-1) : undefined
  return { found, next: last ? placeOf(last.row) : null }
}

function placeOf({ createdAt, id }: typeof tokens.$inferSelect): string {
  return `${createdAt}.${id}`
}

const holders = alias(users, 'holders')

export function everyTokenQuery(db: Db, after: string | null, limit: number) {
  // Without a place: before all that there can be, so that SQLite searches its index instead of scanning it.
  const [, createdAt = Number.MAX_SAFE_INTEGER, id = ''] = /^(\d{1,15})\.(.{1,100})$/.exec(after ?? '') ?? []
  const slug = sql<string | null>`${projects.vcs} || '/' || ${projects.org} || '/' || ${projects.repo}`
  return db
    .select({
      row: tokens,
      createdBy: sql<string | null>`${users.login}`.as('maker_login'),
      person: sql<string | null>`${holders.login}`.as('holder_login'),
      project: slug.as('project_slug'),
    })
    .from(tokens)
    .leftJoin(users, eq(users.id, tokens.createdBy))
    .leftJoin(holders, eq(holders.id, tokens.userId))
    .leftJoin(projects, eq(projects.id, tokens.projectId))
    .where(
      and(sql`${tokens.kind} <> 'reporting'`, sql`(${tokens.createdAt}, ${tokens.id}) < (${Number(createdAt)}, ${id})`),
    )
    .orderBy(desc(tokens.createdAt), desc(tokens.id))
    .limit(limit)
}
