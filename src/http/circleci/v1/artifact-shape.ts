import { IDS, type JsonOf, named, ORIGIN, object, text, whole } from '../../json/shape.ts'

export const v1ArtifactShape = named(
  'V1Artifact',
  object({
    path: text('dist/app.zip'),
    pretty_path: text('dist/app.zip'),
    node_index: whole(0),
    url: text(`${ORIGIN}/output/job/${IDS.job}/artifacts/0/dist/app.zip`),
  }),
)

export type V1ArtifactJson = JsonOf<typeof v1ArtifactShape>
