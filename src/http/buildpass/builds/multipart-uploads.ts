import * as v from 'valibot'
import { abortUpload } from '../../../actions/uploads/abort-upload.ts'
import { completePack } from '../../../actions/uploads/complete-pack.ts'
import { completeUpload } from '../../../actions/uploads/complete-upload.ts'
import { openUpload } from '../../../actions/uploads/open-upload.ts'
import { putPart } from '../../../actions/uploads/put-part.ts'
import { INSTANCE } from '../../../domain/access/actor.ts'
import { MAX_ARTIFACT_BYTES } from '../../../domain/artifacts/artifact.ts'
import { digestText } from '../../../domain/artifacts/artifact-digest.ts'
import { type MultipartUpload, partCountOf, sizeOfPart, type UploadPart } from '../../../domain/artifacts/upload.ts'
import { AppError, invalidInput } from '../../../domain/error.ts'
import { lazily } from '../../../domain/lazily.ts'
import { findUpload, findUploadPart } from '../../../storage/artifacts/uploads.ts'
import { jsonDone, jsonRead, jsonWritten } from '../../frame/answers/answers.ts'
import { buildNumOf, readJson } from '../../frame/request/input.ts'
import { publicOriginOf } from '../../frame/request/origin.ts'
import { type App, route } from '../../frame/route.ts'
import { isoOf } from '../../json/iso-time.ts'
import { artifactPath, count } from '../../json/schemas.ts'
import { storedArtifactJson } from './artifact-json.ts'
import type { UploadJson, UploadPartJson } from './multipart-uploads-shape.ts'
import { packNameOf, packWritten } from './packs.ts'
import {
  CONTENT_TYPE_RULE,
  isContentType,
  MAX_NODE_INDEX,
  namedDigestOf,
  notAsTold,
  otherBytes,
  requireLength,
} from './uploads.ts'

/** Files that are too large for one request, in parts that may come in any order, again, and after a break. */
export function mountMultipartUploads(app: App): void {
  route(
    app,
    'POST /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/uploads',
    async (c, { actor, project, params }) => {
      const input = await readJson(c, uploadInput())
      const { path, size, node_index, content_type, overwrite, pack } = input
      if (pack) packNameOf({ name: path }, 'path')
      const what = { path, isPack: pack, contentType: pack ? 'application/zip' : content_type }
      const wanted = { ...what, sizeBytes: size, nodeIndex: node_index, overwrite }
      const build = { projectId: project.id, buildNum: buildNumOf(params) }
      const opened = await openUpload(c.env.stores, build, wanted, actor)
      switch (opened.kind) {
        case 'no_build':
          throw new AppError('build_not_found')
        case 'other_bytes':
          throw otherBytes(REMEDY)
        case 'opened':
          return jsonWritten(c, uploadJson(opened.upload, []), 201)
      }
    },
  )

  route(
    app,
    'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/uploads/:upload',
    async (c, { project, params }) => {
      const found = await findUpload(c.env.stores, project.id, { num: buildNumOf(params), id: params.upload }, INSTANCE)
      if (!found) throw new AppError('upload_not_found')
      return jsonRead(c, uploadJson(found.upload, found.parts))
    },
  )

  route(
    app,
    'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/uploads/:upload/:part',
    async (c, { actor, project, params }) => {
      const { stores } = c.env
      const number = /^[1-9]\d{0,5}$/.test(params.part) ? Number(params.part) : 0
      const sizeBytes = requireLength(c)
      const sha256 = namedDigestOf(c)
      const found = await findUploadPart(
        stores,
        project.id,
        { num: buildNumOf(params), id: params.upload, partNumber: number },
        actor,
      )
      if (!found) throw new AppError('upload_not_found')
      const { upload, part } = found
      const due = sizeOfPart(upload, number)
      if (due === null)
        throw invalidInput('part', `must be a whole number from 1 to ${partCountOf(upload)}: this upload has that many`)
      if (sizeBytes !== due) throw invalidInput('Content-Length', `must be ${due} for part ${number} of this upload`)
      if (upload.digest) throw new AppError('upload_complete')
      // The same part again, after an answer that got lost, costs R2 nothing.
      if (part && part.sha256 === sha256) return jsonWritten(c, partJson(part))

      const stored = await putPart(
        stores,
        upload,
        { number, sizeBytes, sha256, body: c.req.raw.body ?? noBytes() },
        actor,
      )
      switch (stored.kind) {
        case 'digest_mismatch':
        case 'client_gone':
        case 'wrong_length':
          throw notAsTold(stored.kind, 'Content-Digest')
        case 'no_upload':
          throw new AppError('upload_not_found')
        case 'stored':
          return jsonWritten(c, partJson(stored.part))
      }
    },
  )

  route(
    app,
    'POST /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/uploads/:upload/complete',
    async (c, { actor, project, params }) => {
      const found = await findUpload(c.env.stores, project.id, { num: buildNumOf(params), id: params.upload }, actor)
      if (!found) throw new AppError('upload_not_found')
      const completed = await (found.upload.isPack ? completePack : completeUpload)(
        c.env.stores,
        found.upload,
        found.parts,
        actor,
      )
      switch (completed.kind) {
        case 'missing_parts':
          throw new AppError('missing_parts', `parts: ${rangesOf(completed.missing)} not sent yet`)
        case 'other_parts':
          throw new AppError('other_parts')
        case 'other_bytes':
          throw otherBytes(REMEDY)
        case 'no_upload':
          throw new AppError('upload_not_found')
        case 'no_build':
          throw new AppError('build_not_found')
        case 'bad_zip':
        case 'path_taken':
        case 'too_many_packs':
          return packWritten(c, project, completed, REMEDY)
        case 'created':
        case 'replaced':
        case 'same': {
          if ('pack' in completed) return packWritten(c, project, completed, REMEDY)
          const stored = storedArtifactJson(publicOriginOf(c), completed.artifact)
          return jsonWritten(c, stored, completed.kind === 'created' ? 201 : 200)
        }
      }
    },
  )

  route(
    app,
    'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/uploads/:upload',
    async (c, { actor, project, params }) => {
      const { stores } = c.env
      const found = await findUpload(stores, project.id, { num: buildNumOf(params), id: params.upload }, actor)
      if (!found) throw new AppError('upload_not_found')
      if (found.upload.digest) throw new AppError('upload_complete')
      await abortUpload(stores, found.upload, actor)
      return jsonDone(c)
    },
  )
}

