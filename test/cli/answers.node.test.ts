import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXIT } from '../../cli/terminal/exit.ts'
import { mintSecret } from '../../src/domain/access/secret.ts'
import { shareOf } from '../prove/share.ts'
import { type Cli, openCli } from '../support/server/cli.ts'
import { numberOf } from '../support/server/quick-command.ts'

const BUILD = { build_num: 7, status: 'running', build_url: 'https://builds.example/7', queued_at: null }
const ROW = { ...BUILD, workflows: { job_name: 'test', workflow_name: 'CI' } }
const TOKEN = {
  ...{ id: 'abc', label: 'ci', kind: 'personal', scope: 'all', prefix: 'bpu_ab', last_four: 'wxyz' },
  ...{ expires_at: null, last_used_at: null, token: 'the-secret' },
}
const SHARE = {
  ...{ id: 'abc', path: 'a', label: null, uses: 0, state: 'open' },
  ...{ expires_at: '2027-02-01T00:00:00Z', link: 'https://builds.example/s/the-secret' },
}
const DIGEST = `sha256:${'0'.repeat(64)}`
const ARTIFACT = { path: 'a', node_index: 0, size: 1, digest: DIGEST, url: 'https://builds.example/a' }
const MUTE = { reason: 'x', until: '2027-02-01T00:00:00Z', muted_by: 'jane' }
const TEST = { id: 17, classname: 'web', name: 'logs in', file: null }
const FAILURE = { test: TEST, outcome: 'failed', message: '', verdict: { verdict: 'new' }, mute: null }
const FAILURES = {
  ...{ build_num: 7, summary: '', warnings: [], next_after: null, failures: [FAILURE] },
  tests: { passed: 0, failed: 1, errors: 0, skipped: 0, flaky: 0 },
}
const UPLOAD = {
  upload_id: 'u',
  path: 'large.bin',
  size: numberOf('PARTS_FROM_BYTES') + 12_345,
  part_size: 8 * 1024 ** 2,
  complete: false,
  parts: [],
}

