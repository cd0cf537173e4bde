import type { Context } from 'hono'
import { type Artifact, contentDispositionFor } from '../../domain/artifacts/artifact.ts'
import { matchesGlob } from '../../domain/artifacts/path-glob.ts'
import { AppError, invalidInput } from '../../domain/error.ts'
import type { Project } from '../../domain/project.ts'
import { zipArtifacts } from '../../storage/artifacts/zip-artifacts.ts'
import type { AppEnv } from '../frame/open-request.ts'
import { queryText } from '../frame/request/input.ts'

const MAX_GLOB_CHARACTERS = 1_000

/** All artifacts of a build, or those that `?path=` names, as a zip that is made while it is sent. */
export function artifactsZip(
  c: Context<AppEnv>,
  project: Project,
  num: number,
  artifacts: readonly Artifact[],
): Response {
  const glob = queryText(c, 'path')
  if (glob !== null && glob.length > MAX_GLOB_CHARACTERS)
    throw invalidInput('path', `must be at most ${MAX_GLOB_CHARACTERS} characters`)
  const meant = glob === null ? artifacts : artifacts.filter(({ path }) => path === glob || matchesGlob(glob, path))
  if (meant.length === 0) throw new AppError('artifact_not_found')
  const hasNodes = new Set(meant.map(({ nodeIndex }) => nodeIndex)).size > 1
  const named = meant.map((artifact) => ({
    name: hasNodes ? `node-${artifact.nodeIndex}/${artifact.path}` : artifact.path,
    artifact,
  }))
  return new Response(c.req.raw.method === 'HEAD' ? null : zipArtifacts(c.env.stores, named), {
    headers: {
      'Content-Type': 'application/zip',
      'Content-Disposition': contentDispositionFor(`${project.repo}-${num}.zip`, 'attachment'),
      'Cache-Control': 'private, no-store',
      'Content-Security-Policy': 'sandbox',
      'X-Content-Type-Options': 'nosniff',
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Referrer-Policy': 'no-referrer',
      'Access-Control-Allow-Origin': '*',
    },
  })
}
