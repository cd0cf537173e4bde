import type { Mute } from '../../../domain/tests/named-test.ts'
import type { Db } from '../../stores.ts'
import { type MuteRow, muteOf } from './test-mutes.ts'
import { findKeysQuery, type TestIdentity } from './verdicts.ts'

/** The number of a test, by which it has a page, and its mute. */
export type KnownTest = { readonly id: number; readonly mute: Mute | null }

/** The tests of a project that have these names, at their places; null for one that has no number. */
export async function findTestsNamed(
  db: Db,
  projectId: string,
  keys: readonly TestIdentity[],
  now: number,
): Promise<readonly (KnownTest | null)[]> {
  if (keys.length === 0) return []
  const rows = await db.all<MuteRow & { place: number; id: number }>(findKeysQuery(projectId, keys, now))
  const known = new Map(rows.map((row) => [row.place, { id: row.id, mute: muteOf(row) }]))
  return keys.map((_, place) => known.get(place) ?? null)
}
