import { wordTable } from '../formats/word-table.ts'

/** What a project token opens, in the words of the wire (CircleCI's "API Permissions"). */
export type Scope = 'status' | 'view-builds' | 'all'

export const SCOPES: Record<Scope, { readonly name: string; readonly opens: string }> = {
  status: { name: 'Status', opens: 'Read build statuses: badges, build lists, builds and test results.' },
  'view-builds': { name: 'Build Artifacts', opens: 'Read build artifacts: lists and downloads.' },
  all: { name: 'All', opens: 'Read build statuses and build artifacts.' },
}

const SCOPE_ALIASES = wordTable<Scope>({ 'build-artifacts': 'view-builds', 'read-only': 'view-builds' })

/** The scope that `text` names, aliases of old clients included; null for anything else. */
export function parseScope(text: string): Scope | null {
  if (Object.hasOwn(SCOPES, text)) return text as Scope
  return SCOPE_ALIASES.get(text) ?? null
}
