import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { INSTANCE } from '../../../../src/domain/access/actor.ts'
import { digestOfParts, digestText } from '../../../../src/domain/artifacts/artifact-digest.ts'
import { PART_SIZE_BYTES } from '../../../../src/domain/artifacts/upload.ts'
import { toHex } from '../../../../src/domain/formats/encoding.ts'
import { uploads } from '../../../../src/storage/schema/schema-uploads.ts'
import { objectsOf, type SeededBuild, seedBuild } from '../../../support/seed/builds.ts'
import { askUrl } from '../../../support/worker/client.ts'
import { scansOf } from '../../../support/worker/query-plan.ts'
import { runUpkeepOf } from '../../../support/worker/upkeep.ts'

const ORIGIN = 'https://builds.test'
const TAIL_BYTES = 5_000
const FILE = new Uint8Array(PART_SIZE_BYTES + TAIL_BYTES).map((_, i) => (i * 31 + (i >> 13)) & 255)
const PARTS = [FILE.subarray(0, PART_SIZE_BYTES), FILE.subarray(PART_SIZE_BYTES)] as const

type Answer = { readonly status: number; readonly body: Record<string, unknown> & { message?: string } }

let build: SeededBuild
beforeAll(async () => {
  build = await seedBuild()
})

async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const isBytes = body instanceof Uint8Array
  const response = await askUrl(`${ORIGIN}${build.api}${path}`, {
    method,
    headers: { 'Circle-Token': build.secret, ...headers },
    body: body === undefined ? null : isBytes ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body),
  })
  return { status: response.status, body: await response.json() } as Answer
}

const begin = async (path: string, more: object = {}) => {
  const { status, body } = await send('POST', '/uploads', { path, size: FILE.length, ...more })
  expect(status).toBe(201)
  return `/uploads/${body.upload_id}`
}

const sha256 = async (bytes: Uint8Array) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes.slice()))
const digestField = async (bytes: Uint8Array) => ({
  'Content-Digest': `sha-256=:${btoa(String.fromCharCode(...(await sha256(bytes))))}:`,
})

async function sendParts(upload: string, parts: readonly Uint8Array[] = PARTS) {
  for (const [i, part] of parts.entries())
    expect(await send('PUT', `${upload}/${i + 1}`, part, await digestField(part))).toMatchObject({ status: 200 })
}

async function expectedDigest(parts: readonly Uint8Array[] = PARTS) {
  return digestText(
    await digestOfParts(PART_SIZE_BYTES, await Promise.all(parts.map(async (part) => toHex(await sha256(part))))),
  )
}

describe('an upload in parts', () => {
  it('becomes an artifact whose bytes, size and digest of digests are those of the file', async () => {
    const begun = await send('POST', '/uploads', {
      path: 'release/app.tar',
      size: FILE.length,
      content_type: 'application/x-tar',
    })
    expect(begun).toMatchObject({
      status: 201,
      body: { part_size: PART_SIZE_BYTES, part_count: 2, size: FILE.length, complete: false, digest: null, parts: [] },
    })
    const upload = `/uploads/${begun.body.upload_id}`
    await sendParts(upload)
    const completed = await send('POST', `${upload}/complete`)
    expect(completed).toMatchObject({
      status: 201,
      body: {
        path: 'release/app.tar',
        size: FILE.length,
        digest: await expectedDigest(),
        sha256: null,
        content_type: 'application/x-tar',
      },
    })

    const redirect = await askUrl(String(completed.body.url), {
      headers: { 'Circle-Token': build.secret },
      redirect: 'manual',
    })
    const download = await askUrl(redirect.headers.get('Location') ?? '')
    expect(download.status).toBe(200)
    expect(download.headers.get('ETag')).toBe(`"${await expectedDigest()}"`)
    expect(download.headers.get('Repr-Digest')).toBeNull()
    expect(await sha256(new Uint8Array(await download.arrayBuffer()))).toEqual(await sha256(FILE))
  })

  it('takes its parts in any order, twice, and tells which are there', async () => {
    const upload = await begin('any-order.bin')
    await send('PUT', `${upload}/2`, PARTS[1])
    const { body } = await send('GET', upload)
    expect(body.parts).toEqual([{ part: 2, size: TAIL_BYTES, sha256: toHex(await sha256(PARTS[1])) }])
    await sendParts(upload)
    await sendParts(upload)
    expect(await send('POST', `${upload}/complete`)).toMatchObject({ status: 201 })
  })

  it('takes another attempt of a part in place of the first', async () => {
    const upload = await begin('second-thoughts.bin')
    await send('PUT', `${upload}/2`, new Uint8Array(TAIL_BYTES))
    await sendParts(upload)
    const { status, body } = await send('POST', `${upload}/complete`)
    expect([status, body.digest]).toEqual([201, await expectedDigest()])
  })

  it('gives the same answer to a second "complete"', async () => {
    const upload = await begin('twice.bin')
    await sendParts(upload)
    const first = await send('POST', `${upload}/complete`)
    const second = await send('POST', `${upload}/complete`)
    expect([first.status, second.status]).toEqual([201, 200])
    expect(second.body).toEqual(first.body)
    expect((await send('GET', upload)).body).toMatchObject({ complete: true, digest: await expectedDigest() })
    expect(await send('PUT', `${upload}/1`, PARTS[0])).toMatchObject({ status: 409 })
    expect(await send('DELETE', upload)).toMatchObject({ status: 409 })
  })

  it('goes on where a crash between object and row left it', async () => {
    const upload = await begin('crash.bin')
    await sendParts(upload)
    const [row] = (await build.stores.db.select().from(uploads)).filter(({ path }) => path === 'crash.bin')
    const { results } = await env.DB.prepare(
      'select number, etag from upload_parts where upload_id = ? order by number',
    )
      .bind(row?.id)
      .all<{ number: number; etag: string }>()
    await env.ARTIFACTS.resumeMultipartUpload(row?.objectKey ?? '', row?.r2UploadId ?? '').complete(
      results.map(({ number, etag }) => ({ partNumber: number, etag })),
    )
    const completed = await send('POST', `${upload}/complete`)
    expect([completed.status, completed.body.digest]).toEqual([201, await expectedDigest()])
  })

  it('is asked to send its parts again when R2 has other attempts than were noted', async () => {
    const upload = await begin('crossed.bin')
    await sendParts(upload)
    await env.DB.prepare(`update upload_parts set etag = 'of another attempt' where upload_id = ? and number = 1`)
      .bind(upload.slice('/uploads/'.length))
      .run()
    expect(await send('POST', `${upload}/complete`)).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining('send all parts again'), code: 'other_parts' },
    })
    await sendParts(upload)
    expect(await send('POST', `${upload}/complete`)).toMatchObject({ status: 201 })
  })
})

