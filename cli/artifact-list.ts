import { type ArtifactDigest, parseArtifactDigest } from '../src/domain/artifact-digest.ts'
import { CliError } from './exit.ts'
import { askJson } from './http.ts'
import { projectPath } from './open-server.ts'
import type { Server } from './server.ts'

/** An artifact as the server lists it. */
export type ListedArtifact = {
  readonly path: string
  readonly nodeIndex: number
  readonly sizeBytes: number
  readonly digest: ArtifactDigest
  readonly url: string
}

export function artifactOf(value: unknown): ListedArtifact {
  const { path, node_index, size, digest, url } = (value ?? {}) as Record<string, unknown>
  const parsed = typeof digest === 'string' ? parseArtifactDigest(digest) : null
  if (
    typeof path === 'string' &&
    typeof node_index === 'number' &&
    typeof size === 'number' &&
    typeof url === 'string'
  ) {
    if (parsed) return { path, nodeIndex: node_index, sizeBytes: size, digest: parsed, url }
    throw new CliError('failed', `${path}: the server names a digest of a kind that this buildpass does not know.`, {
      hint: 'Update buildpass.',
    })
  }
  throw new CliError('failed', 'The server described an artifact in a way that this buildpass does not know.')
}

/** The artifacts of one build: `builds/<n>/artifacts` or `latest/artifacts?…`. */
export async function listArtifacts(
  server: Server,
  path: string,
): Promise<{ readonly num: number; readonly artifacts: readonly ListedArtifact[] }> {
  const answer = await askJson(server, { method: 'GET', path: `${projectPath(server)}/${path}` })
  const { build_num, items } = answer as { build_num?: unknown; items?: unknown }
  if (typeof build_num !== 'number' || !Array.isArray(items))
    throw new CliError('failed', 'The server answered without a list of artifacts.')
  return { num: build_num, artifacts: items.map(artifactOf) }
}
