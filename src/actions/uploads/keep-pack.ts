import type { Actor } from '../../domain/access/actor.ts'
import { objectKeyFor } from '../../domain/artifacts/artifact.ts'
import { isSamePack, type Pack, type SkippedFile } from '../../domain/artifacts/pack.ts'
import { forgetArtifactLinks } from '../../storage/artifacts/artifact-links.ts'
import { askBucket, putObject } from '../../storage/artifacts/objects.ts'
import { listInIndex, packIndexOf } from '../../storage/artifacts/pack-index.ts'
import { type IndexedPack, listIndexedPacks } from '../../storage/artifacts/packed-artifacts.ts'
import { type InsertedPack, insertPack, type PackPlace, renewPack } from '../../storage/artifacts/packs.ts'
import { readZipDirectory } from '../../storage/artifacts/zip-directory.ts'
import type { Stores } from '../../storage/stores.ts'
import { RightGone } from '../../storage/tokens/rights.ts'

export type KeptPack =
  | Exclude<InsertedPack, { readonly pack: Pack }>
  | {
      readonly kind: 'created' | 'replaced' | 'same'
      readonly pack: Pack
      readonly skipped: readonly SkippedFile[]
    }
  | { readonly kind: 'bad_zip'; readonly problem: string }

type Target = { readonly projectId: string; readonly buildId: string; readonly num: number }

/** A zip on its way in. */
export type NewPack = Pick<Pack, 'name' | 'nodeIndex' | 'sizeBytes'> & {
  /** The digest that the uploader named; null when it named none. */
  readonly sha256: string | null
  readonly overwrite: boolean
}

/** Stores a zip, then its index, and their rows last: what fails on the way leaves nothing that anybody sees. */
export async function keepPack(
  stores: Stores,
  target: Target,
  { body, ...upload }: NewPack & { readonly body: ReadableStream<Uint8Array> },
  actor: Actor,
): Promise<KeptPack | { readonly kind: 'digest_mismatch' | 'wrong_length' | 'client_gone' }> {
  const { sizeBytes, sha256, overwrite } = upload
  const others = await listIndexedPacks(stores.db, target.buildId)
  const known = findKnown(others, upload)
  if (known && sha256 !== null) {
    if (isSamePack(known, { sizeBytes, digest: { kind: 'sha256', hex: sha256 } }))
      return sameAgain(stores, known, others, { overwrite, actor })
    if (!overwrite) return { kind: 'other_bytes' }
  }
  const objectKey = objectKeyFor(target.projectId, target.buildId, crypto.randomUUID())
  const object = { sizeBytes, sha256, contentType: 'application/zip' }
  const stored = await askBucket(stores, putObject(stores.artifacts, objectKey, body, object))
  if (stored.kind !== 'stored') return stored
  const digest = { kind: 'sha256', hex: stored.sha256 } as const
  return indexPack(stores, { ...target, ...upload, digest, objectKey }, others, actor)
}

/** The answer to a zip that the build has: where it may replace what came after it, its files are the newest again. */
export async function sameAgain(
  stores: Stores,
  known: IndexedPack,
  others: readonly IndexedPack[],
  { overwrite, actor }: { readonly overwrite: boolean; readonly actor: Actor },
): Promise<KeptPack> {
  if (!overwrite) return { kind: 'same', pack: known, skipped: [] }
  const paths = (await listInIndex(stores, known.index)).map(({ path }) => path)
  const pack = await renewPack(stores, known, { paths, createdAt: behind(stores.now(), others) }, actor)
  forgetArtifactLinks(stores)
  return pack ? { kind: 'same', pack, skipped: [] } : { kind: 'no_build' }
}

/** Makes a pack of a zip that R2 has: reads its directory, writes its index, and then the rows. Without rows neither stays. */
export async function indexPack(
  stores: Stores,
  zip: Target & Omit<NewPack, 'sha256'> & Pick<Pack, 'digest' | 'objectKey'>,
  others: readonly IndexedPack[],
  actor: Actor,
): Promise<KeptPack> {
  const { artifacts } = stores
  const { projectId, buildId, num, name, nodeIndex, sizeBytes, digest, objectKey, overwrite } = zip
  const indexKey = objectKeyFor(projectId, buildId, crypto.randomUUID())
  let kept: KeptPack
  try {
    kept = await index()
  } catch (error) {
    // After any other error the rows may exist: the daily upkeep deletes the objects if not.
    if (error instanceof RightGone) await artifacts.delete([objectKey, indexKey])
    throw error
  }
  if (kept.kind === 'created' || kept.kind === 'replaced') forgetArtifactLinks(stores)
  else await artifacts.delete([objectKey, indexKey])
  return kept

  async function index(): Promise<KeptPack> {
    const known = findKnown(others, zip)
    if (known && isSamePack(known, zip)) return sameAgain(stores, known, others, { overwrite, actor })
    const zipped = await readZipDirectory(stores, zip)
    if (zipped.kind === 'bad_zip') return zipped
    const { files, skipped } = zipped
    if (files.length === 0) return { kind: 'bad_zip', problem: noFilesText(skipped) }
    const beside = others.filter((other) => other.nodeIndex === nodeIndex && other.name !== name)
    const taken = overwrite ? null : await findTaken(stores, beside, new Set(files.map(({ path }) => path)))
    if (taken !== null) return { kind: 'path_taken', path: taken }
    const { bytes, members } = await packIndexOf(files)
    await askBucket(stores, artifacts.put(indexKey, bytes))
    const pack = {
      id: crypto.randomUUID(),
      projectId,
      buildId,
      buildNum: num,
      nodeIndex,
      name,
      sizeBytes,
      digest,
      objectKey,
      fileCount: files.length,
      unpackedBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
      createdAt: overwrite ? behind(stores.now(), others) : stores.now(),
    }
    const paths = files.map(({ path }) => path)
    const indexed = { index: { objectKey: indexKey, members }, paths, overwrite }
    const inserted = await insertPack(stores, pack, indexed, actor)
    return 'pack' in inserted ? { ...inserted, skipped } : inserted
  }
}

/** The pack of that name that is there already. */
export function findKnown(others: readonly IndexedPack[], place: PackPlace): IndexedPack | undefined {
  return others.find(({ name, nodeIndex }) => name === place.name && nodeIndex === place.nodeIndex)
}

/** A path of the files that one of the packs has. */
async function findTaken(
  stores: Stores,
  packs: readonly IndexedPack[],
  paths: ReadonlySet<string>,
): Promise<string | null> {
  for (const { index } of packs) {
    const there = (await listInIndex(stores, index)).find(({ path }) => paths.has(path))
    if (there) return there.path
  }
  return null
}

/** Behind all that may be replaced, and in whole seconds: no date that a client got for other bytes fits the new ones. */
function behind(now: number, others: readonly Pick<Pack, 'createdAt'>[]): number {
  const latest = Math.max(now, ...others.map(({ createdAt }) => createdAt))
  return (Math.floor(latest / 1000) + 1) * 1000
}

function noFilesText(skipped: readonly SkippedFile[]): string {
  const [first] = skipped
  return first ? `has no file that can be taken: "${first.path}" ${first.reason}` : 'has no files'
}
