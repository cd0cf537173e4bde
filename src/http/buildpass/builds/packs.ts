import type { Context } from 'hono'
import { type KeptPack, keepPack } from '../../../actions/uploads/keep-pack.ts'
import { digestText } from '../../../domain/artifacts/artifact-digest.ts'
import { MAX_PACKS_A_BUILD, type Pack, packNameProblem, zipOfPack } from '../../../domain/artifacts/pack.ts'
import { AppError, invalidInput } from '../../../domain/error.ts'
import { type Project, slugText } from '../../../domain/project.ts'
import { findPack, listPacks } from '../../../storage/artifacts/packs.ts'
import { redirectToDownload } from '../../downloads/redirect.ts'
import { jsonRead, jsonWritten } from '../../frame/answers/answers.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { buildNumOf, queryCount, queryFlag } from '../../frame/request/input.ts'
import { publicOriginOf } from '../../frame/request/origin.ts'
import { type App, route } from '../../frame/route.ts'
import { isoOf } from '../../json/iso-time.ts'
import type { PackJson, PacksJson, StoredPackJson } from './packs-shape.ts'
import { MAX_NODE_INDEX, namedDigestOf, notAsTold, otherBytes, requireBuildId, requireLength } from './uploads.ts'

/** Many files in one zip, each an artifact of its own. */
export function mountPacks(app: App): void {
  route(
    app,
    'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/packs/:name',
    async (c, { actor, project, params }) => {
      const name = packNameOf(params)
      const upload = {
        name,
        nodeIndex: queryCount(c, 'node_index', { min: 0, max: MAX_NODE_INDEX, fallback: 0 }),
        overwrite: queryFlag(c, 'overwrite'),
        sizeBytes: requireLength(c),
        sha256: namedDigestOf(c),
        body: c.req.raw.body ?? new ReadableStream({ start: (controller) => controller.close() }),
      }
      const num = buildNumOf(params)
      const buildId = await requireBuildId(c, project.id, num)
      const kept = await keepPack(c.env.stores, { projectId: project.id, buildId, num }, upload, actor)
      switch (kept.kind) {
        case 'digest_mismatch':
        case 'client_gone':
        case 'wrong_length':
          throw notAsTold(kept.kind, 'Repr-Digest')
        default:
          return packWritten(c, project, kept, '?overwrite=true')
      }
    },
  )

  route(app, 'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/packs', async (c, { project, params }) => {
    const num = buildNumOf(params)
    const packs = await listPacks(c.env.stores.db, { projectId: project.id, num })
    if (!packs) throw new AppError('build_not_found')
    const items = packs.map((pack) => packJson(publicOriginOf(c), project, pack))
    return jsonRead(c, { build_num: num, items } satisfies PacksJson)
  })

  // The zip as it was sent.
  route(app, 'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/packs/:name', async (c, admitted) => {
    const { params, project } = admitted
    const nodeIndex = queryCount(c, 'node_index', { min: 0, max: MAX_NODE_INDEX, fallback: 0 })
    const buildId = await requireBuildId(c, project.id, buildNumOf(params))
    const pack = await findPack(c.env.stores.db, buildId, { nodeIndex, name: params.name })
    if (!pack) throw new AppError('pack_not_found')
    return redirectToDownload(c, admitted, zipOfPack(pack))
  })
}

export function packNameOf({ name }: { readonly name: string }, field = 'name'): string {
  const problem = packNameProblem(name)
  if (problem) throw invalidInput(field, problem)
  return name
}

/** `remedy` is what to send to have other files replaced. */
export function packWritten(c: Context<AppEnv>, project: Project, kept: KeptPack, remedy: string): Response {
  switch (kept.kind) {
    case 'bad_zip':
      throw invalidInput('body', kept.problem)
    case 'other_bytes':
      throw otherBytes(remedy)
    case 'path_taken':
      throw new AppError('other_bytes', `"${kept.path}": this build has a file there; send ${remedy} to replace it`)
    case 'too_many_packs':
      throw new AppError('limit_reached', `A build has at most ${MAX_PACKS_A_BUILD} packs.`)
    case 'no_build':
      throw new AppError('build_not_found')
    case 'created':
    case 'replaced':
    case 'same': {
      const skipped = kept.skipped.slice(0, MAX_SKIPPED_SHOWN).map(({ path, reason }) => ({ path, reason }))
      const stored = { pack: packJson(publicOriginOf(c), project, kept.pack), skipped } satisfies StoredPackJson
      return jsonWritten(c, stored, kept.kind === 'created' ? 201 : 200)
    }
  }
}

const MAX_SKIPPED_SHOWN = 100

function packJson(origin: string, project: Project, pack: Pack): PackJson {
  const { name, nodeIndex, sizeBytes, digest, fileCount, unpackedBytes, createdAt, buildNum } = pack
  const node = nodeIndex === 0 ? '' : `?node_index=${nodeIndex}`
  return {
    name,
    node_index: nodeIndex,
    size: sizeBytes,
    digest: digestText(digest),
    files: fileCount,
    unpacked_size: unpackedBytes,
    created_at: isoOf(createdAt),
    url: `${origin}/api/buildpass/v1/projects/${slugText(project)}/builds/${buildNum}/packs/${name}${node}`,
  }
}
