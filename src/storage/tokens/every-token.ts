import { and, desc, eq, or, type SQL, sql } from 'drizzle-orm'
import { alias, type SQLiteColumn } from 'drizzle-orm/sqlite-core'
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
const LOOKED_AT = 1_000

/** Which of all tokens: those that fit, and of whose names a text is a part, letter case of A to Z ignored. */
export type WhichTokens = { readonly fits: SQL | undefined; readonly text: string }

/** Of all tokens, the newest first, those that are asked for: at most `limit`, behind the place `after`. */
export async function findTokens(
  db: Db,
  which: WhichTokens,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<TokenPage<OwnedToken>> {
  const isOfAll = which.fits === undefined && which.text === ''
  const [rows, [last]] = isOfAll
    ? [await everyTokenQuery(db, after, limit + 1), []]
    : await db.batch([fittingTokensQuery(db, which, after, limit + 1), lastLookedAtQuery(db, after)])
  const more = rows.length > limit ? rows[limit - 1]?.row : last
  return { found: rows.slice(0, limit).map(ownedOf), next: more ? placeOf(more) : null }
}

/** Of all tokens, the newest first, what `pick` makes of them, but for null: at most `limit`, behind the place `after`. */
export async function pickTokens<T>(
  db: Db,
  { after, limit }: { readonly after: string | null; readonly limit: number },
  pick: (owned: OwnedToken) => T | null,
): Promise<TokenPage<T>> {
  const rows = await everyTokenQuery(db, after, LOOKED_AT)
  const found: T[] = []
  for (const [i, one] of rows.entries()) {
    const picked = pick(ownedOf(one))
    if (picked !== null) found.push(picked)
    if (found.length === limit && i < rows.length - 1) return { found, next: placeOf(one.row) }
  }
  const last = rows.length === LOOKED_AT ? rows.at(-1) : undefined
  return { found, next: last ? placeOf(last.row) : null }
}

function ownedOf({ row, createdBy, person, project }: Awaited<ReturnType<typeof everyTokenQuery>>[number]): OwnedToken {
  const token = tokenOf(row)
  // The queries leave them out.
  if (token.kind === 'reporting') throw new Error('a token of a job is in the list')
  return { token, createdBy, person, project }
}

function placeOf({ createdAt, id }: { readonly createdAt: number; readonly id: string }): string {
  return `${createdAt}.${id}`
}

const holders = alias(users, 'holders')

/** Behind a place; without one, behind all that there can be, so that SQLite searches its index instead of scanning it. */
function isBehind(after: string | null): SQL {
  const [, createdAt = Number.MAX_SAFE_INTEGER, id = ''] = /^(\d{1,15})\.(.{1,100})$/.exec(after ?? '') ?? []
  return sql`${tokens.kind} <> 'reporting' and (${tokens.createdAt}, ${tokens.id}) < (${Number(createdAt)}, ${id})`
}

const NEWEST_FIRST = [desc(tokens.createdAt), desc(tokens.id)]

function selectOwned(db: Db) {
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
}

export function everyTokenQuery(db: Db, after: string | null, limit: number) {
  return selectOwned(db)
    .where(isBehind(after))
    .orderBy(...NEWEST_FIRST)
    .limit(limit)
}

/** Looks through the next 1,000 tokens where they are, so that only those that are asked for leave the database. */
export function fittingTokensQuery(db: Db, { fits, text }: WhichTokens, after: string | null, limit: number) {
  const next = db
    .select({ id: tokens.id })
    .from(tokens)
    .where(isBehind(after))
    .orderBy(...NEWEST_FIRST)
    .limit(LOOKED_AT)
  const isIn = (name: SQL | SQLiteColumn) => sql`instr(lower(${name}), lower(${text})) > 0`
  const slug = sql`${projects.vcs} || '/' || ${projects.org} || '/' || ${projects.repo}`
  const isNamed = or(isIn(tokens.label), isIn(users.login), isIn(holders.login), isIn(slug))
  return selectOwned(db)
    .where(and(sql`${tokens.id} in ${next}`, fits, text === '' ? undefined : isNamed))
    .orderBy(...NEWEST_FIRST)
    .limit(limit)
}

/** The last of the tokens that are looked through; none where they are the last that there are. */
export function lastLookedAtQuery(db: Db, after: string | null) {
  return db
    .select({ createdAt: tokens.createdAt, id: tokens.id })
    .from(tokens)
    .where(isBehind(after))
    .orderBy(...NEWEST_FIRST)
    .limit(1)
    .offset(LOOKED_AT - 1)
}
