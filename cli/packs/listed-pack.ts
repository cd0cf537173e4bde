import { type ArtifactDigest, parseArtifactDigest } from '../../src/domain/artifacts/artifact-digest.ts'
import { askJson } from '../server/http.ts'
import { projectPath } from '../server/open-server.ts'
import type { Server } from '../server/server.ts'
import { isObject, listOf, noAnswerWith } from '../terminal/answer.ts'

/** A pack as the server lists it. */
export type ListedPack = {
  readonly name: string
  readonly nodeIndex: number
  /** Of the zip. */
  readonly sizeBytes: number
  readonly digest: ArtifactDigest
  readonly url: string
}

const PACK = { name: 'text', node_index: 'count', size: 'count', digest: 'text', url: 'address' } as const

/** The packs of one build. */
export async function listPacks(server: Server, num: number): Promise<readonly ListedPack[]> {
  const answer = await askJson(server, { method: 'GET', path: `${projectPath(server)}/builds/${num}/packs` })
  return listOf(isObject(answer) ? answer.items : null, PACK, 'a list of packs').map((pack) => {
    const digest = parseArtifactDigest(pack.digest)
    if (!digest) throw noAnswerWith('a list of packs')
    return { name: pack.name, nodeIndex: pack.node_index, sizeBytes: pack.size, digest, url: pack.url }
  })
}
