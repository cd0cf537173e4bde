import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { matchesAny, patternProblem } from '../../../../src/domain/access/limits/pattern.ts'
import type { Project } from '../../../../src/domain/project.ts'
import { findLatestArtifact, findLatestBuildWithArtifacts } from '../../../../src/storage/artifacts/artifacts.ts'
import { branchPipelinesQuery, listBranchPipelines } from '../../../../src/storage/builds/branches/branch-feeds.ts'
import { branchOfQuery } from '../../../../src/storage/builds/branches/branch-of.ts'
import { isOpenName, openBranchNames } from '../../../../src/storage/builds/branches/open-branches.ts'
import { buildsQuery, listBuilds } from '../../../../src/storage/builds/builds.ts'
import { findNewest, hasBuild } from '../../../../src/storage/builds/latest.ts'
import { listPipelines, pipelinesQuery } from '../../../../src/storage/builds/pipelines.ts'
import { searchQuery, searchRuns } from '../../../../src/storage/builds/runs.ts'
import { listWorkflowRuns } from '../../../../src/storage/builds/workflows.ts'
import { seedProject } from '../../../support/seed/seed.ts'
import { reportBuild } from '../../../support/worker/as-instance.ts'
import { rowsReadBy, scansOf } from '../../../support/worker/query-plan.ts'
import { openTestStores, type TestStores } from '../../../support/worker/stores.ts'
import { reportOf, seedArtifact } from '../../../support/worker/world.ts'

const BRANCHES = ['main', 'release/1', 'release/2', 'release/2/fix', 'topic', 'release', 'Main', 'ä/ö', null]
const STATUSES = ['success', 'failed'] as const

let stores: TestStores
let project: Project
/** The branch of each build, and of the pipeline of its number, from the first on. */
const branchOfBuild: (string | null)[] = []

beforeAll(async () => {
  stores = await openTestStores()
  project = await seedProject(stores.db)
  const elsewhere = await seedProject(stores.db)
  for (let i = 0; i < 40; i++) {
    const branch = BRANCHES[(i * 7) % BRANCHES.length] ?? null
    const status = STATUSES[i % 2]
    const pipeline = { externalId: `p${i}`, branch, tag: branch === null ? 'v1' : null }
    const workflow = { externalId: `w${i}`, name: 'ci' }
    const told = reportOf({ status, jobName: i % 3 ? 'test' : 'lint', pipeline, workflow })
    const reported = await reportBuild(stores, project.id, told)
    if (!('build' in reported)) throw new Error(reported.kind)
    branchOfBuild.push(branch)
    if (i % 4 === 0) await seedArtifact(stores, project, reported.build, { path: 'a.txt', text: `${i}` })
    if (i < 3) await reportBuild(stores, elsewhere.id, told)
  }
})

const CHOICES: readonly (readonly string[])[] = [
  ['main'],
  ['release/*'],
  ['release/**'],
  ['*'],
  ['ä/*', 'main'],
  ['absent'],
  ['m*n', 'release', 'release/2', 'release/*'],
]
const isOpen = (patterns: readonly string[]) => (branch: string | null | undefined) =>
  branch !== null && branch !== undefined && matchesAny(patterns, branch)

