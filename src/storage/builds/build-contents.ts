import { and, asc, eq, type SQL, sql } from 'drizzle-orm'
import {
  type FileOverview,
  type FolderEntry,
  type FolderPlace,
  folderEntriesOf,
  sharedFolderOf,
} from '../../domain/artifacts/folder.ts'
import { listArtifacts } from '../artifacts/artifacts.ts'
import { artifacts, builds } from '../schema/schema.ts'
import { packs } from '../schema/schema-packs.ts'
import type { Db, ReadStores } from '../stores.ts'

export type BuildFiles = {
  readonly count: number
  readonly sizeBytes: number
  readonly firstNode: number
  /** More than 0 where several nodes made files. */
  readonly lastNode: number
  /** All files by node and path; only the first where they are too many for one page. */
  readonly files: readonly FileOverview[]
  /** All of them, where some are in packs: those are read whole. */
  readonly all: readonly FileOverview[] | null
}

/** A build with more files is shown folder by folder. */
export const MAX_FILES_AT_ONCE = 200

export async function listBuildFiles(
  stores: Pick<ReadStores, 'db' | 'artifacts' | 'warn'>,
  projectId: string,
  num: number,
): Promise<BuildFiles> {
  const { db } = stores
  const { path, nodeIndex, sizeBytes } = artifacts
  const [files, [sums], [pack]] = await db.batch([
    db
      .select({ path, nodeIndex, sizeBytes })
      .from(builds)
      .innerJoin(artifacts, eq(artifacts.buildId, builds.id))
      .where(isBuild(projectId, num))
      .orderBy(asc(nodeIndex), asc(path))
      .limit(MAX_FILES_AT_ONCE),
    db
      .select({
        count: sql<number>`count(*)`,
        bytes: sql<number>`coalesce(sum(${sizeBytes}), 0)`,
        firstNode: sql<number>`coalesce(min(${nodeIndex}), 0)`,
        lastNode: sql<number>`coalesce(max(${nodeIndex}), 0)`,
      })
      .from(builds)
      .innerJoin(artifacts, eq(artifacts.buildId, builds.id))
      .where(isBuild(projectId, num)),
    db
      .select({ id: packs.id })
      .from(builds)
      .innerJoin(packs, eq(packs.buildId, builds.id))
      .where(isBuild(projectId, num))
      .limit(1),
  ])
  if (pack) return filesOf((await listArtifacts(stores, projectId, num)) ?? [])
  const { count = 0, bytes = 0, firstNode = 0, lastNode = 0 } = sums ?? {}
  return { count, sizeBytes: bytes, firstNode, lastNode, files, all: null }
}

function filesOf(artifacts: readonly FileOverview[]): BuildFiles {
  const all = artifacts.map(({ path, nodeIndex, sizeBytes }) => ({ path, nodeIndex, sizeBytes }))
  return {
    count: all.length,
    sizeBytes: all.reduce((sum, file) => sum + file.sizeBytes, 0),
    firstNode: all[0]?.nodeIndex ?? 0,
    lastNode: all.at(-1)?.nodeIndex ?? 0,
    files: all.slice(0, MAX_FILES_AT_ONCE),
    all,
  }
}

/** More nodes than this are not looked through for a path. */
const MAX_NODES = 64

/** Those of a build's files that are at one of `paths`. */
export async function listFilesAt(
  db: Db,
  build: { readonly projectId: string; readonly num: number },
  { firstNode, lastNode, all }: Pick<BuildFiles, 'firstNode' | 'lastNode' | 'all'>,
  paths: readonly string[],
): Promise<readonly FileOverview[]> {
  if (all) return all.filter(({ path }) => paths.includes(path))
  const nodes = Array.from({ length: Math.min(lastNode - firstNode + 1, MAX_NODES) }, (_, i) => firstNode + i)
  const { path, nodeIndex, sizeBytes } = artifacts
  return db
    .select({ path, nodeIndex, sizeBytes })
    .from(builds)
    .innerJoin(artifacts, eq(artifacts.buildId, builds.id))
    .where(
      and(
        isBuild(build.projectId, build.num),
        sql`${nodeIndex} in (select row.value from json_each(${JSON.stringify(nodes)}) as row)`,
        sql`${path} in (select row.value from json_each(${JSON.stringify(paths)}) as row)`,
      ),
    )
    .orderBy(asc(nodeIndex))
}

