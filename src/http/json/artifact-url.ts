import { type Artifact, encodePath } from '../../domain/artifacts/artifact.ts'
import { type Slug, slugText } from '../../domain/project.ts'

/** The stable, unsigned URL of an artifact; existing tools take the job's uuid and the node out of it. */
export function artifactUrlFor(
  origin: string,
  { path, nodeIndex, buildId }: Pick<Artifact, 'path' | 'nodeIndex' | 'buildId'>,
): string {
  return `${origin}/output/job/${buildId}/artifacts/${nodeIndex}/${encodePath(path)}`
}

/** The page's address that leads to the files of a build's node as they are shown; a path follows. */
export function reportWayFor(slug: Slug, num: number, nodeIndex: number): string {
  return `/${slugText(slug)}/${num}/report/${nodeIndex}/`
}