/** What a server answers, by the address; the first that fits. */
const GOOD: readonly (readonly [RegExp, unknown])[] = [
  [/^GET .*\/artifacts$/, { build_num: 7, items: [] }],
  [/^GET .*\/latest\/artifacts/, { build_num: 7, items: [ARTIFACT] }],
  [/^(POST|PATCH) .*\/builds(\/7)?$/, BUILD],
  [/^PUT .*\/artifacts\//, ARTIFACT],
  [/^PUT .*\/tests/, { stored: 1, failed: 0 }],
  [/^POST .*\/uploads$/, UPLOAD],
  [/^GET .*\/v1\/token$/, TOKEN],
  [/^POST .*\/token$/, TOKEN],
  [/^POST .*\/rotate$/, TOKEN],
  [/^GET .*\/token$/, [TOKEN]],
  [/^DELETE .*\/token\//, { message: 'ok' }],
  [/^GET .*\/tests\/failures/, FAILURES],
  [/^GET .*\/tests\?/, { tests: [TEST], next_after: null }],
  [/^GET .*\/tests\/muted$/, { muted: [{ test: TEST, mute: MUTE }] }],
  [/^POST .*\/shares$/, SHARE],
  [/^GET .*\/shares$/, { items: [SHARE], next_after: null }],
  [/^DELETE .*\/shares\//, { message: 'ok' }],
  [/^GET .*\.json$/, { message: 'passing' }],
  [/^GET .*\/tree\//, [ROW]],
  [/^GET .*\/projects\/gh\/acme\/web$/, { default_branch: 'main' }],
]

let server: Server
let cli: Cli
let folder: string
/** In place of the good answer to the requests that fit. */
let odd: { readonly to: RegExp; readonly answer: unknown } | null = null
let asked: string[] = []

beforeAll(async () => {
  server = createServer(async (request: IncomingMessage, response) => {
    for await (const _ of request);
    const name = `${request.method} ${request.url}`
    asked.push(name)
    const answer = odd?.to.test(name) ? odd.answer : GOOD.find(([to]) => to.test(name))?.[1]
    response.end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  cli = openCli({
    ...{ BUILDPASS_URL: `http://127.0.0.1:${port}`, BUILDPASS_TOKEN: mintSecret('personal') },
    ...{ BUILDPASS_PROJECT: 'gh/acme/web', BUILDPASS_BRANCH: 'main', BUILDPASS_REVISION: 'e'.repeat(40) },
    BUILDPASS_RETRY_SECONDS: '0',
  })
  folder = join(cli.folder, 'files')
  mkdirSync(folder)
  writeFileSync(join(folder, 'a'), 'a')
  writeFileSync(join(folder, 'a.xml'), '<testsuite/>')
  writeFileSync(join(folder, 'large.bin'), Buffer.alloc(UPLOAD.size))
})
afterAll(() => void server?.close())

const without = (value: object, name: string) =>
  Object.fromEntries(Object.entries(value).filter(([key]) => key !== name))
const SHAPELESS: readonly unknown[] = [null, [], [null], 'text', 7, true, {}]

/** A tenth for each verb, each another one; in `npm run prove` each verb has all. */
function someOf(answers: readonly unknown[], place: number): readonly unknown[] {
  const count = shareOf(answers.length)
  return Array.from({ length: count }, (_, i) => answers[(place * count + i) % answers.length])
}

/** Each verb, the request whose answer it reads, and answers that are near to a good one. */
const VERBS: readonly (readonly [string, RegExp, readonly unknown[]])[] = [
  ['status', /projects\/gh\/acme\/web$/, [{ default_branch: 7 }]],
  ['status --branch main', /\.json$/, [{ message: null }]],
  [
    'status --branch main',
    /\?limit=/,
    [[BUILD], [without(ROW, 'status')], [{ ...ROW, workflows: null }], [{ ...ROW, build_num: '7' }]],
  ],
  [
    'download',
    /latest\/artifacts/,
    [
      { build_num: 7, items: [null] },
      { build_num: 7, items: [{ ...ARTIFACT, url: 'odd' }] },
      { build_num: 7, items: [{ ...ARTIFACT, size: -1 }] },
    ],
  ],
  ['download --build 7', /builds\/7\/artifacts/, [{ items: [ARTIFACT] }, { build_num: 7, items: {} }]],
  ['upload a', /POST .*\/builds$/, [without(BUILD, 'build_num'), { ...BUILD, build_num: 'x' }]],
  ['upload a --build 7', /GET .*\/artifacts$/, [{ build_num: 7 }]],
  ['upload a --build 7', /PUT .*\/artifacts\//, [without(ARTIFACT, 'digest')]],
  [
    'upload large.bin --build 7',
    /POST .*\/uploads$/,
    [{ ...UPLOAD, parts: [null] }, { ...UPLOAD, part_size: 0.5 }, without(UPLOAD, 'parts')],
  ],
  ['report start', /POST .*\/builds$/, [without(BUILD, 'status'), without(BUILD, 'build_url')]],
  ['report finish --status success --build 7', /PATCH /, [without(BUILD, 'status')]],
  ['report finish --status success --build 7 --tests a.xml', /PUT .*\/tests/, [{ stored: '1', failed: 0 }]],
  ['run --strict -- true', /POST .*\/builds$/, [without(BUILD, 'build_num')]],
  ['tests --branch main', /tree\/main/, [[without(BUILD, 'build_num')]]],
  [
    'tests --build 7',
    /tests\/failures/,
    [
      ...['build_num', 'summary', 'warnings', 'tests', 'failures'].map((name) => without(FAILURES, name)),
      ...[
        { ...FAILURES, failures: [null] },
        { ...FAILURES, next_after: true },
      ],
      ...[{ test: null }, { verdict: { verdict: 'odd' } }, { verdict: { verdict: 'flaky' } }, { mute: true }].map(
        (wrong) => ({ ...FAILURES, failures: [{ ...FAILURE, ...wrong }] }),
      ),
      ...[{ verdict: { verdict: 'also_red' } }, { message: 7 }, { mute: { ...MUTE, until: 'x' } }].map((wrong) => ({
        ...FAILURES,
        failures: [{ ...FAILURE, ...wrong }],
      })),
    ],
  ],
  [
    'tests mute in --reason x --until 1d',
    /tests\?/,
    [{ tests: [without(TEST, 'id')] }, { tests: [{ ...TEST, id: '17' }] }],
  ],
  ['tests mute 17 --reason x --until 1d', /PUT .*\/mute/, [{ test: TEST }, { test: TEST, mute: null }, { mute: MUTE }]],
  ['tests muted', /tests\/muted/, [{ muted: [TEST] }, { muted: [{ test: TEST, mute: null }] }]],
  ['tests unmute 17', /tests\/muted/, [{ muted: [{ test: TEST }] }]],
  ['tests unmute 17', /DELETE /, [{ message: null }]],
  ['token create --personal --label x', /POST .*\/token$/, [without(TOKEN, 'token'), without(TOKEN, 'id')]],
  ['token rotate abc --personal', /rotate$/, [without(TOKEN, 'token'), { ...TOKEN, expires_at: 7 }]],
  ['token list --personal', /GET .*\/token$/, [[without(TOKEN, 'prefix')], [{ ...TOKEN, last_used_at: 7 }]]],
  ['token delete abc --personal', /DELETE /, [{ message: null }]],
  ['share a --latest', /POST .*\/shares$/, [without(SHARE, 'link'), { ...SHARE, link: 'odd' }, without(SHARE, 'id')]],
  ['share list', /GET .*\/shares$/, [{ items: null }, { items: [{ ...SHARE, uses: '1' }] }]],
  ['share end abc', /DELETE .*\/shares\//, [{ message: null }]],
  ['login', /GET .*\/v1\/token$/, [without(TOKEN, 'kind')]],
]

describe('an answer that is none of a Buildpass server', () => {
  it.each(VERBS.map(([verb, to, near], place) => [verb, to, near, place] as const))(
    'ends %s (%s) in one sentence',
    async (verb, to, near, place) => {
      const input = mintSecret('personal')
      for (const answer of [...someOf(SHAPELESS, place), ...someOf(near, place)]) {
        // An empty list of builds or tokens is a good answer.
        if (JSON.stringify(answer) === '[]' && near.some(Array.isArray)) continue
        odd = { to, answer }
        const ended = await cli.run(verb.split(' '), { cwd: folder, input })
        expect({ answer, ...ended }).toMatchObject({
          code: EXIT.failed,
          stdout: expect.not.stringMatching(/undefined|NaN|null/),
          stderr: expect.stringMatching(/buildpass: (\S+: )?The server answered without .+\n/),
        })
        expect(ended.stderr).not.toMatch(/bug in buildpass|\n {4}at |undefined/)
      }
      odd = null
    },
    60_000,
  )
})

describe('a token whose secret nobody can read', () => {
  const verbs = [
    'token create --personal --label x',
    'token rotate abc --personal',
    'token create --scope all --label x',
  ]
  const inBash = (script: string) =>
    cli.run([`node() { "${process.execPath}" "${cli.files.cli}" "$@"; }; ${script}`], { node: 'bash', file: '-c' })

  it.runIf(existsSync('/dev/full')).each(verbs)('is told of by %s, with how to delete it', async (verb) => {
    const personal = verb.includes('--personal') ? '--personal ' : ''
    for (const more of ['', ' --json']) {
      const { code, stderr } = await inBash(`node ${verb}${more} > /dev/full`)
      expect(code).toBe(EXIT.failed)
      expect(stderr).toContain('token abc was made, but its secret could not be shown')
      expect(stderr).toContain(`buildpass token delete ${personal}abc`)
      expect(stderr).not.toMatch(/same command|the-secret/)
    }
    // Into a pipe that nobody reads.
    const unread = await inBash(`node ${verb} > >(exec 0<&-; sleep 1) & wait $!`)
    expect(unread).toMatchObject({ code: EXIT.failed, stderr: expect.stringContaining('token abc was made, but') })
  })

  it.runIf(existsSync('/dev/null')).each(verbs)(
    'is not made by %s where standard output leads nowhere',
    async (verb) => {
      for (const away of ['>&-', '> /dev/null']) {
        asked = []
        expect(await inBash(`node ${verb} ${away}`)).toMatchObject({
          code: EXIT.usage,
          stderr: expect.stringContaining('Standard output leads nowhere'),
        })
        expect(asked).toEqual([])
      }
    },
  )
})
