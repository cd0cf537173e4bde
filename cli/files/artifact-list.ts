import { type ArtifactDigest, parseArtifactDigest } from '../../src/domain/artifacts/artifact-digest.ts'
import { askJson } from '../server/http.ts'
import { projectPath } from '../server/open-server.ts'
import type { Server } from '../server/server.ts'
import { answerOf, isObject, noAnswerWith } from '../terminal/answer.ts'
import { CliError } from '../terminal/exit.ts'

/** An artifact as the server lists it. */
export type ListedArtifact = {
  readonly path: string
  readonly nodeIndex: number
  readonly sizeBytes: number
  readonly digest: ArtifactDigest
  readonly url: string
  /** The name of the pack that it is in; null also where the server does not say. */
  readonly pack: string | null
}

const ARTIFACT = { path: 'text', node_index: 'count', size: 'count', digest: 'text', url: 'address' } as const

export function artifactOf(value: unknown): ListedArtifact {
  const { path, node_index, size, digest, url } = answerOf(value, ARTIFACT, 'an artifact')
  const { pack } = value as { readonly pack?: unknown }
  const parsed = parseArtifactDigest(digest)
  if (parsed)
    return {
      ...{ path, nodeIndex: node_index, sizeBytes: size, digest: parsed, url },
      pack: typeof pack === 'string' ? pack : null,
    }
  throw new CliError('failed', `${path}: the server names a digest of a kind that this buildpass does not know.`, {
    hint: 'Update buildpass.',
  })
}

/** The artifacts of one build: `builds/<n>/artifacts` or `latest/artifacts?…`. */
export async function listArtifacts(
  server: Server,
  path: string,
): Promise<{ readonly num: number; readonly artifacts: readonly ListedArtifact[] }> {
  const answer = await askJson(server, { method: 'GET', path: `${projectPath(server)}/${path}` })
  const { build_num } = answerOf(answer, { build_num: 'count' }, 'a list of artifacts')
  const items = isObject(answer) ? answer.items : null
  if (!Array.isArray(items)) throw noAnswerWith('a list of artifacts')
  return { num: build_num, artifacts: items.map(artifactOf) }
}
