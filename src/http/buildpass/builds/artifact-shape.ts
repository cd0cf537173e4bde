import { IDS, type JsonOf, list, named, ORIGIN, object, orNull, text, time, whole } from '../../json/shape.ts'

export const storedArtifactShape = named(
  'StoredArtifact',
  object({
    path: text('dist/app.zip'),
    node_index: whole(0),
    size: whole(9),
    digest: text('sha256:9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab'),
    sha256: orNull(text('9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab')),
    content_type: text('application/zip'),
    // The pack that it is in.
    pack: orNull(text('dist')),
    created_at: time(),
    url: text(`${ORIGIN}/output/job/${IDS.job}/artifacts/0/dist/app.zip`),
  }),
)
export const artifactsOfBuildShape = named(
  'ArtifactsOfBuild',
  object({ build_num: whole(42), items: list(storedArtifactShape) }),
)

export type StoredArtifactJson = JsonOf<typeof storedArtifactShape>
export type ArtifactsOfBuildJson = JsonOf<typeof artifactsOfBuildShape>