export type FolderPage = {
  readonly entries: readonly FolderEntry[]
  readonly page: number
  readonly pages: number
}

const ENTRIES_PER_PAGE = 100

/**
 * A page, from 1, of one folder: its folders, then its files, each by name. A folder that has only one folder in it is one
 * entry with that. Without a place, the nodes.
 */
export async function listFolder(
  db: Db,
  build: { readonly projectId: string; readonly num: number },
  { place, page, all }: { readonly place: FolderPlace | null; readonly page: number } & Pick<BuildFiles, 'all'>,
): Promise<FolderPage> {
  if (all) {
    const entries = folderEntriesOf(all, place)
    const shown = entries.slice((page - 1) * ENTRIES_PER_PAGE, page * ENTRIES_PER_PAGE)
    return { entries: shown, page, pages: Math.ceil(entries.length / ENTRIES_PER_PAGE) }
  }
  const rows = await (place ? selectFolder(db, build, place, page) : selectNodes(db, build, page))
  return {
    entries: rows.map(({ kind, nodeIndex, firstPath, lastPath, count, sizeBytes }) => {
      const path = kind === 'folder' ? sharedFolderOf(firstPath, lastPath) : firstPath
      return { kind, nodeIndex, path, count, sizeBytes }
    }),
    page,
    pages: Math.ceil((rows[0]?.total ?? 0) / ENTRIES_PER_PAGE),
  }
}

export function selectFolder(
  db: Db,
  { projectId, num }: { readonly projectId: string; readonly num: number },
  place: FolderPlace,
  page: number,
) {
  const { path } = artifacts
  const rest = sql`substr(${path}, length(${place.path}) + 1)`
  return db
    .select({
      kind: sql<'folder' | 'file'>`iif(instr(${rest}, '/') > 0, 'folder', 'file')`.as('kind'),
      name: sql`iif(instr(${rest}, '/') > 0, substr(${rest}, 1, instr(${rest}, '/') - 1), ${rest})`.as('entry_name'),
      firstPath: sql<string>`min(${path})`.as('first_path'),
      lastPath: sql<string>`max(${path})`.as('last_path'),
      ...sumColumns(),
    })
    .from(builds)
    .innerJoin(artifacts, eq(artifacts.buildId, builds.id))
    .where(and(isBuild(projectId, num), eq(artifacts.nodeIndex, place.nodeIndex), isBelow(place.path)))
    .groupBy(sql`kind`, sql`entry_name`)
    .orderBy(sql`kind desc`, sql`entry_name`)
    .limit(ENTRIES_PER_PAGE)
    .offset((page - 1) * ENTRIES_PER_PAGE)
}

export function selectNodes(
  db: Db,
  { projectId, num }: { readonly projectId: string; readonly num: number },
  page: number,
) {
  return db
    .select({
      kind: sql<'node'>`'node'`.as('kind'),
      firstPath: sql<string>`''`.as('first_path'),
      lastPath: sql<string>`''`.as('last_path'),
      ...sumColumns(),
    })
    .from(builds)
    .innerJoin(artifacts, eq(artifacts.buildId, builds.id))
    .where(isBuild(projectId, num))
    .groupBy(artifacts.nodeIndex)
    .orderBy(asc(artifacts.nodeIndex))
    .limit(ENTRIES_PER_PAGE)
    .offset((page - 1) * ENTRIES_PER_PAGE)
}

/** The sums for each entry, and the number of entries. */
function sumColumns() {
  return {
    nodeIndex: artifacts.nodeIndex,
    count: sql<number>`count(*)`.as('files_below'),
    sizeBytes: sql<number>`sum(${artifacts.sizeBytes})`.as('bytes_below'),
    total: sql<number>`count(*) over ()`.as('total'),
  }
}

/** A range of the index: '0' is the character after '/'. */
function isBelow(folder: string): SQL | undefined {
  const { path } = artifacts
  return folder === '' ? undefined : sql`${path} > ${folder} and ${path} < ${`${folder.slice(0, -1)}0`}`
}

function isBuild(projectId: string, num: number): SQL | undefined {
  return and(eq(builds.projectId, projectId), eq(builds.num, num))
}