describe('an upload in parts to a path that is taken', () => {
  it('ends as the artifact that was there when the bytes are the same', async () => {
    const first = await begin('same.bin')
    await sendParts(first)
    const { body } = await send('POST', `${first}/complete`)
    const again = await begin('same.bin')
    await sendParts(again)
    const before = (await objectsOf(build.project)).length
    expect(await send('POST', `${again}/complete`)).toEqual({ status: 200, body })
    expect(await objectsOf(build.project)).toHaveLength(before)
  })

  it('is refused for other bytes, and harms nothing, unless it may overwrite', async () => {
    const first = await begin('taken.bin')
    await sendParts(first)
    await send('POST', `${first}/complete`)
    const others = [PARTS[0], new Uint8Array(TAIL_BYTES)]

    const refused = await begin('taken.bin')
    await sendParts(refused, others)
    expect(await send('POST', `${refused}/complete`)).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining('"overwrite": true'), code: 'other_bytes' },
    })
    const list = await send('GET', '/artifacts')
    expect(list.body.items).toContainEqual(
      expect.objectContaining({ path: 'taken.bin', digest: await expectedDigest() }),
    )

    const allowed = await begin('taken.bin', { overwrite: true })
    await sendParts(allowed, others)
    expect(await send('POST', `${allowed}/complete`)).toMatchObject({
      status: 200,
      body: { digest: await expectedDigest(others) },
    })
  })

  it('is refused before any byte when the size already differs', async () => {
    await send('PUT', '/artifacts/small.txt', new TextEncoder().encode('small'))
    expect(await send('POST', '/uploads', { path: 'small.txt', size: FILE.length })).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining('path: ') },
    })
  })
})

describe('a bad part', () => {
  let upload: string
  beforeAll(async () => {
    upload = await begin('bad-parts.bin')
  })

  it.each([
    ['0', 'part: must be a whole number from 1 to 2'],
    ['3', 'part: must be a whole number from 1 to 2'],
    ['x', 'part: must be a whole number from 1 to 2'],
  ])('numbered %s is refused', async (number, message) => {
    expect(await send('PUT', `${upload}/${number}`, PARTS[1])).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining(message), errors: [{ path: 'part' }] },
    })
  })

  it('of another size is refused', async () => {
    expect(await send('PUT', `${upload}/2`, PARTS[1].subarray(1))).toMatchObject({
      status: 400,
      body: { message: `Content-Length: must be ${TAIL_BYTES} for part 2 of this upload` },
    })
  })

  it('that is not what its digest says is refused, and the good one before it stands', async () => {
    const good = await digestField(PARTS[1])
    await send('PUT', `${upload}/2`, PARTS[1], good)
    const bad = PARTS[1].slice()
    bad[0] = 1
    expect(await send('PUT', `${upload}/2`, bad, await digestField(PARTS[0]))).toMatchObject({
      status: 400,
      body: { message: 'Content-Digest: does not match the bytes that were sent', code: 'digest_mismatch' },
    })
    await send('PUT', `${upload}/1`, PARTS[0])
    const { status, body } = await send('POST', `${upload}/complete`)
    expect([status, body.digest]).toEqual([201, await expectedDigest()])
  })

  it('with a malformed digest, or without a length, is refused', async () => {
    const other = await begin('bad-headers.bin')
    expect(await send('PUT', `${other}/2`, PARTS[1], { 'Content-Digest': 'sha-256=abc' })).toMatchObject({
      status: 400,
    })
    const streamed = await askUrl(`${ORIGIN}${build.api}${other}/2`, {
      method: 'PUT',
      headers: { 'Circle-Token': build.secret },
      body: new ReadableStream({ start: (controller) => controller.close() }),
    })
    expect(streamed.status).toBe(411)
  })
})

