import type { Secret } from '../../domain/access/secret.ts'
import type { Token } from '../../domain/access/token.ts'
import type { Slug } from '../../domain/project.ts'
import { isoOf } from './iso-time.ts'
import { limitsJson } from './limits-json.ts'
import type { EndedJson, MintedTokenJson, TokenJson } from './token-shape.ts'

/** A token as its holder sees it: never the secret. `slugs` are those of the projects that it is limited to. */
export function tokenJson(token: Token, slugs: ReadonlyMap<string, Slug> = new Map()): TokenJson {
  return {
    id: token.id,
    label: token.label,
    ...('scope' in token ? { scope: token.scope } : {}),
    limits: token.kind === 'reporting' ? null : limitsJson(token.limits, slugs),
    prefix: token.prefix,
    last_four: token.lastFour,
    time: isoOf(token.createdAt),
    expires_at: isoOf(token.expiresAt),
    last_used_at: isoOf(token.lastUsedAt),
    last_used_from: token.lastUsedFrom,
    leak_reported_at: isoOf(token.leakReportedAt),
  }
}

/** The one answer that holds the secret. */
export function mintedTokenJson(
  token: Token,
  secret: Secret,
  slugs: ReadonlyMap<string, Slug>,
  replaces?: string,
): MintedTokenJson {
  return { ...tokenJson(token, slugs), token: secret, replaces }
}

/** What ended with a token: its own id, and those of what it minted. */
export function endedJson(deleted: readonly string[]): EndedJson {
  return { message: 'ok', deleted }
}