/** To be sent when the upload begins. */
const REMEDY = '"overwrite": true'

export const uploadInput = lazily(() =>
  v.strictObject({
    path: artifactPath(),
    size: count(1, MAX_ARTIFACT_BYTES),
    node_index: v.optional(count(0, MAX_NODE_INDEX), 0),
    content_type: v.optional(
      v.pipe(v.string(CONTENT_TYPE_RULE), v.check(isContentType, CONTENT_TYPE_RULE)),
      'application/octet-stream',
    ),
    overwrite: v.optional(v.boolean('must be true or false'), false),
    pack: v.optional(v.boolean('must be true or false'), false),
  }),
)

function uploadJson(upload: MultipartUpload, parts: readonly UploadPart[]): UploadJson {
  return {
    upload_id: upload.id,
    path: upload.path,
    node_index: upload.nodeIndex,
    size: upload.sizeBytes,
    part_size: upload.partSizeBytes,
    part_count: partCountOf(upload),
    content_type: upload.contentType,
    overwrite: upload.overwrite,
    pack: upload.isPack,
    created_at: isoOf(upload.createdAt),
    complete: upload.digest !== null,
    digest: upload.digest && digestText(upload.digest),
    parts: parts.map(partJson),
  }
}

function partJson({ number, sizeBytes, sha256 }: UploadPart): UploadPartJson {
  return { part: number, size: sizeBytes, sha256 }
}

/** `part 3 is`, `parts 1–4, 9 are`: a few of them, when there are many. */
function rangesOf(numbers: readonly number[]): string {
  const ranges: [number, number][] = []
  for (const number of numbers) {
    const last = ranges.at(-1)
    if (last && last[1] === number - 1) last[1] = number
    else ranges.push([number, number])
  }
  const shown = ranges.slice(0, 5).map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`))
  const text = `${shown.join(', ')}${ranges.length > shown.length ? ' and more' : ''}`
  return numbers.length === 1 ? `part ${text} is` : `parts ${text} are`
}

function noBytes(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.close() })
}
