import { and, eq, type SQL } from 'drizzle-orm'
import { builds } from '../schema/schema.ts'

/** A build of a project, by its number or its id. */
export type WhichBuild = { readonly projectId: string } & ({ readonly num: number } | { readonly id: string })

/** The condition that a row of `builds` is that build. */
export function isBuild(which: WhichBuild): SQL | undefined {
  return and(
    eq(builds.projectId, which.projectId),
    'num' in which ? eq(builds.num, which.num) : eq(builds.id, which.id),
  )
}
