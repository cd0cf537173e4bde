import { deepStrictEqual } from 'node:assert/strict'
// workerd's globals, as tests that run in Node have them.
import '../../../test/support/worker/workers-in-node.ts'
import { createProject } from '../../../src/actions/create-project.ts'
import { createUser } from '../../../src/actions/create-user.ts'
import { keepTests } from '../../../src/actions/keep-tests.ts'
import { reportBuild } from '../../../src/actions/report-build.ts'
import { planUpkeep, runUpkeep } from '../../../src/actions/run-daily-tasks.ts'
import type { Actor } from '../../../src/domain/access/actor.ts'
import { importPeppers } from '../../../src/domain/access/secret-hash.ts'
import type { BuildReport } from '../../../src/domain/builds/build.ts'
import { parseSlug } from '../../../src/domain/project.ts'
import { readTestReport } from '../../../src/domain/tests/formats/read-report.ts'
import { isBad } from '../../../src/domain/tests/test-result.ts'
import type { UpkeepStep } from '../../../src/domain/upkeep.ts'
import { createMemory } from '../../../src/storage/memory.ts'
import { openPrimary, type Stores } from '../../../src/storage/stores.ts'
import { openCountedSqlite } from './counted-sqlite.ts'
import { junitOf, type YearBuild } from './year.ts'

/** A project that builds are reported to in this process, by the functions that the Worker calls. */
export type Played = {
  /** The first personal token of the project's owner. */
  readonly token: string
  /** Keeps a build and its report; gives the rows that the report wrote. */
  readonly report: (build: YearBuild) => Promise<number>
  /** All daily tasks; gives how many steps these took. */
  readonly upkeep: (now: number) => Promise<number>
  readonly close: () => void
}

export const SLUG = 'gh/bench/year'

/** Each so manieth report is read from JUnit; that of all others is what reading would give. */
const READ_EACH = 25

/** Opens such a project in the SQLite file `file`, which D1 of workerd can open afterwards. */
export async function openPlayed(file: string, pepper: string, startsAt: number): Promise<Played> {
  let clock = startsAt
  const sqlite = openCountedSqlite(file)
  const peppers = await importPeppers(pepper)
  const db = openPrimary(sqlite.d1)
  const owner = { login: 'bench', instanceRole: 'owner', tokenLabel: 'bench', tokenExpiresAt: null } as const
  const created = await createUser(db, peppers, clock, owner)
  if (created === 'login_taken') throw new Error('the database is not empty')
  const steps: UpkeepStep[] = []
  const waiting: Promise<unknown>[] = []
  const sent = { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } }
  const stores: Stores = {
    db,
    kv: {} as KVNamespace,
    artifacts: openBucket(() => clock),
    queue: { sendBatch: async () => sent },
    upkeep: {
      sendBatch: async (messages) => {
        for (const { body } of messages) steps.push(body)
        return sent
      },
    },
    cache: null,
    changed: new Set(),
    memory: createMemory(),
    peppers,
    graceMs: 0,
    maxQueries: 1_000,
    now: () => clock,
    waitUntil: (work) => void waiting.push(work),
    pause: async () => undefined,
    warn: (event, cause) => {
      throw new Error(event, { cause })
    },
  }
  const slug = parseSlug(SLUG)
  const tokenId = sqlite.value('select id from tokens')
  const { userId, secret } = created
  if (!slug) throw new Error('no slug')
  const actor: Actor = { userId, tokenId, sessionId: null, from: null, right: { kind: 'owner' } }
  const wanted = { slug, visibility: 'private', defaultBranch: 'main' } as const
  const project = await createProject(stores, { userId, instanceRole: 'owner' }, wanted, actor)
  if (typeof project === 'string') throw new Error(project)
  const reporter: Actor = {
    ...actor,
    right: { kind: 'project', projectId: project.id, permission: 'builds:write' },
  }
  return {
    token: secret,
    report: async (build) => {
      clock = build.at
      const reported = await reportBuild(stores, project.id, reportOf(build), reporter)
      if (reported.kind !== 'created') throw new Error(reported.kind)
      const before = sqlite.rowsWritten()
      const tests = build.number % READ_EACH === 0 ? readFromJunit(build) : build.tests
      const key = { buildId: reported.build.id, name: '' }
      const kept = await keepTests(stores, key, { tests, warnings: [] }, reporter)
      if (kept.kind !== 'kept') throw new Error(kept.kind)
      const rows = sqlite.rowsWritten() - before
      await Promise.all(waiting.splice(0))
      return rows
    },
    upkeep: async (now) => {
      clock = now
      await planUpkeep(stores)
      let done = 0
      for (let step = steps.shift(); step; step = steps.shift()) {
        if (!(await runUpkeep(stores, step))) throw new Error(`the daily task "${step.task}" failed`)
        done++
      }
      return done
    },
    close: sqlite.close,
  }
}

function readFromJunit({ tests }: YearBuild): YearBuild['tests'] {
  const reading = readTestReport(new TextEncoder().encode(junitOf(tests)), null)
  if (!reading.ok) throw new Error(reading.problem)
  deepStrictEqual(reading.report, { tests, warnings: [] })
  return reading.report.tests
}

function reportOf({ number, at, branch, revision, tests }: YearBuild): BuildReport {
  return {
    externalId: `${number}`,
    jobName: 'test',
    status: tests.some(({ result }) => isBad(result)) ? 'failed' : 'success',
    queuedAt: at - 600_000,
    startedAt: at - 590_000,
    stoppedAt: at,
    buildUrl: null,
    steps: null,
    workflow: { externalId: `${number}`, name: 'ci' },
    pipeline: {
      externalId: `${number}`,
      beganAt: at - 600_000,
      branch,
      tag: null,
      revision,
      subject: `Change ${number}`,
      body: null,
      author: null,
      committer: null,
      actor: { login: 'ada' },
      pullRequests: [],
    },
  }
}

/** What the upkeep asks of a bucket; the bytes are not kept, since nobody reads them here. */
function openBucket(now: () => number): R2Bucket {
  const uploads = new Map<string, Date>()
  const bucket = {
    put: async (key: string) => void uploads.set(key, new Date(now())),
    delete: async (keys: string | readonly string[]) => {
      for (const key of [keys].flat()) uploads.delete(key)
    },
    list: async ({ prefix, limit, startAfter = '' }: { prefix: string; limit: number; startAfter?: string }) => {
      const keys = [...uploads.keys()].filter((key) => key.startsWith(prefix) && key > startAfter).sort()
      const objects = keys.slice(0, limit).map((key) => ({ key, uploaded: uploads.get(key) }))
      return { objects, truncated: keys.length > limit }
    },
  }
  // What else is asked of it would fail loudly.
  return bucket as unknown as R2Bucket
}
