import type { Actor } from '../../domain/access/actor.ts'
import { type Artifact, objectKeyFor } from '../../domain/artifacts/artifact.ts'
import { forgetArtifactLinks } from '../../storage/artifacts/artifact-links.ts'
import { findArtifactOfBuild, type KeptArtifact, keepArtifact, mayReplace } from '../../storage/artifacts/artifacts.ts'
import { askBucket, putObject } from '../../storage/artifacts/objects.ts'
import type { Stores } from '../../storage/stores.ts'
import { RightGone } from '../../storage/tokens/rights.ts'

export type NewArtifact = Pick<Artifact, 'path' | 'nodeIndex' | 'sizeBytes' | 'contentType'> & {
  /** The digest that the uploader named; null when it named none. */
  readonly sha256: string | null
  readonly overwrite: boolean
}

type Target = { readonly projectId: string; readonly buildId: string; readonly num: number }

export type KeptUpload = KeptArtifact | { readonly kind: 'digest_mismatch' | 'wrong_length' | 'client_gone' }

/**
 * Stores the bytes first, under a new key, and the row last: so a failed attempt never harms the artifact that was there,
 * and one that is answered as stored is stored.
 */
export async function keepUpload(
  stores: Stores,
  target: Target,
  { body, ...upload }: NewArtifact & { readonly body: ReadableStream<Uint8Array> | null },
  actor: Actor,
): Promise<KeptUpload> {
  const { artifacts } = stores
  const { path, nodeIndex, sizeBytes, contentType, sha256, overwrite } = upload
  const known = await findArtifactOfBuild(stores, target.buildId, { nodeIndex, path })
  const isSame = known !== null && known.digest.kind === 'sha256' && known.digest.hex === sha256
  if (isSame && known.sizeBytes === sizeBytes) return { kind: 'same', artifact: known }
  // Whether bytes without a digest are others is not known before they are here; none are the same as those in a pack.
  if (known && !isSame && !overwrite && (sha256 !== null || known.packed)) return { kind: 'other_bytes' }

  const objectKey = objectKeyFor(target.projectId, target.buildId, crypto.randomUUID())
  const object = { sizeBytes, sha256, contentType }
  const stored = await askBucket(stores, putObject(artifacts, objectKey, body ?? emptyStream(), object))
  if (stored.kind !== 'stored') return stored
  const row = {
    id: crypto.randomUUID(),
    projectId: target.projectId,
    buildId: target.buildId,
    buildNum: target.num,
    nodeIndex,
    path,
    sizeBytes,
    digest: { kind: 'sha256', hex: stored.sha256 } as const,
    contentType,
    objectKey,
    createdAt: stores.now(),
  }
  const kept = await keepArtifact(stores, row, overwrite, actor).catch(async (error) => {
    // After any other error the row may exist: the daily upkeep deletes the object if not.
    if (error instanceof RightGone) await artifacts.delete(objectKey)
    throw error
  })
  if (mayReplace(kept, overwrite)) forgetArtifactLinks(stores)
  if (kept.kind !== 'created' && kept.kind !== 'replaced') await artifacts.delete(objectKey)
  return kept
}

function emptyStream(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.close() })
}
