import { createHash, randomBytes } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  BackupError,
  faultsOf,
  handlingOf,
  inReferenceOrder,
  type Manifest,
  readManifest,
} from '../../scripts/backup/backup-format.ts'
import { backUp, TABLES_WITH_OBJECTS } from '../../scripts/backup/backup-steps.ts'
import { restore } from '../../scripts/backup/restore-steps.ts'
import { type Instance, openInstance } from '../../scripts/start/instance.ts'
import { answersOf, artifactsOf, type BackedUp, backUpDemo, harmed } from '../support/server/backed-up.ts'
import { bareInstances } from '../support/server/bare-instances.ts'
import { makeStateDir, openSharedServer, runNpmScript } from '../support/server/local-server.ts'

describe('a backup of an instance in use', () => {
  let demo: BackedUp

  beforeAll(async () => {
    demo = await backUpDemo()
  })

  it('has every table of the database, each handled knowingly', () => {
    const manifest = readManifest(demo.folder)
    const undecided = Object.keys(manifest.tables).filter((table) => handlingOf(table) === null)
    expect(undecided, 'a new table: say in scripts/backup/backup-format.ts what a restore does with it').toEqual([])
    expect(manifest.tables.builds?.rows).toBeGreaterThan(30)
    expect(manifest.is_quiet).toBe(true)
  })

  it('holds no secret, and only its owner can read it', () => {
    const rows = readFileSync(join(demo.folder, 'd1/tokens.ndjson'), 'utf8')
    for (const secret of Object.values(demo.tokens)) expect(rows).not.toContain(secret)
    for (const file of ['manifest.json', 'objects.ndjson', 'd1/tokens.ndjson'])
      expect(statSync(join(demo.folder, file)).mode & 0o077).toBe(0)
  })

  it('restored with --keep-tokens answers every read as before, so that a muted test stays muted', async () => {
    const again = await demo.restored(['--keep-tokens'])
    const answers = await answersOf(again, demo.tokens)
    expect(answers).toEqual(demo.before)
    expect(answers['personal /api/buildpass/v1/projects/gh/acme/web/tests/muted']).toMatchObject({
      status: 200,
      body: expect.stringContaining('"reason":"waits for a fix"'),
    })
    expect(await artifactsOf(again, demo.tokens.all)).toEqual(demo.artifacts)
    await again.stop()
  })

  it('is not made while the local server runs on the same file', async () => {
    const server = await openSharedServer('read')
    const { exitCode, output } = await runNpmScript('backup', [join(makeStateDir(), 'x')], server.stateDir)
    expect([exitCode, output]).toEqual([1, expect.stringContaining('stop it')])
  })

  it('is whole by --check, unless a table is missing', async () => {
    const copy = join(makeStateDir(), 'copy')
    cpSync(demo.folder, copy, { recursive: true })
    const check = async () => (await runNpmScript('restore', [copy, '--check'], demo.stateDir)).output
    expect(await check()).toContain('is whole')
    const file = join(copy, 'manifest.json')
    const manifest = readFileSync(file, 'utf8')
    const { users: _, ...others } = JSON.parse(manifest).tables
    for (const [tables, lacking] of [
      [{}, 'users'],
      [others, 'users.'],
    ] as const) {
      writeFileSync(file, JSON.stringify({ ...JSON.parse(manifest), tables }))
      expect(await check()).toMatch(new RegExp(`^The backup is not whole: it has no table ${lacking}`, 'm'))
    }
  })

  describe('whose instance is opened again', () => {
    let instance: Instance
    beforeAll(async () => {
      vi.stubEnv('BUILDPASS_STATE', demo.stateDir)
      instance = await openInstance(false)
      vi.unstubAllEnvs()
    })
    afterAll(() => instance.close())

    it('has the objects of every table that names some, but for those that are made anew', async () => {
      const naming = await instance.d1
        .prepare("select name from sqlite_master where type = 'table' and sql like '%object_key%'")
        .all<{ name: string }>()
      const named = naming.results.map(({ name }) => name)
      expect(named.filter((name) => handlingOf(name) === 'restored').toSorted()).toEqual(TABLES_WITH_OBJECTS.toSorted())
    })

    it('is not restored over anything', async () => {
      const over = restore(instance, demo.folder, { keepTokens: false, say: () => {} })
      await expect(over).rejects.toThrow('not empty')
    })

    // By the script itself in test/prove.
    it('a later one takes from it what is whole there, and says what it fetched instead', async () => {
      const [first, next] = [join(makeStateDir(), 'first'), join(makeStateDir(), 'next')]
      cpSync(demo.folder, first, { recursive: true })
      const { said, expectTaken } = harmed(first)
      const lines: string[] = []
      await backUp(instance, next, first, (line) => void lines.push(line))
      expect(lines).toEqual([expect.stringContaining(said)])
      expectTaken(next)
      expect(readManifest(next).objects).toEqual(readManifest(demo.folder).objects)
      expect(await faultsOf(next, readManifest(next))).toEqual([])
    })
  })
})

