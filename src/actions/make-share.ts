import type { Actor } from '../domain/access/actor.ts'
import { mintShareSecret, type ShareSecret } from '../domain/access/secret.ts'
import type { Share, SharedThing } from '../domain/access/share.ts'
import type { ArtifactPlace } from '../domain/artifacts/artifact.ts'
import { INDEX, isReportIndex } from '../domain/artifacts/report-kind.ts'
import type { Project } from '../domain/project.ts'
import { findArtifactOfBuild, findLatestArtifact } from '../storage/artifacts/artifacts.ts'
import { findPack } from '../storage/artifacts/packs.ts'
import { findBuildId } from '../storage/builds/builds.ts'
import { findShare, insertShare, type ListedShare, type NewShare } from '../storage/shares/shares.ts'
import type { Stores } from '../storage/stores.ts'

export type WantedShare = Pick<Share, 'thing' | 'of' | 'label' | 'showsName' | 'expiresAt' | 'maxUses'> & {
  readonly onceId?: string
}

export type MadeShare =
  | { readonly kind: 'made'; readonly share: ListedShare; readonly secret: ShareSecret }
  | { readonly kind: 'no_build' | 'no_artifact' | 'full' | 'done_before' }

/** Makes a link to what is there already, since one to a mistyped path would be sent to somebody and open nothing. */
export async function makeShare(
  stores: Stores,
  project: Project,
  { of, ...wanted }: WantedShare,
  actor: Actor,
): Promise<MadeShare> {
  const { db } = stores
  const place = await findPlace(stores, project, { of, thing: wanted.thing })
  if ('kind' in place) return place
  const secret = mintShareSecret()
  const inserted = await insertShare(stores, project.id, { secret, share: { ...wanted, ...place } }, actor)
  if (inserted.kind !== 'created') return inserted
  const share = await findShare(db, project.id, inserted.id)
  // It ended meanwhile, with its build or its maker.
  return share ? { kind: 'made', share, secret } : { kind: 'no_build' }
}

async function findPlace(
  stores: Stores,
  project: Project,
  { of, thing }: Pick<WantedShare, 'of' | 'thing'>,
): Promise<Pick<NewShare, 'of' | 'thing'> | { readonly kind: 'no_build' | 'no_artifact' }> {
  const { db } = stores
  if (of.kind === 'latest') {
    const which = { branch: of.branch ?? project.defaultBranch, filter: 'none' } as const
    const found = await firstThing(thing, (place) => findLatestArtifact(stores, project.id, which, place))
    return found ? { of, thing: found } : { kind: 'no_artifact' }
  }
  const buildId = await findBuildId(db, project.id, of.num)
  if (!buildId) return { kind: 'no_build' }
  const found = await firstThing(thing, (place) =>
    thing.kind === 'pack'
      ? findPack(db, buildId, { nodeIndex: place.nodeIndex, name: place.path })
      : findArtifactOfBuild(stores, buildId, place),
  )
  return found ? { of: { kind: 'build', buildId }, thing: found } : { kind: 'no_artifact' }
}

/** The thing under the path at which something is there; a report may be named by its folder, too. */
async function firstThing(
  { kind, nodeIndex, path: named }: SharedThing,
  find: (place: ArtifactPlace) => Promise<unknown>,
): Promise<SharedThing | null> {
  const paths = kind === 'report' && !isReportIndex(named) ? [`${named}/${INDEX}`, named] : [named]
  for (const path of paths) if (await find({ nodeIndex, path })) return { kind, nodeIndex, path }
  return null
}