describe('a bad upload', () => {
  it.each([
    [{ path: '../x', size: 1 }, 'path'],
    [{ path: 'a//b', size: 1 }, 'path'],
    [{ path: 'a', size: 0 }, 'size'],
    [{ path: 'a', size: 5 * 1024 ** 3 + 1 }, 'size'],
    [{ path: 'a', size: 1.5 }, 'size'],
    [{ path: 'a' }, 'size'],
    [{ path: 'a', size: 1, node_index: -1 }, 'node_index'],
    [{ path: 'a', size: 1, content_type: 'text' }, 'content_type'],
    [{ path: 'a', size: 1, overwrite: 'yes' }, 'overwrite'],
    [{ path: 'a', size: 1, part_size: 1 }, 'part_size'],
  ])('%j is refused by the name of its field', async (input, field) => {
    expect(await send('POST', '/uploads', input)).toMatchObject({ status: 400, body: { errors: [{ path: field }] } })
  })

  it('that lacks parts names them and stays open', async () => {
    const upload = await begin('missing.bin', { size: 5 * PART_SIZE_BYTES })
    await send('PUT', `${upload}/3`, PARTS[0])
    expect(await send('POST', `${upload}/complete`)).toMatchObject({
      status: 409,
      body: { message: 'parts: parts 1–2, 4–5 are not sent yet', code: 'missing_parts' },
    })
    expect(await send('GET', upload)).toMatchObject({ status: 200 })
  })

  it('of another build, or of none, is not found', async () => {
    const other = await seedBuild()
    const upload = await begin('mine.bin')
    const response = await askUrl(`${ORIGIN}${other.api}${upload}`, { headers: { 'Circle-Token': other.secret } })
    expect([response.status, await response.json()]).toEqual([
      404,
      { message: 'Upload not found', code: 'upload_not_found' },
    ])
    expect((await send('POST', '/uploads/none/complete')).status).toBe(404)
    expect((await send('PUT', '/uploads/none/1', PARTS[1])).status).toBe(404)
  })

  it('that is deleted takes no more parts', async () => {
    const upload = await begin('deleted.bin')
    await send('PUT', `${upload}/1`, PARTS[0])
    expect(await send('DELETE', upload)).toMatchObject({ status: 200 })
    expect(await send('PUT', `${upload}/2`, PARTS[1])).toMatchObject({ status: 404 })
    expect(await send('DELETE', upload)).toMatchObject({ status: 404 })
  })
})

describe('the daily cron', () => {
  it('aborts what nothing came for in a day, also when its build is gone, and leaves the rest', async () => {
    const { stores } = build
    const idle = await begin('idle.bin')
    await send('PUT', `${idle}/1`, PARTS[0])
    const active = await begin('active.bin')
    const at = (hoursAgo: number, upload: string) =>
      env.DB.prepare('update uploads set touched_at = ?, build_id = ? where id = ?')
        .bind(Date.now() - hoursAgo * 3_600_000, 'gone', upload.slice('/uploads/'.length))
        .run()
    await at(25, idle)
    await at(23, active)
    const [row] = (await stores.db.select().from(uploads)).filter(({ path }) => path === 'idle.bin')
    await runUpkeepOf(stores)
    await runUpkeepOf(stores)
    expect(stores.warnings).toEqual([])
    expect((await send('GET', idle)).status).toBe(404)
    expect((await send('GET', active)).status).toBe(200)
    const resumed = env.ARTIFACTS.resumeMultipartUpload(row?.objectKey ?? '', row?.r2UploadId ?? '')
    await expect(resumed.uploadPart(2, PARTS[1])).rejects.toThrow('10024')
  })
})

it('reads uploads by index alone', async () => {
  const { stores } = build
  stores.recorded.length = 0
  const { listIdleUploads, findUpload, findUploadPart } = await import('../../../../src/storage/artifacts/uploads.ts')
  await listIdleUploads(stores.db, 0, 10)
  await listIdleUploads(stores.db, 0, 10, { touchedAt: 0, id: 'x' })
  await findUpload(stores, build.project.id, { num: build.num, id: 'x' }, INSTANCE)
  await findUploadPart(stores, build.project.id, { num: build.num, id: 'x', partNumber: 1 }, INSTANCE)
  const queries = [...stores.recorded]
  expect(queries).toHaveLength(6)
  for (const query of queries) expect(await scansOf(stores.db, query)).toEqual([])
})
