import { and, asc, eq, getTableColumns, type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import type { Limits } from '../../domain/access/limits/limits.ts'
import { type Breach, breachesOf, NO_POLICY, ruleOf } from '../../domain/access/policy.ts'
import type { Scope } from '../../domain/access/scope.ts'
import { type Secret, visiblePartsOf } from '../../domain/access/secret.ts'
import { hashSecret, storedHash } from '../../domain/access/secret-hash.ts'
import type {
  OrganizationToken,
  PersonalToken,
  ProjectToken,
  Token,
  TokenHolder,
  TokenSet,
} from '../../domain/access/token.ts'
import type { AuditAction, AuditDetail } from '../../domain/audit.ts'
import type { ListPage } from '../../domain/formats/list-page.ts'
import { type Organization, organizationSlugOf, parseOrganization } from '../../domain/organization.ts'
import { forgetUnknown } from '../edge/grants.ts'
import { audit, projects, tokens, users } from '../schema/schema.ts'
import { type Db, rawStatement, type Stores } from '../stores.ts'
import { limitsIn, limitsText } from './kept-limits.ts'
import { findPolicy, type KeptPolicy, policyStands } from './policy/policy.ts'
import { commit } from './rights.ts'
import { shownStatement, waits } from './successor-rows.ts'

type TokenRow = typeof tokens.$inferSelect

export type NewToken = {
  readonly label: string
  readonly expiresAt: number | null
  readonly limits?: Limits | null
  /** The id of the form that asks for it. */
  readonly onceId?: string | undefined
  /** The waiting successor that it is. */
  readonly successor?: { readonly id: string; readonly replaces: string }
} & (
  | { readonly kind: 'personal'; readonly userId: string }
  | { readonly kind: 'project'; readonly projectId: string; readonly scope: Scope }
  | {
      readonly kind: 'organization'
      readonly userId: string
      readonly organization: Organization
      readonly scope: Scope
    }
)

/** A longer list would be too long for people to look through. */
export const MAX_TOKENS_HELD = 1_000

/** Why no token was made: the holder is gone, or has no room for another one, or the form was sent before. */
export type TokenRefused =
  | { readonly kind: 'no_holder' | 'full' | 'done_before' }
  /** Against what the owners demand; the maker is not one of those who may. */
  | { readonly kind: 'against_policy'; readonly breach: Breach; readonly rule: string }
  | { readonly kind: 'no_maker' }
  /** What the owners demand changed while it was made. */
  | { readonly kind: 'policy_changed' }
export type TokenInserted = { readonly kind: 'created'; readonly token: Token } | TokenRefused

/** Stores a new token's hash; of all forms with one `onceId`, or for one successor, one makes a token. */
export async function insertToken(
  stores: Stores,
  secret: Secret,
  { label, expiresAt, limits = null, onceId, successor, ...holder }: NewToken,
  actor: Actor,
): Promise<TokenInserted> {
  const row = await rowFor(stores, secret, {
    id: onceId ?? crypto.randomUUID(),
    label,
    expiresAt,
    kind: holder.kind,
    userId: holder.kind === 'project' ? null : holder.userId,
    projectId: holder.kind === 'project' ? holder.projectId : null,
    organization: holder.kind === 'organization' ? organizationSlugOf(holder.organization) : null,
    scope: holder.kind === 'personal' ? null : holder.scope,
    limits: limitsText(limits),
    createdBy: actor.userId,
    mintedBy: actor.tokenId,
  })
  const kept = await policyFor(stores.db, actor)
  const [breach] = breachesOf(kept.policy, { kind: row.kind, createdAt: row.createdAt, expiresAt, limits })
  if (breach) return { kind: 'against_policy', breach, rule: ruleOf(kept.policy, breach, row.kind) }
  const stands = policyStands(kept, row.kind, actor)
  const isNew = sql`(${isFirst(actor, onceId)} and ${waits(successor?.id)})`
  const [[state], inserted] = await commit(stores, actor, [
    selectHolding(stores.db, holder, isNew),
    insertWhile(stores.db, row, sql`${canHold(holder)} and ${isNew} and ${stands}`),
    auditToken(stores.db, stores.now(), actor, {
      ...{ action: 'token.created', which: sql`${tokens.hash} = ${row.hash}` },
      ...(successor ? { detail: { replaces: successor.replaces } } : {}),
    }),
    ...(successor ? [shownStatement(stores.db, successor.id, row.hash)] : []),
  ])
  if (!inserted[0]) {
    // What is left is the policy.
    return tokenRefused(state) ?? (await whyNot(stores.db, kept))
  }
  forgetUnknown(stores, secret)
  return { kind: 'created', token: tokenOf(inserted[0]) }
}

/** Why a policy did not stand: it changed a moment ago, or names others as makers. */
export async function whyNot(db: Db, { changedAt }: KeptPolicy): Promise<TokenRefused> {
  return { kind: (await findPolicy(db)).changedAt === changedAt ? 'no_maker' : 'policy_changed' }
}

/** The policy that a token is judged by: none for what the instance makes itself. */
export async function policyFor(db: Db, { right }: Actor): Promise<KeptPolicy> {
  const kept = await findPolicy(db)
  return right.kind === 'own' ? { ...kept, policy: NO_POLICY } : kept
}

/** Whether the holder still exists, how many tokens it has, and whether its form was not handled yet: for the batch that inserts another one. */
export function selectHolding(db: Db, holder: TokenHolder, isFirst: SQL) {
  return db
    .select({
      isFirst: sql<number>`${isFirst}`.as('is_first'),
      holderExists: sql<number>`${holderExists(holder)}`.as('holder_exists'),
      held: sql<number>`${heldCount(holder)}`.as('held'),
    })
    .from(sql`(select 1)`)
}

export function canHold(holder: TokenHolder): SQL {
  return sql`${holderExists(holder)} and ${heldCount(holder)} < ${MAX_TOKENS_HELD}`
}

/** Why no token was stored for a holder; null for another reason. */
export function tokenRefused(
  state: Awaited<ReturnType<typeof selectHolding>>[number] | undefined,
): TokenRefused | null {
  if (!state?.holderExists) return { kind: 'no_holder' }
  if (state.held >= MAX_TOKENS_HELD) return { kind: 'full' }
  return state.isFirst ? null : { kind: 'done_before' }
}

function holderExists(holder: TokenHolder): SQL {
  return holder.kind === 'project'
    ? sql`exists (select 1 from ${projects} where ${projects.id} = ${holder.projectId})`
    : sql`exists (select 1 from ${users} where ${users.id} = ${holder.userId})`
}

function heldCount(holder: TokenHolder): SQL {
  return sql`(select count(*) from ${tokens} where ${heldBy(holder)})`
}

export type ListedToken = Token & {
  /** The login of whoever made it; null where a CI or a removed person did. */
  readonly createdBy: string | null
  readonly createdById: string | null
}

/**
 * The tokens of a person or project, oldest first, a page of them if asked; never a secret. `within` are the ids of the
 * projects beyond which none of a person's may reach to be shown; null for all.
 */
export async function listTokens(
  db: Db,
  holder: TokenHolder,
  page: ListPage = { limit: MAX_TOKENS_HELD, offset: 0 },
  within: readonly string[] | null = null,
): Promise<readonly ListedToken[]> {
  return (await selectTokens(db, holder, page, within)).map(listedOf)
}

/** Tokens with the login of who made them, a row each for `listedOf`. */
export function selectListed(db: Db, which: SQL | undefined) {
  return db
    .select({ row: tokens, createdBy: users.login })
    .from(tokens)
    .leftJoin(users, eq(users.id, tokens.createdBy))
    .where(which)
    .$dynamic()
}

export function listedOf({ row, createdBy }: Awaited<ReturnType<typeof selectListed>>[number]): ListedToken {
  return { ...tokenOf(row), createdBy, createdById: row.createdBy }
}

export function selectTokens(
  db: Db,
  holder: TokenHolder,
  { limit, offset }: ListPage,
  within: readonly string[] | null = null,
) {
  return selectListed(db, and(heldBy(holder), within === null ? undefined : reachesOnly(within)))
    .orderBy(asc(tokens.createdAt), asc(tokens.id))
    .limit(limit)
    .offset(offset)
}

/** Whether a token is limited to projects, and all of them are among these. */
function reachesOnly(projectIds: readonly string[]): SQL {
  const limits = sql`case when json_valid(${tokens.limits}) then ${tokens.limits} else '{}' end`
  return sql`json_type(${limits}, '$.projects') = 'array' and not exists (select 1 from json_each(${limits}, '$.projects') as row
    where row.value not in (select row.value from json_each(${JSON.stringify(projectIds)}) as row))`
}

export async function findToken(db: Db, id: string): Promise<Token | null> {
  const [row] = await db.select().from(tokens).where(eq(tokens.id, id)).limit(1)
  return row ? tokenOf(row) : null
}

export async function rowFor(
  { peppers, now }: Stores,
  secret: Secret,
  row: Pick<
    TokenRow,
    'id' | 'kind' | 'userId' | 'projectId' | 'scope' | 'label' | 'expiresAt' | 'createdBy' | 'mintedBy'
  > &
    Partial<Pick<TokenRow, 'organization' | 'limits' | 'publisherId' | 'renewableUntil'>>,
): Promise<TokenRow> {
  const [hash] = await hashSecret(peppers, secret)
  const fresh = { hash: storedHash(hash, (row.limits ?? null) !== null), createdAt: now() }
  const unused = { rotatedAt: null, plannedExpiresAt: null, lastUsedAt: null, lastUsedFrom: null, leakReportedAt: null }
  return {
    organization: null,
    limits: null,
    publisherId: null,
    renewableUntil: null,
    ...row,
    ...visiblePartsOf(secret),
    ...fresh,
    ...unused,
  }
}

/** Inserts the row only if `condition` holds at that moment. */
export function insertWhile(db: Db, row: TokenRow, condition: SQL) {
  const columns = Object.keys(getTableColumns(tokens)).map((name) => [
    name,
    sql`${row[name as keyof TokenRow]}`.as(name),
  ])
  // Drizzle cannot see through fromEntries that these are the table's columns, in its order.
  const source = db.select(Object.fromEntries(columns)).from(sql`(select 1)`).where(condition) as never
  return db.insert(tokens).select(source).returning()
}

/** Whether the form with this id was not handled yet. The audit log remembers it after the token is deleted. */
export function isFirst({ userId }: Actor, onceId: string | undefined): SQL {
  if (onceId === undefined) return sql`1`
  return sql`not exists (select 1 from ${audit} where ${audit.userId} = ${userId} and ${audit.subject} = ${onceId})`
}

/** One audit row for each token that `which` names, written before they go. */
export function auditToken(
  db: Db,
  at: number,
  actor: Actor,
  { action, which, detail = {} }: { readonly action: AuditAction; readonly which: SQL; readonly detail?: AuditDetail },
) {
  const labelled = sql`json_patch(json_object('label', ${tokens.label}, 'kind', ${tokens.kind}, 'scope', ${tokens.scope}, 'organization', ${tokens.organization}, 'prefix', ${tokens.prefix}), json_patch(${JSON.stringify(detail)},
    case when ${tokens.limits} is null then '{}' else json_object('limits', ${tokens.limits}) end))`
  return rawStatement(
    db,
    sql`insert into ${audit} (at, action, user_id, actor_token_id, project_id, subject, detail, "from") select ${at}, ${action}, ${actor.userId}, ${actor.tokenId}, ${tokens.projectId}, ${tokens.id}, ${labelled}, ${actor.from} from ${tokens} where ${which}`,
  )
}

export function heldBy(holder: TokenSet) {
  switch (holder.kind) {
    case 'personal':
      return and(eq(tokens.userId, holder.userId), eq(tokens.kind, 'personal'))
    case 'project':
      return and(eq(tokens.projectId, holder.projectId), eq(tokens.kind, 'project'))
    case 'instance':
      return sql`${tokens.kind} <> 'reporting'`
    case 'organization': {
      const slug = holder.organization && organizationSlugOf(holder.organization).toLowerCase()
      const isOfIt = slug === null ? undefined : sql`lower(${tokens.organization}) = ${slug}`
      return and(eq(tokens.userId, holder.userId), eq(tokens.kind, 'organization'), isOfIt)
    }
  }
}

/** The token of a row. A row that makes none is a bug or a tampered database. */
export function tokenOf(row: TokenRow): Token {
  const { id, label, prefix, lastFour, createdAt, expiresAt, lastUsedAt, lastUsedFrom, leakReportedAt } = row
  const limits = limitsIn(row.limits)
  const limited = { limits: limits === undefined ? ('unreadable' as const) : limits }
  const face = { id, label, prefix, lastFour, createdAt, expiresAt, lastUsedAt, lastUsedFrom, leakReportedAt }
  if (row.kind === 'personal' && row.userId)
    return { ...face, ...limited, kind: 'personal', userId: row.userId } satisfies PersonalToken
  if (row.kind === 'project' && row.projectId && row.scope) {
    return { ...face, ...limited, kind: 'project', projectId: row.projectId, scope: row.scope } satisfies ProjectToken
  }
  const organization = parseOrganization(row.organization ?? '')
  if (row.kind === 'organization' && row.userId && organization && row.scope) {
    const { userId, scope } = row
    return { ...face, ...limited, kind: 'organization', userId, organization, scope } satisfies OrganizationToken
  }
  if (row.kind === 'reporting' && row.projectId) return { ...face, kind: 'reporting', projectId: row.projectId }
  throw new Error(`token row ${row.id} does not add up`)
}
