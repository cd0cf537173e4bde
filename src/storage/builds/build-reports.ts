import { and, eq, sql } from 'drizzle-orm'
import {
  folderOfIndex,
  isReportIndex,
  REPORT_MARKS,
  type ReportKind,
  reportKindOf,
  topmost,
} from '../../domain/artifacts/report-kind.ts'
import { artifacts, builds } from '../schema/schema.ts'
import type { Db } from '../stores.ts'
import { type BuildFiles, listFilesAt } from './build-contents.ts'

/** An index.html of a build that is in no folder of another one. */
export type BuildReport = {
  readonly nodeIndex: number
  readonly path: string
  /** Its folder, with a slash at its end; empty for the root. */
  readonly folder: string
  readonly kind: ReportKind | null
}

/** So many index.html are looked at, those of the shortest paths. */
const MAX_INDEXES = 300
/** So many reports are shown. */
const MAX_REPORTS = 20

/** The reports of a build by their folders. */
export async function listReports(
  db: Db,
  build: { readonly projectId: string; readonly num: number },
  all: BuildFiles['all'],
): Promise<readonly BuildReport[]> {
  const indexes = all?.filter(({ path }) => isReportIndex(path)) ?? (await selectIndexes(db, build))
  const found = topmost(indexes).slice(0, MAX_REPORTS)
  if (found.length === 0) return []
  const reports = found.map((index) => ({ ...index, folder: folderOfIndex(index.path) }))
  const marks = reports.flatMap(({ folder }) => REPORT_MARKS.map((mark) => folder + mark))
  const nodes = reports.map(({ nodeIndex }) => nodeIndex)
  const range = { firstNode: Math.min(...nodes), lastNode: Math.max(...nodes), all }
  const marked = await listFilesAt(db, build, range, [...new Set(marks)])
  const there = new Set(marked.map(({ nodeIndex, path }) => `${nodeIndex}/${path}`))
  return reports
    .map(({ nodeIndex, path, folder }) => ({ nodeIndex, path, folder }))
    .map((report) => ({
      ...report,
      kind: reportKindOf(report.folder, (mark) => there.has(`${report.nodeIndex}/${report.folder}${mark}`)),
    }))
    .toSorted((a, b) => a.nodeIndex - b.nodeIndex || (a.path < b.path ? -1 : 1))
}

/** The index.html of a build, those of the shortest paths first: a folder's own comes before those inside. */
export function selectIndexes(db: Db, { projectId, num }: { readonly projectId: string; readonly num: number }) {
  const { nodeIndex, path } = artifacts
  return db
    .select({ nodeIndex, path })
    .from(builds)
    .innerJoin(artifacts, eq(artifacts.buildId, builds.id))
    .where(
      and(
        eq(builds.projectId, projectId),
        eq(builds.num, num),
        // As the index has it.
        sql`(${path} = 'index.html' or ${path} glob '*/index.html')`,
      ),
    )
    .orderBy(sql`length(${path})`)
    .limit(MAX_INDEXES)
}
