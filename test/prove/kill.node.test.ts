import { createHash } from 'node:crypto'
import { writeSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeStateDir, runNpmScript } from '../support/server/local-server.ts'
import { startWorkerProcess, type WorkerProcess } from '../support/server/worker-process.ts'
import { shareOf } from './share.ts'

const SLUG = 'gh/acme/killed'
const OWN = `/api/buildpass/v1/projects/${SLUG}`
const READS = `/api/v1.1/project/${SLUG}`
const REQUESTS = shareOf(1_000)
const AT_ONCE = 8
// The pulling of the plug comes with work under way, after this many answers.
const ANSWERS_BEFORE = shareOf(400)

type Told = { readonly num: number; readonly uploads: { path: string; sha256: string }[] }

const stateDir = makeStateDir()
let personal: string
/** The builds that were answered with 2xx, by the name that the reporter gave them. */
const told = new Map<string, Told>()

async function send(
  worker: WorkerProcess,
  method: string,
  path: string,
  { body, type = 'application/json' }: { body?: string; type?: string } = {},
) {
  return fetch(worker.origin + path, {
    method,
    headers: { 'Circle-Token': personal, 'Content-Type': type },
    ...(body === undefined ? {} : { body }),
  })
}

const reportOf = (externalId: string) =>
  JSON.stringify({
    external_id: externalId,
    pipeline: { external_id: `p-${externalId}`, branch: 'main', revision: 'f00d' },
    workflow: { external_id: 'w', name: 'build' },
    job: { name: 'test' },
    status: 'success',
    steps: [{ name: 'run', actions: [{ name: 'sh', status: 'success' }] }],
  })

/** One report and then one upload to its build; remembers what was answered with 2xx. */
async function reportAndUpload(worker: WorkerProcess, i: number): Promise<number> {
  const externalId = `job-${i}`
  const reported = await send(worker, 'POST', `${OWN}/builds`, { body: reportOf(externalId) })
  if (!reported.ok) throw new Error(`a report was answered with ${reported.status}`)
  const { build_num: num } = (await reported.json()) as { build_num: number }
  const build: Told = { num, uploads: [] }
  told.set(externalId, build)
  const bytes = `${externalId} `.repeat(1 + (i % 5) * 2_000)
  const path = `out/${i}.txt`
  const uploaded = await send(worker, 'PUT', `${OWN}/builds/${num}/artifacts/${path}`, {
    body: bytes,
    type: 'text/plain',
  })
  if (!uploaded.ok) throw new Error(`an upload was answered with ${uploaded.status}`)
  await uploaded.arrayBuffer()
  build.uploads.push({ path, sha256: createHash('sha256').update(bytes).digest('hex') })
  return 2
}

beforeAll(async () => {
  const made = await runNpmScript('create-user', ['ada'], stateDir)
  personal = /bpu_\w{42}/.exec(made.output)?.[0] ?? ''
  const worker = await startWorkerProcess('src/index.ts', stateDir)
  const created = await send(worker, 'POST', '/api/buildpass/v1/projects', { body: JSON.stringify({ slug: SLUG }) })
  expect(created.status).toBe(201)

  let next = 0
  let answers = 0
  let isKilled: Promise<void> | undefined
  const work = async () => {
    while (next < REQUESTS / 2 && !isKilled) {
      const answered = await reportAndUpload(worker, next++).catch((error) => {
        if (!isKilled) throw error
        return 0
      })
      answers += answered
      if (answers >= ANSWERS_BEFORE) isKilled ??= worker.killNow()
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  await isKilled
})

describe(`after kill -9 in the middle of ${REQUESTS} reports and uploads, and a start on the same data`, () => {
  let worker: WorkerProcess
  let listed: { build_num: number; status: string; vcs_revision: string; branch: string }[]

  beforeAll(async () => {
    worker = await startWorkerProcess('src/index.ts', stateDir)
    listed = []
    for (let offset = 0; ; offset += 100) {
      const page = (await (await send(worker, 'GET', `${READS}?limit=100&offset=${offset}`)).json()) as typeof listed
      listed.push(...page)
      if (page.length < 100) break
    }
  })

  it('every report that was answered is there', async () => {
    const nums = new Set(listed.map((build) => build.build_num))
    expect([...told.values()].filter(({ num }) => !nums.has(num))).toEqual([])
    expect(told.size).toBeGreaterThan(ANSWERS_BEFORE / 2 - AT_ONCE)
    writeSync(2, `killed with ${told.size} builds answered; ${listed.length} are there after the restart\n`)
  })

  it('every upload that was answered is there, byte for byte, and no artifact is half there', async () => {
    const uploads = new Map([...told.values()].map(({ num, uploads }) => [num, uploads]))
    let checked = 0
    const check = async (num: number) => {
      const answer = await send(worker, 'GET', `${READS}/${num}/artifacts`)
      const artifacts = (await answer.json()) as { path: string; url: string }[]
      // One whose answer was lost is whole too, or not there at all.
      const digests = await Promise.all(artifacts.map(({ url }) => digestOf(url)))
      const kept = artifacts.map(({ path }, i) => ({ path, sha256: digests[i] }))
      for (const upload of uploads.get(num) ?? []) {
        expect(kept).toContainEqual(upload)
        checked += 1
      }
    }
    const waiting = listed.map((build) => build.build_num)
    const work = async () => {
      for (let num = waiting.pop(); num !== undefined; num = waiting.pop()) await check(num)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    expect(checked).toBeGreaterThan(ANSWERS_BEFORE / 2 - AT_ONCE * 2)
  })

  it('no build is half there: each has all that its report said, and the numbers have no gap', () => {
    for (const build of listed) expect(build).toMatchObject({ status: 'success', vcs_revision: 'f00d', branch: 'main' })
    expect(listed.map((build) => build.build_num)).toEqual(
      Array.from({ length: listed.length }, (_, i) => listed.length - i),
    )
  })

  it('a report that got no answer may be sent again, and goes on', async () => {
    const again = await send(worker, 'POST', `${OWN}/builds`, { body: reportOf('job-0') })
    expect(again.status).toBe(200)
    expect((await send(worker, 'POST', `${OWN}/builds`, { body: reportOf('after') })).status).toBe(201)
  })

  async function digestOf(url: string): Promise<string> {
    const response = await fetch(url, { headers: { 'Circle-Token': personal } })
    expect(response.status).toBe(200)
    const bytes = Buffer.from(await response.arrayBuffer())
    expect(bytes.length).toBe(Number(response.headers.get('Content-Length') ?? bytes.length))
    return createHash('sha256').update(bytes).digest('hex')
  }
})
