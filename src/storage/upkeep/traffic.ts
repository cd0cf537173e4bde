import { eq, inArray } from 'drizzle-orm'
import type { TokenKind } from '../../domain/access/secret.ts'
import { projects, tokens } from '../schema/schema.ts'
import type { Db } from '../stores.ts'

/** What a token is called, for those who may see all of them. */
export type TokenLabel = {
  readonly id: string
  readonly kind: TokenKind
  readonly label: string
  readonly project: string | null
}

export async function listTokenLabels(db: Db, ids: readonly string[]): Promise<readonly TokenLabel[]> {
  if (ids.length === 0) return []
  const rows = await db
    .select({ id: tokens.id, kind: tokens.kind, label: tokens.label, slug: projects.slugKey })
    .from(tokens)
    .leftJoin(projects, eq(projects.id, tokens.projectId))
    .where(inArray(tokens.id, [...ids]))
  return rows.map(({ slug, ...token }) => ({ ...token, project: slug }))
}
