import { either, type JsonOf, list, named, ORIGIN, object, text, time, whole } from '../../json/shape.ts'
import { storedArtifactShape } from './artifact-shape.ts'

export const packShape = named(
  'Pack',
  object({
    name: text('dist'),
    node_index: whole(0),
    size: whole(52_431_207),
    digest: text('sha256:9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab'),
    files: whole(2_000),
    unpacked_size: whole(190_002_113),
    created_at: time(),
    url: text(`${ORIGIN}/api/buildpass/v1/projects/gh/acme/web/builds/42/packs/dist`),
  }),
)
export const storedPackShape = named(
  'StoredPack',
  object({
    pack: packShape,
    skipped: list(object({ path: text('../etc/passwd'), reason: text('is a symbolic link') })),
  }),
)
/** What an upload in parts becomes. */
export const storedShape = either([storedArtifactShape, storedPackShape])
export const packsShape = named('Packs', object({ build_num: whole(42), items: list(packShape) }))

export type PackJson = JsonOf<typeof packShape>
export type StoredPackJson = JsonOf<typeof storedPackShape>
export type PacksJson = JsonOf<typeof packsShape>