const openBareInstance = bareInstances(['whole', 'without tokens'])

describe('a restore', () => {
  let instance: Instance
  let folder: string

  beforeAll(async () => {
    instance = await openBareInstance('whole')
    folder = makeStateDir()
    writeBackup(folder, LARGE)
  })

  const KEY = 'artifacts/p/b/attempt'
  /** What goes in three parts. */
  const LARGE = randomBytes(11 * 1024 * 1024)
  const BYTES = randomBytes(1_000)
  const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')
  const OPTIONS = { keepTokens: true, say: () => {}, partBytes: 5 * 1024 * 1024 }

  /** A backup of one project, one token and one object, whose file may hold other bytes than its line says. */
  function writeBackup(to: string, bytes: Uint8Array, over: Partial<Manifest> = {}, told = bytes): void {
    mkdirSync(join(to, 'r2/artifacts/p/b'), { recursive: true })
    mkdirSync(join(to, 'd1'), { recursive: true })
    writeFileSync(join(to, 'r2', KEY), bytes)
    const line = {
      key: KEY,
      bytes: told.length,
      sha256: sha256(told),
      http_metadata: { contentType: 'text/x' },
      custom_metadata: {},
    }
    const objects = `${JSON.stringify(line)}\n`
    writeFileSync(join(to, 'objects.ndjson'), objects)
    const tables: Record<string, Manifest['tables'][string]> = {}
    const write = (table: string, columns: string[], rows: unknown[][]) => {
      const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('')
      writeFileSync(join(to, 'd1', `${table}.ndjson`), text)
      tables[table] = { columns, rows: rows.length, sha256: sha256(text) }
    }
    write(
      'users',
      ['id', 'login', 'name', 'instance_role', 'created_at'],
      [['u1', 'ada', 'Ada "A" O\u2019Hara', 'owner', 1]],
    )
    write(
      'tokens',
      ['id', 'kind', 'hash', 'user_id', 'label', 'prefix', 'last_four', 'created_at'],
      [['t1', 'personal', 'p1:x', 'u1', 'laptop', 'bpu_ab', 'wxyz', 1]],
    )
    // The second member's user was deleted while the backup was made.
    write(
      'projects',
      ['id', 'slug_key', 'vcs', 'org', 'repo', 'visibility', 'default_branch', 'created_at'],
      [['p1', 'gh/a/b', 'gh', 'a', 'b', 'private', 'main', 1]],
    )
    write(
      'members',
      ['project_id', 'user_id', 'role', 'created_at'],
      [
        ['p1', 'u1', 'admin', 1],
        ['p1', 'gone', 'admin', 1],
      ],
    )
    const manifest: Manifest = {
      format: 1,
      made_at: '2026-01-01T00:00:00.000Z',
      migrations: [],
      tables,
      objects: { count: 1, bytes: told.length, sha256: sha256(objects) },
      is_quiet: false,
      ...over,
    }
    writeFileSync(join(to, 'manifest.json'), JSON.stringify(manifest))
  }

  it('refuses a backup whose bytes are not those that were copied, before it touches anything', async () => {
    const damaged = makeStateDir()
    writeBackup(damaged, randomBytes(10), {}, BYTES)
    await expect(restore(instance, damaged, OPTIONS)).rejects.toThrow(`r2/${KEY} is not as it was made`)
    expect((await instance.bucket.list()).objects).toEqual([])
  })

  it.each<readonly [what: string, harm: (at: string) => void, said: string]>([
    ['without its manifest', (at) => rmSync(join(at, 'manifest.json')), 'is no backup: it has no manifest.json'],
    ['of a manifest that was cut off', (at) => cutOff(join(at, 'manifest.json')), 'manifest.json is not whole'],
    [
      'of a manifest of something else',
      (at) => writeFileSync(join(at, 'manifest.json'), '[]'),
      'manifest.json is not whole',
    ],
    ['without the file of a table', (at) => rmSync(join(at, 'd1/members.ndjson')), 'd1/members.ndjson is missing'],
    [
      'of a table that was cut off',
      (at) => cutOff(join(at, 'd1/users.ndjson')),
      'd1/users.ndjson is not as it was made',
    ],
    [
      'whose last line is missing',
      (at) => dropLastLine(join(at, 'd1/members.ndjson')),
      'd1/members.ndjson is not as it was made',
    ],
    [
      'whose list of objects was cut off',
      (at) => cutOff(join(at, 'objects.ndjson')),
      'objects.ndjson is not as it was made',
    ],
    ['without its list of objects', (at) => rmSync(join(at, 'objects.ndjson')), 'objects.ndjson is missing'],
    [
      'with a folder for the file of a table',
      (at) => {
        rmSync(join(at, 'd1/users.ndjson'))
        mkdirSync(join(at, 'd1/users.ndjson'))
      },
      'd1/users.ndjson is missing',
    ],
    ['without an object', (at) => rmSync(join(at, 'r2', KEY)), `r2/${KEY} is missing`],
    [
      'whose manifest lacks a table',
      (at) => writeBackup(at, BYTES, { tables: {}, migrations: readMigrations() }),
      'it has no table',
    ],
  ])('refuses a backup %s, in words, and changes nothing', async (_what, harm, said) => {
    const at = makeStateDir()
    writeBackup(at, BYTES)
    harm(at)
    const refused = restore(instance, at, OPTIONS)
    await expect(refused).rejects.toThrow(said)
    await expect(refused).rejects.toBeInstanceOf(BackupError)
    expect((await instance.bucket.list()).objects).toEqual([])
    for (const table of ['users', 'projects', 'members', 'sweeps'])
      expect(await instance.d1.prepare(`select count(*) as n from ${table}`).first('n')).toBe(0)
  })

  const OF_MANIFEST = fc.constantFrom<string[][]>(
    ['format'],
    ['made_at'],
    ['migrations'],
    ['migrations', '0'],
    ['tables'],
    ['tables', 'users'],
    ['tables', 'users', 'columns'],
    ['tables', 'users', 'columns', '0'],
    ['tables', 'users', 'rows'],
    ['tables', 'users', 'sha256'],
    ['objects'],
    ['objects', 'count'],
    ['objects', 'bytes'],
    ['objects', 'sha256'],
    ['is_quiet'],
  )
  const ODD = fc.constantFrom<unknown[]>(undefined, null, -1, 1.5, 'x" y', '', [[]], {}, { x: 1 })

  it('refuses a backup whose manifest has anything else in any place, in words, and changes nothing', async () => {
    const at = makeStateDir()
    writeBackup(at, BYTES, { migrations: readMigrations().slice(0, 1) })
    const file = join(at, 'manifest.json')
    const whole = readFileSync(file, 'utf8')
    await fc.assert(
      fc.asyncProperty(OF_MANIFEST, ODD, async (place, odd) => {
        // Of an earlier version a backup may lack any table.
        const leavesTableOut = place.join() === 'tables,users' && odd === undefined
        fc.pre(!leavesTableOut && !(place.join() === 'tables' && JSON.stringify(odd) === '{}'))
        const manifest = JSON.parse(whole)
        const parent = place.slice(0, -1).reduce((value, name) => value[name], manifest)
        parent[place.at(-1) ?? ''] = odd
        writeFileSync(file, JSON.stringify(manifest))
        await expect(restore(instance, at, OPTIONS)).rejects.toBeInstanceOf(BackupError)
      }),
      { numRuns: 100 },
    )
    expect((await instance.bucket.list()).objects).toEqual([])
    expect(await instance.d1.prepare('select count(*) as n from sweeps').first('n')).toBe(0)
  })

  /** Puts another text in the place of a file, and its digest into the manifest: made so, and not damaged since. */
  function forge(at: string, file: string, text: string, digestIn: (manifest: Manifest) => { sha256: string }): void {
    writeFileSync(join(at, file), text)
    const manifest: Manifest = JSON.parse(readFileSync(join(at, 'manifest.json'), 'utf8'))
    digestIn(manifest).sha256 = sha256(text)
    writeFileSync(join(at, 'manifest.json'), JSON.stringify(manifest))
  }

  it.each([
    'no JSON',
    'null',
    '{}',
    '[]',
    '["u1","ada","Ada","owner"]',
    '["u1","ada","Ada","owner",1,2]',
    '["u1","ada",{"a":1},"owner",1]',
    '["u1","ada",true,"owner",1]',
    '["u1","ada","Ada","owner",1]\n["u2","bob","Bob","user",1]',
    '',
  ])('refuses a table that was made with %j, and changes nothing', async (text) => {
    const at = makeStateDir()
    writeBackup(at, BYTES)
    const tableOf = ({ tables }: Manifest) => tables.users ?? { sha256: '' }
    forge(at, 'd1/users.ndjson', text && `${text}\n`, tableOf)
    await expect(restore(instance, at, OPTIONS)).rejects.toThrow(/users\.ndjson(, line \d+,)? (is not whole|has \d)/)
    expect((await instance.bucket.list()).objects).toEqual([])
  })

  it.each<readonly [what: string, over: object | null]>([
    ['no object', null],
    ['a key that leads out', { key: 'artifacts/../../../etc/passwd' }],
    ['a key that is a path', { key: '/etc/passwd' }],
    ['no key', { key: undefined }],
    ['no size', { bytes: '7' }],
    ['another size', { bytes: 7 }],
    ['no digest', { sha256: null }],
    ['odd metadata', { custom_metadata: { a: 1 } }],
    ['no metadata', { http_metadata: 'text/x' }],
  ])('refuses a list of objects that was made with %s, and changes nothing', async (_what, over) => {
    const at = makeStateDir()
    writeBackup(at, BYTES)
    const line = over && { ...JSON.parse(readFileSync(join(at, 'objects.ndjson'), 'utf8')), ...over }
    forge(at, 'objects.ndjson', `${JSON.stringify(line)}\n`, ({ objects }) => objects)
    await expect(restore(instance, at, OPTIONS)).rejects.toBeInstanceOf(BackupError)
    expect((await instance.bucket.list()).objects).toEqual([])
    expect(await instance.d1.prepare('select count(*) as n from sweeps').first('n')).toBe(0)
  })

  it('refuses a table with columns that the database has not', async () => {
    const at = makeStateDir()
    writeBackup(at, BYTES)
    const manifest: Manifest = JSON.parse(readFileSync(join(at, 'manifest.json'), 'utf8'))
    manifest.tables.users?.columns.splice(1, 1, 'nickname')
    writeFileSync(join(at, 'manifest.json'), JSON.stringify(manifest))
    await expect(restore(instance, at, OPTIONS)).rejects.toThrow(
      'users has columns that the database has not: nickname',
    )
  })

  function cutOff(file: string): void {
    truncateSync(file, statSync(file).size - 5)
  }

  function dropLastLine(file: string): void {
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    writeFileSync(file, `${lines.slice(0, -1).join('\n')}\n`)
  }

  function readMigrations(): string[] {
    return readdirSync(join(import.meta.dirname, '../../migrations')).filter((name) => name.endsWith('.sql'))
  }

  it('refuses a backup of a later version', async () => {
    const later = makeStateDir()
    writeBackup(later, BYTES, { migrations: ['9999_later.sql'] })
    await expect(restore(instance, later, OPTIONS)).rejects.toThrow('9999_later.sql')
  })

  it('that was cut off goes on when it is called again, and puts large objects in parts', async () => {
    const epoch = () => instance.d1.prepare('select epoch from feed_state').first<string>('epoch')
    const before = await epoch()
    let prepared = 0
    const broken = new Proxy(instance.d1, {
      get(target, name) {
        if (name !== 'prepare') return Reflect.get(target, name)
        return (sql: string) => {
          if (sql.startsWith('insert into "members"') && prepared++ === 0) throw new Error('the connection was lost')
          return target.prepare(sql)
        }
      },
    })
    await expect(restore({ ...instance, d1: broken }, folder, OPTIONS)).rejects.toThrow('connection was lost')
    const said: string[] = []
    await restore(instance, folder, { ...OPTIONS, say: (line) => void said.push(line) })
    const object = await instance.bucket.get(KEY)
    expect(Buffer.from((await object?.arrayBuffer()) ?? []).equals(LARGE)).toBe(true)
    expect(object?.httpMetadata).toEqual({ contentType: 'text/x' })
    expect(await instance.d1.prepare('select name from users').first('name')).toBe('Ada "A" O\u2019Hara')
    expect(said).toContain('members: 1 of 2 rows belong to nothing and were left out')
    expect(await instance.d1.prepare('select label from tokens').first('label')).toBe('laptop')
    expect(await epoch()).not.toBe(before)
    await expect(restore(instance, folder, OPTIONS)).rejects.toThrow('not empty')
  })

  it('without --keep-tokens has all but what lets somebody in', async () => {
    const { d1, bucket } = await openBareInstance('without tokens')
    const small = makeStateDir()
    writeBackup(small, BYTES)
    await restore({ d1, bucket, close: async () => {} }, small, { ...OPTIONS, keepTokens: false })
    const count = (table: string) => d1.prepare(`select count(*) as n from ${table}`).first('n')
    expect([await count('users'), await count('members'), await count('tokens')]).toEqual([1, 1, 0])
    expect((await bucket.head(KEY))?.size).toBe(BYTES.length)
  })
})

it('puts each table after those that it refers to, itself included', () => {
  const references = new Map([
    ['c', ['b', 'c']],
    ['b', ['a', 'a']],
    ['d', ['absent']],
    ['a', []],
  ])
  expect(inReferenceOrder(references)).toEqual(['a', 'b', 'c', 'd'])
})
