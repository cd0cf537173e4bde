import type { Artifact } from '../../../domain/artifacts/artifact.ts'
import { digestText } from '../../../domain/artifacts/artifact-digest.ts'
import { artifactUrlFor } from '../../json/artifact-url.ts'
import { isoOf } from '../../json/iso-time.ts'
import type { StoredArtifactJson } from './artifact-shape.ts'

/** An artifact with all that a client needs to fetch it and to know that it got it. */
export function storedArtifactJson(origin: string, artifact: Artifact): StoredArtifactJson {
  const { path, nodeIndex, sizeBytes, digest, contentType, createdAt, pack = null } = artifact
  return {
    path,
    node_index: nodeIndex,
    size: sizeBytes,
    digest: digestText(digest),
    // Null for a file that came in parts: nobody took the digest of the whole.
    sha256: digest.kind === 'sha256' ? digest.hex : null,
    content_type: contentType,
    pack,
    created_at: isoOf(createdAt),
    url: artifactUrlFor(origin, artifact),
  }
}
