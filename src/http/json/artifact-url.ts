import { type Artifact, encodePath } from '../../domain/artifacts/artifact.ts'

/** The stable, unsigned URL of an artifact; existing tools take the job's uuid and the node out of it. */
export function artifactUrlFor(
  origin: string,
  { path, nodeIndex, buildId }: Pick<Artifact, 'path' | 'nodeIndex' | 'buildId'>,
): string {
  return `${origin}/output/job/${buildId}/artifacts/${nodeIndex}/${encodePath(path)}`
}
