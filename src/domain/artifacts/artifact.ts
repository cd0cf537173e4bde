import { visibleLine } from '../formats/visible-text.ts'
import type { ArtifactDigest } from './artifact-digest.ts'
import type { PackedAt } from './packed-at.ts'

/** A stored file of a build. Sizes are bytes, times epoch milliseconds. */
export type Artifact = {
  readonly id: string
  readonly buildId: string
  readonly buildNum: number
  readonly nodeIndex: number
  readonly path: string
  readonly sizeBytes: number
  readonly digest: ArtifactDigest
  readonly contentType: string
  readonly objectKey: string
  readonly createdAt: number
  /** Where in the object its bytes are; of a file that has an object of its own there is none. */
  readonly packed?: PackedAt
  /** The name of the pack that it is in. */
  readonly pack?: string
}

/** Where in its build an artifact is. */
export type ArtifactPlace = Pick<Artifact, 'nodeIndex' | 'path'>

export const MAX_ARTIFACT_PATH_BYTES = 1024
/** 5 GiB: the largest object that R2 takes in one put. */
export const MAX_ARTIFACT_BYTES = 5 * 1024 ** 3

/** The rule that an artifact path breaks, or null when it is fine. Paths are compared as bytes, never normalised. */
export function artifactPathProblem(path: string): string | null {
  if (path === '') return 'must not be empty'
  if (new TextEncoder().encode(path).length > MAX_ARTIFACT_PATH_BYTES)
    return `must be at most ${MAX_ARTIFACT_PATH_BYTES} bytes`
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused.
  if (/[\u0000-\u001f\u007f]/.test(path)) return 'must not contain control characters'
  if (!path.isWellFormed()) return 'must be well-formed Unicode'
  for (const segment of path.split('/')) {
    if (segment === '') return 'must not have an empty segment'
    if (segment === '.' || segment === '..') return 'must not have a "." or ".." segment'
  }
  return null
}

/** The last segment: the name under which a download is saved. */
export function fileNameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** A path on a URL: each segment percent-encoded, slashes kept (RFC 3986 §3.3). */
export function encodePath(path: string): string {
  return path.split('/').map(encodeSegment).join('/')
}

/** As `encodeURIComponent`, and also `!'()*`, which shells and Markdown trip over. */
export function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** Where the bytes of one upload attempt are kept in R2: never used twice. */
export function objectKeyFor(projectId: string, buildId: string, attemptId: string): string {
  return `artifacts/${projectId}/${buildId}/${attemptId}`
}

/**
 * `Content-Disposition` with an ASCII fallback and the name as it is shown everywhere (RFC 6266 §4.1, §4.3, RFC 8187): what
 * hides in it would have `gpj.exe` saved as what looks like `exe.jpg`.
 */
export function contentDispositionFor(fileName: string, disposition: 'attachment' | 'inline'): string {
  const fallback = fileName.replace(/[^\x20-\x7e]/g, '_').replace(/["\\%]/g, '_')
  return `${disposition}; filename="${fallback}"; filename*=UTF-8''${encodeSegment(visibleLine(fileName))}`
}
