import type { Context } from 'hono'
import { keepUpload } from '../../../actions/uploads/keep-upload.ts'
import { MAX_ARTIFACT_BYTES } from '../../../domain/artifacts/artifact.ts'
import { parseContentDigest } from '../../../domain/artifacts/content-digest.ts'
import { AppError, invalidInput } from '../../../domain/error.ts'
import { findBuildId } from '../../../storage/builds/builds.ts'
import { jsonWritten } from '../../frame/answers/answers.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { artifactPathOf, buildNumOf, queryCount, queryFlag } from '../../frame/request/input.ts'
import { publicOriginOf } from '../../frame/request/origin.ts'
import { type App, route } from '../../frame/route.ts'
import { storedArtifactJson } from './artifact-json.ts'

export const MAX_NODE_INDEX = 9_999

/** What a finished job brings: artifact bytes. */
export function mountUploads(app: App): void {
  route(
    app,
    'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/artifacts/:path{.+}',
    async (c, { actor, project, params }) => {
      const path = artifactPathOf(params)
      const nodeIndex = queryCount(c, 'node_index', { min: 0, max: MAX_NODE_INDEX, fallback: 0 })
      const overwrite = queryFlag(c, 'overwrite')
      const upload = {
        path,
        nodeIndex,
        overwrite,
        sizeBytes: requireLength(c),
        sha256: namedDigestOf(c),
        contentType: contentTypeOf(c),
        body: c.req.raw.body,
      }
      const num = buildNumOf(params)
      const buildId = await requireBuildId(c, project.id, num)
      const kept = await keepUpload(c.env.stores, { projectId: project.id, buildId, num }, upload, actor)
      switch (kept.kind) {
        case 'digest_mismatch':
        case 'client_gone':
        case 'wrong_length':
          throw notAsTold(kept.kind, 'Repr-Digest')
        case 'other_bytes':
          throw otherBytes('?overwrite=true')
        case 'no_build':
          throw new AppError('build_not_found')
        case 'created':
        case 'replaced':
        case 'same': {
          const stored = storedArtifactJson(publicOriginOf(c), kept.artifact)
          return jsonWritten(c, stored, kept.kind === 'created' ? 201 : 200)
        }
      }
    },
  )
}

/** The id of that build; throws where there is none. */
export async function requireBuildId(c: Context<AppEnv>, projectId: string, num: number): Promise<string> {
  const id = await findBuildId(c.env.stores.db, projectId, num)
  if (!id) throw new AppError('build_not_found')
  return id
}

export function requireLength(c: Context<AppEnv>): number {
  const text = c.req.header('Content-Length')
  if (text === undefined || !/^\d{1,15}$/.test(text)) throw new AppError('length_required')
  const sizeBytes = Number(text)
  if (sizeBytes > MAX_ARTIFACT_BYTES)
    throw new AppError('too_large', `An artifact can be at most ${MAX_ARTIFACT_BYTES} bytes.`)
  return sizeBytes
}

/** The SHA-256 that the uploader names, as lower-case hex; null when none is named. */
export function namedDigestOf(c: Context<AppEnv>): string | null {
  for (const name of ['Repr-Digest', 'Content-Digest']) {
    const header = c.req.header(name)
    if (header === undefined) continue
    const digest = parseContentDigest(header)
    if (digest === 'malformed') throw invalidInput(name, 'must be like sha-256=:<base64>:')
    if (digest !== 'other_algorithm') return digest
  }
  return null
}

const CONTENT_TYPE_SHAPE =
  /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}(?:\s*;\s*[\w!#$&^.+-]{1,64}=(?:[\w!#$&^.+-]{1,128}|"[^"\\\p{Cc}]{0,128}"))*$/u

function contentTypeOf(c: Context<AppEnv>): string {
  const text = c.req.header('Content-Type')?.trim() || 'application/octet-stream'
  if (!isContentType(text)) throw invalidInput('Content-Type', CONTENT_TYPE_RULE)
  return text
}

export const CONTENT_TYPE_RULE = 'must be a media type like text/plain; charset=utf-8'

export function isContentType(text: string): boolean {
  return text.length <= 255 && CONTENT_TYPE_SHAPE.test(text)
}

/** Why bytes were not stored that did not come as their headers said; `header` is the one that named the digest. */
export function notAsTold(
  kind: 'digest_mismatch' | 'client_gone' | 'wrong_length',
  header: 'Repr-Digest' | 'Content-Digest',
): AppError {
  const message = 'does not match the bytes that were sent'
  switch (kind) {
    case 'digest_mismatch':
      return new AppError('digest_mismatch', `${header}: ${message}`, { problems: [{ path: header, message }] })
    case 'client_gone':
      return new AppError('client_gone')
    case 'wrong_length':
      return invalidInput('Content-Length', message)
  }
}

/** `remedy` is what to send to have them replaced. */
export function otherBytes(remedy: string): AppError {
  return new AppError('other_bytes', `path: this build has other bytes there; send ${remedy} to replace them`)
}
