import type { Context } from 'hono'
import type { ReportPlace, ReportRight } from '../../domain/access/tickets/report-ticket.ts'
import { type Artifact, artifactPathProblem } from '../../domain/artifacts/artifact.ts'
import { INDEX } from '../../domain/artifacts/report-kind.ts'
import { AppError } from '../../domain/error.ts'
import type { Slug } from '../../domain/project.ts'
import { findArtifactLink } from '../../storage/artifacts/artifact-links.ts'
import type { Stores } from '../../storage/stores.ts'
import { answerFile, fileTagFor, wholeSecond } from '../frame/answers/file-answer.ts'
import type { AppEnv } from '../frame/open-request.ts'
import { artifactUrlFor } from '../json/artifact-url.ts'

/** What a path of a build's files names; null where there is no such build. */
export type ReportFile = { readonly slug: Slug; readonly projectId: string } & (
  | { readonly kind: 'file' | 'folder'; readonly artifact: Artifact }
  | { readonly kind: 'none' }
)

/**
 * The file at a path, or the index.html of the folder there: of one that ends in a slash or is empty (`file`), or of one
 * that is named without it (`folder`).
 */
export async function findReportFile(
  stores: Stores,
  place: Pick<ReportPlace, 'buildId' | 'nodeIndex'>,
  path: string,
): Promise<ReportFile | null> {
  const isFolder = path === '' || path.endsWith('/')
  const named = await findFile(stores, place, isFolder ? path + INDEX : path)
  if (!named || named.kind === 'file' || isFolder) return named
  const inside = await findFile(stores, place, `${path}/${INDEX}`)
  return inside?.kind === 'file' ? { ...inside, kind: 'folder' } : named
}

async function findFile(
  stores: Stores,
  { buildId, nodeIndex }: Pick<ReportPlace, 'buildId' | 'nodeIndex'>,
  path: string,
): Promise<ReportFile | null> {
  const place = { buildId, nodeIndex, path: artifactPathProblem(path) === null ? path : '' }
  // Kept under the address of the artifact, whichever way it is asked for.
  const link = await findArtifactLink(stores, artifactUrlFor('', place), place)
  if (!link) return null
  const { slug, projectId, artifact } = link
  return artifact ? { kind: 'file', slug, projectId, artifact } : { kind: 'none', slug, projectId }
}

/** As `findReportFile`, for who was let in; throws for what the right does not open as for what is not there. */
export async function requireReportFile(
  stores: Stores,
  right: Pick<ReportRight, 'projectId' | 'buildId' | 'nodeIndex' | 'only'>,
  path: string | null,
): Promise<Extract<ReportFile, { readonly artifact: Artifact }>> {
  const found = path === null ? null : await findReportFile(stores, right, path)
  if (!found || found.kind === 'none' || found.projectId !== right.projectId || !opens(right, found.artifact.path))
    throw new AppError('artifact_not_found')
  return found
}

function opens({ only }: Pick<ReportRight, 'only'>, path: string): boolean {
  if (!only) return true
  return only.endsWith('/') ? path.startsWith(only) : path === only
}

/** The bytes of a file that is shown. */
export function showFile(
  c: Context<AppEnv>,
  artifact: Artifact,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  const validators = { etag: fileTagFor(artifact), modifiedAt: wholeSecond(artifact.createdAt) }
  return answerFile(c, artifact, validators, headers)
}

/**
 * The path as it was sent, decoded once; null for one that is written so that no file could have it: a slash within a
 * segment, or no UTF-8.
 */
export function decodedPath(raw: string): string | null {
  if (/%2f/i.test(raw)) return null
  try {
    return decodeURIComponent(raw)
  } catch {
    return null // Malformed percent-encoding.
  }
}
