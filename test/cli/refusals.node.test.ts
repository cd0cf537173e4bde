import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXIT } from '../../cli/terminal/exit.ts'
import { mintSecret } from '../../src/domain/access/secret.ts'
import type { ErrorCode } from '../../src/domain/error.ts'
import { statusOf } from '../../src/http/frame/answers/errors.ts'
import { type Cli, openCli } from '../support/server/cli.ts'
import { numberOf } from '../support/server/quick-command.ts'

const SIZE = numberOf('PARTS_FROM_BYTES') + 12_345
const UPLOAD = { upload_id: 'u', path: 'large.bin', size: SIZE, part_size: SIZE, complete: true, parts: [] }
const GOOD: readonly (readonly [RegExp, unknown])[] = [
  [/^GET .*\/builds\/7\/artifacts$/, { build_num: 7, items: [] }],
  [/^(GET|POST) .*\/uploads(\/u)?$/, UPLOAD],
]

let server: Server
let cli: Cli
let folder: string
let refusal: { readonly to: RegExp; readonly status: number; readonly body: object }
let refused = 0

beforeAll(async () => {
  server = createServer(async (request, response) => {
    for await (const _ of request);
    const name = `${request.method} ${request.url}`
    const isRefused = refusal.to.test(name)
    if (isRefused) refused += 1
    response.writeHead(isRefused ? refusal.status : 200)
    response.end(JSON.stringify(isRefused ? refusal.body : GOOD.find(([to]) => to.test(name))?.[1]))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  cli = openCli({
    ...{ BUILDPASS_URL: `http://127.0.0.1:${port}`, BUILDPASS_TOKEN: mintSecret('personal') },
    ...{ BUILDPASS_PROJECT: 'gh/acme/web', BUILDPASS_RETRY_SECONDS: '0' },
  })
  folder = join(cli.folder, 'files')
  mkdirSync(folder)
  writeFileSync(join(folder, 'a'), 'a')
  writeFileSync(join(folder, 'large.bin'), Buffer.alloc(SIZE))
})
afterAll(() => void server?.close())

const LATEST = /^GET .*\/latest\/artifacts/
const WHOLE = /^PUT .*\/artifacts\/a/
const COMPLETE = /^POST .*\/complete$/

/** What the server says to whom, and what somebody sees: words from here, how it ends, how often it was asked. */
type Row = readonly [verb: string, to: RegExp, said: ErrorCode | number, end: keyof typeof EXIT, RegExp, asked: number]

describe('a refusal is taken for what its code says, whatever its sentence; without a code, for its status', () => {
  it.for<Row>([
    ['download', LATEST, 'build_not_found', 'not_found', /No successful build with artifacts/, 1],
    ['download', LATEST, 'project_not_found', 'not_found', /Nein\.[\s\S]*looks the same/, 1],
    ['download', LATEST, 404, 'not_found', /^buildpass: Nein\. \(project gh\/acme\/web\)\n$/, 1],
    ['upload a --build 7', WHOLE, 'digest_mismatch', 'corrupt', /the server has other bytes than this file/, 1],
    ['upload a --build 7', WHOLE, 'invalid_input', 'failed', /^buildpass: a: Nein\.\n$/, 1],
    ['upload a --build 7', WHOLE, 400, 'failed', /^buildpass: a: Nein\.\n$/, 1],
    ['upload a --build 7', WHOLE, 'other_bytes', 'conflict', /other bytes there\.[\s\S]*--overwrite/, 1],
    ['upload a --build 7', WHOLE, 'right_changed', 'conflict', /^buildpass: a: Nein\.\n$/, 1],
    ['upload a --build 7', WHOLE, 409, 'conflict', /Nein\.[\s\S]*--overwrite/, 1],
    ['upload large.bin --build 7', COMPLETE, 'other_parts', 'conflict', /large\.bin: Nein\.\n$/, 3],
    ['upload large.bin --build 7', COMPLETE, 'missing_parts', 'conflict', /large\.bin: Nein\.\n$/, 1],
    ['upload large.bin --build 7', COMPLETE, 409, 'conflict', /large\.bin: Nein\./, 1],
    ['upload large.bin --build 7', COMPLETE, 'upload_not_found', 'not_found', /large\.bin: Nein\./, 3],
    ['upload large.bin --build 7', COMPLETE, 'build_not_found', 'not_found', /large\.bin: Nein\./, 1],
    ['upload large.bin --build 7', COMPLETE, 404, 'not_found', /large\.bin: Nein\./, 3],
  ])('%s, %s: %s', async ([verb, to, said, end, words, asked]) => {
    const coded = typeof said === 'number' ? { status: said } : { status: statusOf(said), code: said }
    const { status, ...code } = coded
    refusal = { to, status, body: { message: 'Nein.', ...code } }
    refused = 0
    const { code: exit, stderr } = await cli.run([...verb.split(' '), '--quiet'], { cwd: folder })
    expect({ exit, stderr, refused }).toEqual({ exit: EXIT[end], stderr: expect.stringMatching(words), refused: asked })
  })
})

it('a code that is not known yet is taken for its status', async () => {
  refusal = { to: LATEST, status: 404, body: { message: 'Nein.', code: 'moved_to_the_moon' } }
  expect(await cli.run(['download'], { cwd: folder })).toMatchObject({ code: EXIT.not_found })
})
