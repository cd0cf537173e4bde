import { flag, IDS, type JsonOf, list, named, object, orNull, text, time, uuid, whole } from '../../json/shape.ts'

export const uploadPartShape = named(
  'UploadPart',
  object({
    part: whole(1),
    size: whole(9),
    sha256: text('9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab'),
  }),
)
export const uploadShape = named(
  'Upload',
  object({
    upload_id: uuid(IDS.token),
    path: text('dist/app.zip'),
    node_index: whole(0),
    size: whole(9),
    part_size: whole(8_388_608),
    part_count: whole(1),
    content_type: text('application/zip'),
    overwrite: flag(),
    pack: flag(),
    created_at: time(),
    complete: flag(),
    digest: orNull(text('sha256-parts:8388608:9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab')),
    parts: list(uploadPartShape),
  }),
)

export type UploadPartJson = JsonOf<typeof uploadPartShape>
export type UploadJson = JsonOf<typeof uploadShape>