describe.each(CHOICES.map((patterns) => ({ patterns })))('of the branches $patterns alone', ({ patterns }) => {
  const open = isOpen(patterns)

  it('are the builds of a list, page by page and by filter, and no gap shows the others', async () => {
    for (const filter of ['none', 'failed', 'completed'] as const) {
      const all = await listBuilds(stores.db, project.id, { branch: null, filter }, { limit: 100, offset: 0 })
      const wanted = all.filter(({ pipeline }) => open(pipeline.branch)).map(({ num }) => num)
      const pages: number[] = []
      for (let offset = 0; ; offset += 3) {
        const page = await listBuilds(stores.db, project.id, { branch: patterns, filter }, { limit: 3, offset })
        pages.push(...page.map(({ num }) => num))
        if (page.length < 3) break
      }
      expect(pages).toEqual(wanted)
    }
  })

  it('are the pipelines and runs of lists, page by page', async () => {
    const wanted = branchOfBuild.flatMap((branch, i) => (open(branch) ? i + 1 : [])).reverse()
    const numbers: number[] = []
    for (let before: number | null = null; ; ) {
      const which = { branch: patterns, login: null }
      const page: { number: number }[] = [...(await listPipelines(stores.db, project.id, which, { before, limit: 3 }))]
      numbers.push(...page.map(({ number }) => number))
      before = page.at(-1)?.number ?? null
      if (page.length < 3) break
    }
    expect(numbers).toEqual(wanted)
    const runs: number[] = []
    for (let below: readonly number[] = [1_000]; ; ) {
      const which = { branch: patterns, revision: null, from: null, to: null }
      const page = await searchRuns(stores.db, [project.id], which, { below, limit: 3, fits: null })
      runs.push(...page.runs.map(({ number }) => number))
      if (!page.next) break
      below = page.next
    }
    expect(runs).toEqual(wanted)
  })

  it('are found by a revision and up to a time, too', async () => {
    const which = { branch: patterns, revision: 'f00d', from: 0, to: Date.now() + 1_000 }
    const page = await searchRuns(stores.db, [project.id], which, { below: [1_000], limit: 20, fits: null })
    const wanted = branchOfBuild.flatMap((branch, i) => (open(branch) ? i + 1 : [])).reverse()
    expect(page.runs.map(({ number }) => number)).toEqual(wanted.slice(0, 20))
  })

  it('are the runs of workflows, the rows of cc.xml, and what is newest', async () => {
    const { db } = stores
    const runs = await listWorkflowRuns(
      db,
      project.id,
      { name: null, branch: patterns, since: 0 },
      {
        after: null,
        limit: 100,
      },
    )
    expect(runs.map(({ pipeline }) => pipeline.number).sort((a, b) => a - b)).toEqual(
      branchOfBuild.flatMap((branch, i) => (open(branch) ? i + 1 : [])),
    )
    const rows = await listBranchPipelines(db, project.id, patterns)
    expect(rows.map(({ branch }) => branch).sort()).toEqual([...new Set(branchOfBuild.filter(open))].sort())
    const newest = branchOfBuild.findLastIndex(open) + 1 || null
    const latest = { branch: patterns, filter: 'none', job: null, workflow: null } as const
    expect(await findNewest(db, project.id, latest, { others: null })).toBe(newest)
    const newestLint = branchOfBuild.findLastIndex((branch, i) => open(branch) && i % 3 === 0) + 1 || null
    expect(await findNewest(db, project.id, { ...latest, job: 'lint' }, { others: null })).toBe(newestLint)
    expect(await hasBuild(db, project.id, { ...latest, job: 'lint' })).toBe(newestLint !== null)
    const newestKept = branchOfBuild.findLastIndex((branch, i) => open(branch) && i % 4 === 0) + 1 || null
    expect(await findLatestBuildWithArtifacts(db, project.id, latest)).toBe(newestKept)
    const found = await findLatestArtifact(stores, project.id, latest, { nodeIndex: 0, path: 'a.txt' })
    expect(found?.buildNum ?? null).toBe(newestKept)
  })
})

it('SQL and the grant agree about every pattern and name', async () => {
  const sign = fc.constantFrom('a', 'b', '/', 'ä', '.', '💥')
  const name = fc.string({ unit: sign, maxLength: 7 })
  const pattern = fc
    .string({ unit: fc.oneof(sign, fc.constant('*')), minLength: 1, maxLength: 5 })
    .chain((text) => fc.constantFrom(text, `${text}/**`, `${text}*`))
    .filter((text) => patternProblem(text) === null)
  await fc.assert(
    fc.asyncProperty(
      fc.array(pattern, { minLength: 1, maxLength: 3 }),
      fc.array(name, { maxLength: 30 }),
      async (patterns, names) => {
        const rows = await stores.db.all<{ name: string }>(
          sql`select row.value as name from json_each(${JSON.stringify(names)}) as row where ${isOpenName(sql`row.value`, patterns)}`,
        )
        expect(rows.map((row) => row.name)).toEqual(names.filter((one) => matchesAny(patterns, one)))
      },
    ),
    { numRuns: 150 },
  )
})

it('a look at some branches reads no table whole, and as little of a long history as of a short one', async () => {
  const { db } = stores
  const page = { limit: 3, offset: 0 }
  const branch = ['release/*', 'main']
  const ofBuilds = buildsQuery(db, project.id, { branch, filter: 'none' }, page)
  const ofPipelines = pipelinesQuery(db, project.id, { branch, login: null }, { before: 30, limit: 3 })
  const ofRuns = searchQuery(db, project.id, { branch, revision: null, from: null, to: null }, { below: 30, limit: 3 })
  const names = db.all(sql`select name from ${openBranchNames(project.id, branch)} as open_subquery`).getQuery()
  const feed = db.all(branchPipelinesQuery(project.id, branch)).getQuery()
  for (const query of [ofBuilds, ofPipelines, ofRuns, names]) expect(await scansOf(db, query)).toEqual([])
  // The branches themselves, at most 200.
  expect((await scansOf(db, feed)).filter((step) => !/^SCAN [bs]$/.test(step))).toEqual([])
  for (const of of [{ build: 1 }, { job: 'x' }, { pipeline: 'x' }, { pipelineNumber: 1 }, { workflow: 'x' }])
    expect(await scansOf(db, branchOfQuery(db, project.id, of))).toEqual([])
  const before = await rowsReadBy(db, [ofPipelines, ofBuilds])
  for (let i = 0; i < 40; i++) {
    const pipeline = { externalId: `more ${i}`, branch: i % 2 ? 'main' : 'topic' }
    await reportBuild(stores, project.id, reportOf({ pipeline, workflow: { externalId: `m${i}`, name: 'ci' } }))
  }
  expect(await rowsReadBy(db, [ofPipelines, ofBuilds])).toBeLessThan(before + 30)
})
