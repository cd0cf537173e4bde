import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Manifest } from '../../scripts/backup/backup-format.ts'
import { backUp } from '../../scripts/backup/backup-steps.ts'
import { restore } from '../../scripts/backup/restore-steps.ts'
import type { Instance } from '../../scripts/start/instance.ts'
import { bareInstances } from '../support/server/bare-instances.ts'
import { makeStateDir } from '../support/server/local-server.ts'

const openBareInstance = bareInstances(['large', 'large-restored', 'old', 'old-restored'])

describe('rows as large as D1 keeps them', () => {
  const MIB = 1024 * 1024
  // What each character becomes in a text of JSON within JSON: one, two, four and six characters.
  const TEXTS: Record<string, string> = {
    'of letters': 'x'.repeat(MIB),
    'of quotes': '"'.repeat(MIB),
    'of backslashes and quotes': '\\"'.repeat(MIB / 2),
    'of control characters': '\u0001'.repeat(MIB),
    'of umlauts': 'ü'.repeat(MIB / 2),
    'as long as a row may be': "'".repeat(1_990_000),
    'of numbers and nothing': '',
  }

  let from: Instance
  let into: Instance
  let made: Manifest

  beforeAll(async () => {
    ;[from, into] = [await openBareInstance('large'), await openBareInstance('large-restored')]
    for (const [name, text] of Object.entries(TEXTS)) await insert(name, text)
    await from.d1.exec(
      "with recursive n(i) as (select 1 union all select i + 1 from n where i < 1200) insert into audit (at, action) select i, 'token.created' from n",
    )
    const folder = join(makeStateDir(), 'backup')
    made = await backUp({ ...from, d1: watched(from.d1) }, folder, null)
    await restore({ ...into, d1: watched(into.d1) }, folder, { keepTokens: true, say: () => {} })
  })

  const insert = (name: string, text: string) =>
    from.d1
      .prepare(
        "insert into projects (id, slug_key, vcs, org, repo, visibility, default_branch, created_at) values (?1, ?1, 'gh', 'a', ?1, 'private', ?2, 1.7e12)",
      )
      .bind(name, text)
      .run()

  it('are in the backup, and the restored rows are the same', async () => {
    const rowsOf = async ({ d1 }: Instance) =>
      (await d1.prepare('select *, typeof(created_at) as t from projects order by id').all()).results
    const [before, after] = [await rowsOf(from), await rowsOf(into)]
    expect(after.map(({ id }) => id)).toEqual(Object.keys(TEXTS).toSorted())
    for (const [i, row] of after.entries()) expect(row).toEqual(before[i])
  })

  it('whose key is a number are all there, and once', async () => {
    expect(made.tables.audit?.rows).toBe(1_200)
    expect(await into.d1.prepare('select count(distinct id) as n from audit').first('n')).toBe(1_200)
  })

  it('are read some at a time, however many there are', async () => {
    await from.d1.exec('delete from projects')
    for (let i = 0; i < 15; i++) await insert(`p${i}`, 'x'.repeat(MIB))
    let largest = 0
    const d1 = watched(from.d1, (answer) => {
      largest = Math.max(largest, JSON.stringify(answer).length)
    })
    const manifest = await backUp({ ...from, d1 }, join(makeStateDir(), 'backup'), null)
    expect(manifest.tables.projects?.rows).toBe(15)
    expect(largest).toBeGreaterThan(MIB)
    expect(largest).toBeLessThan(12 * MIB)
  })
})

it('a backup from before test reports were objects is restored with its test results, for the upkeep to move', async () => {
  const [from, into] = [await openBareInstance('old'), await openBareInstance('old-restored')]
  const tables = ['test_failures', 'test_packs', 'test_reports', 'test_names']
  await from.d1.batch([
    ...tables.map((table) => from.d1.prepare(`drop table ${table}`)),
    from.d1.prepare("delete from d1_migrations where name >= '0013'"),
    from.d1.prepare(
      "insert into projects (id, slug_key, vcs, org, repo, visibility, default_branch, created_at) values ('p', 'p', 'gh', 'a', 'p', 'private', 'main', 1)",
    ),
    from.d1.prepare(
      "insert into pipelines (id, project_id, number, external_id, branch, revision, created_at) values ('l', 'p', 1, 'l', 'main', 'f00d', 1)",
    ),
    from.d1.prepare(
      "insert into workflows (id, project_id, pipeline_id, external_id, name, created_at) values ('w', 'p', 'l', 'w', 'ci', 1)",
    ),
    from.d1.prepare(
      `insert into builds (id, project_id, pipeline_id, workflow_id, build_num, external_id, job_name, branch, status, class, stage, event_at, rank, created_at)
        values ('b', 'p', 'l', 'w', 1, 'b', 'test', 'main', 'success', 'green', 2, 1, 1, 1)`,
    ),
    from.d1.prepare(
      `insert into test_results (build_id, report, position, classname, name, result, run_time_seconds, message, source)
        values ('b', 'unit', 0, 'C', 'a', 'failure', 0.5, 'no', 's')`,
    ),
  ])
  const rowsOf = async ({ d1 }: Instance) => (await d1.prepare('select * from test_results').all()).results
  const folder = join(makeStateDir(), 'backup')
  const { migrations, tables: backedUp } = await backUp(from, folder, null)
  expect(migrations.at(-1)).toMatch(/^0012/)
  expect(Object.keys(backedUp).filter((table) => tables.includes(table))).toEqual([])
  await restore(into, folder, { keepTokens: true, say: () => {} })
  expect(await rowsOf(into)).toEqual(await rowsOf(from))
  expect(await rowsOf(into)).toHaveLength(1)
})

const MAX_D1_VALUE_BYTES = 2_000_000

/** A database as Cloudflare runs it, which the local one does not: no value in or out is larger than 2,000,000 bytes. */
function watched(d1: D1Database, see: (answer: unknown) => void = () => {}): D1Database {
  const requireBounded = (value: unknown) => {
    if (typeof value === 'string' && Buffer.byteLength(value) > MAX_D1_VALUE_BYTES)
      throw new Error('D1_ERROR: string or blob too big: SQLITE_TOOBIG')
    if (typeof value === 'object' && value !== null) Object.values(value).forEach(requireBounded)
  }
  const watch = (statement: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(statement, {
      get(target, name) {
        const member = Reflect.get(target, name)
        if (name === 'bind')
          return (...values: unknown[]) => {
            requireBounded(values)
            return watch(target.bind(...values))
          }
        if (typeof member !== 'function') return member
        return async (...args: unknown[]) => {
          const answer = await member.apply(target, args)
          requireBounded(answer)
          see(answer)
          return answer
        }
      },
    })
  return new Proxy(d1, {
    get(target, name) {
      if (name === 'prepare') return (sql: string) => watch(target.prepare(sql))
      // What the end of a restore does, on what prepare() gave: the statements themselves.
      const member = Reflect.get(target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}
