import { createHash, randomBytes } from 'node:crypto'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
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
import { bareInstances } from '../support/server/bare-instances.ts'
import { makeStateDir, openSharedServer, runNpmScript, type SharedServer } from '../support/server/local-server.ts'
import { serveDemo } from '../support/server/served.ts'

const WEB = '/api/v1.1/project/gh/acme/web'
const BUILD = '/api/buildpass/v1/projects/gh/acme/web/builds/1'
const LOG = `${BUILD}/steps/0/log`

/** The reads that a restored instance must answer as the one before: who asks is a name of the demo's tokens. */
const READS: readonly (readonly [path: string, token: string])[] = [
  ['/gh/acme/web.svg', 'status'],
  ['/gh/acme/web.json', 'status'],
  ['/gh/acme/web/tree/main.svg?style=shield', 'all'],
  ['/gh/acme/docs.svg', 'none'],
  [`${WEB}?limit=100`, 'all'],
  [`${WEB}?limit=100&offset=100`, 'all'],
  [`${WEB}?filter=failed`, 'all'],
  [`${WEB}/tree/main?filter=successful`, 'all'],
  [`${WEB}/1`, 'all'],
  [`${WEB}/1/tests`, 'all'],
  [`${WEB}/2/artifacts`, 'all'],
  [`${WEB}/latest/artifacts?branch=main`, 'viewBuilds'],
  ['/api/v1.1/project/gh/acme/docs?limit=100', 'none'],
  ['/api/v1.1/project/gh/acme/secret?limit=100', 'otherProjectAll'],
  ['/api/v1.1/me', 'personal'],
  ['/api/v1.1/projects', 'personal'],
  ['/api/v1.1/recent-builds?limit=100', 'personal'],
  ['/api/v1.1/user/token', 'personal'],
  [`${WEB}/token`, 'personal'],
  ['/api/buildpass/v1/projects/gh/acme/web', 'personal'],
  ['/api/buildpass/v1/projects/gh/acme/web/members', 'personal'],
  ['/api/buildpass/v1/projects/gh/acme/web/audit?limit=100', 'personal'],
  ['/api/buildpass/v1/projects/gh/acme/web/tests', 'personal'],
  ['/api/buildpass/v1/projects/gh/acme/web/tests/muted', 'personal'],
  [LOG, 'all'],
  [`${LOG}/condensed`, 'all'],
  ['/api/buildpass/v1/token', 'status'],
  ['/gh/acme/web.svg', 'expired'],
  ['/gh/acme/web.svg', 'otherProjectAll'],
]

type Answers = Record<string, { readonly status: number; readonly body: string }>

async function answersOf({ origin }: { origin: string }, tokens: Record<string, string>): Promise<Answers> {
  const answers: Answers = {}
  for (const [path, holder] of READS) {
    const headers: Record<string, string> = holder === 'none' ? {} : { 'Circle-Token': tokens[holder] ?? '' }
    const response = await fetch(origin + path, { headers })
    // When a token was used last, or refused, changes with each look, the address with each start, and a ticket every ten minutes.
    const body = (await response.text())
      .replaceAll(origin, 'ORIGIN')
      .replace(/"last_used_at":(?:null|"[^"]*")/g, '')
      .replace(/\{[^{}]*"action":"token\.refused_expired"[^{}]*\},?/g, '')
      .replace(/\/output\/log\/[\w.-]+/g, '/output/log/TICKET')
    answers[`${holder} ${path}`] = { status: response.status, body }
  }
  return answers
}

/** The bytes of every artifact of the newest build of main, by path. */
async function artifactsOf({ origin }: { origin: string }, token: string): Promise<Record<string, string>> {
  const headers = { 'Circle-Token': token }
  const listed = await fetch(`${origin}${WEB}/latest/artifacts?branch=main`, { headers })
  const bytes: Record<string, string> = {}
  for (const { path, url } of (await listed.json()) as { path: string; url: string }[])
    bytes[path] = Buffer.from(await (await fetch(url, { headers })).arrayBuffer()).toString('base64')
  return bytes
}

async function muteATest({ origin }: { origin: string }, token: string): Promise<void> {
  const tests = `${origin}/api/buildpass/v1/projects/gh/acme/web/tests`
  const headers = { 'Circle-Token': token, 'Content-Type': 'application/json' }
  const listed = (await (await fetch(tests, { headers })).json()) as { tests: { id: number }[] }
  const until = new Date(Date.now() + 30 * 86_400_000).toISOString()
  const body = JSON.stringify({ reason: 'waits for a fix', until })
  const muted = await fetch(`${tests}/${listed.tests[0]?.id}/mute`, { method: 'PUT', headers, body })
  expect(muted.status, await muted.text()).toBe(200)
}

async function logAStep({ origin }: { origin: string }, token: string): Promise<void> {
  const headers = { 'Circle-Token': token, 'Content-Type': 'application/json' }
  const body = JSON.stringify({ key: 'make', name: 'make', status: 'failed', exit_code: 2 })
  const told = await fetch(`${origin}${BUILD}/steps`, { method: 'POST', headers, body })
  expect(told.ok, await told.text()).toBe(true)
  for (const [offset, text] of [
    [0, 'a.c:1:2: error: no\n'],
    [19, 'make: *** [all] Error 1\n'],
  ] as const) {
    const sent = await fetch(`${origin}${LOG}?offset=${offset}${offset === 0 ? '' : '&final=true'}`, {
      method: 'PUT',
      headers: { 'Circle-Token': token, 'Content-Type': 'application/octet-stream' },
      body: text,
    })
    expect(sent.ok, await sent.text()).toBe(true)
  }
}

describe('a backup of an instance in use', () => {
  /** Runs on the demo. */
  let server: SharedServer
  /** The demo and a muted test: what is backed up. */
  let stateDir: string
  let folder: string
  /** A second backup, with --since. */
  let next: string
  let before: Answers
  let artifacts: Record<string, string>
  let tokens: Record<string, string>

  beforeAll(async () => {
    server = await openSharedServer('read')
    tokens = { ...server.demo.tokens }
    const own = await serveDemo()
    stateDir = own.stateDir
    await muteATest(own, own.demo.tokens.personal)
    await logAStep(own, own.demo.tokens.personal)
    before = await answersOf(own, tokens)
    artifacts = await artifactsOf(own, own.demo.tokens.all)
    await own.stop()
    folder = join(makeStateDir(), 'backup')
    next = join(makeStateDir(), 'next')
    const { exitCode, output } = await runNpmScript('backup', [folder], stateDir)
    expect(exitCode, output).toBe(0)
  })

  /** A new instance with the same secrets, as a person would set it up, and the backup restored into it. */
  async function restored(args: readonly string[]) {
    const into = makeStateDir()
    copyFileSync(join(stateDir, '.dev.vars'), join(into, '.dev.vars'))
    const { exitCode, output } = await runNpmScript('restore', [folder, ...args], into)
    expect(exitCode, output).toBe(0)
    // The demo's own file tells the test's server where it listens.
    mkdirSync(join(into, '.local'), { recursive: true })
    writeFileSync(join(into, '.local/demo.json'), JSON.stringify(server.demo))
    return serveDemo(into)
  }

  it('has every table of the database, each handled knowingly', () => {
    const manifest = readManifest(folder)
    const undecided = Object.keys(manifest.tables).filter((table) => handlingOf(table) === null)
    expect(undecided, 'a new table: say in scripts/backup/backup-format.ts what a restore does with it').toEqual([])
    expect(manifest.tables.builds?.rows).toBeGreaterThan(30)
    expect(manifest.is_quiet).toBe(true)
  })

  it('holds no secret, and only its owner can read it', () => {
    const rows = readFileSync(join(folder, 'd1/tokens.ndjson'), 'utf8')
    for (const secret of Object.values(tokens)) expect(rows).not.toContain(secret)
    for (const file of ['manifest.json', 'objects.ndjson', 'd1/tokens.ndjson'])
      expect(statSync(join(folder, file)).mode & 0o077).toBe(0)
  })

  it('restored with --keep-tokens answers every read as before, so that a muted test stays muted', async () => {
    const again = await restored(['--keep-tokens'])
    const answers = await answersOf(again, tokens)
    expect(answers).toEqual(before)
    expect(answers['personal /api/buildpass/v1/projects/gh/acme/web/tests/muted']).toMatchObject({
      status: 200,
      body: expect.stringContaining('"reason":"waits for a fix"'),
    })
    expect(await artifactsOf(again, tokens.all ?? '')).toEqual(artifacts)
    await again.stop()
  })

  it('restored without it answers what is public as before, and every token is dead', async () => {
    const again = await restored([])
    for (const [name, { status, body }] of Object.entries(await answersOf(again, tokens))) {
      if (name.startsWith('none ')) expect({ status, body }, name).toEqual(before[name])
      else expect([name, status]).toEqual([name, 401])
    }
    await again.stop()
  })

  it('is not made while the local server runs on the same file', async () => {
    const { exitCode, output } = await runNpmScript('backup', [join(makeStateDir(), 'x')], server.stateDir)
    expect([exitCode, output]).toEqual([1, expect.stringContaining('stop it')])
  })

  it('with --since takes from an earlier backup what is whole there, and says what it fetched instead', async () => {
    const first = join(makeStateDir(), 'first')
    cpSync(folder, first, { recursive: true })
    const [longer = '', other = '', gone = '', asFolder = '', whole = ''] = keysIn(first)
    const harm = (key: string, change: (bytes: Buffer) => Buffer | null) => {
      const file = join(first, 'r2', key)
      const changed = change(readFileSync(file))
      if (changed) writeFileSync(file, changed)
      else rmSync(file)
    }
    harm(longer, (bytes) => Buffer.concat([bytes, Buffer.from('x')]))
    harm(other, (bytes) => Buffer.from(bytes.map((byte) => byte ^ 1)))
    harm(gone, () => null)
    harm(asFolder, () => null)
    mkdirSync(join(first, 'r2', asFolder))
    const { exitCode, output } = await runNpmScript('backup', [next, '--since', first], stateDir)
    expect(exitCode, output).toBe(0)
    expect(output).toContain(`Of ${first}, 4 objects are missing or damaged, and were fetched again: r2/${longer}, r2/`)
    const numberOf = (at: string, key: string) => statSync(join(at, 'r2', key)).ino
    expect(numberOf(next, whole)).toBe(numberOf(first, whole))
    expect(numberOf(next, other)).not.toBe(numberOf(first, other))
    expect(readManifest(next).objects).toEqual(readManifest(folder).objects)
    expect(await faultsOf(next, readManifest(next))).toEqual([])
  })

  it('is whole by --check, unless a table is missing', async () => {
    const check = async () => (await runNpmScript('restore', [next, '--check'], stateDir)).output
    expect(await check()).toContain('is whole')
    const file = join(next, 'manifest.json')
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
      vi.stubEnv('BUILDPASS_STATE', stateDir)
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
      const over = restore(instance, folder, { keepTokens: false, say: () => {} })
      await expect(over).rejects.toThrow('not empty')
    })

    it.runIf(isOtherDisk('/dev/shm'))('with --since on another disk copies the bytes', async () => {
      const elsewhere = mkdtempSync('/dev/shm/buildpass-')
      try {
        const next = join(elsewhere, 'next')
        await backUp(instance, next, folder)
        expect(await faultsOf(next, readManifest(next))).toEqual([])
        const [line = ''] = readFileSync(join(next, 'objects.ndjson'), 'utf8').split('\n')
        expect(statSync(join(next, 'r2', JSON.parse(line).key)).mode & 0o077).toBe(0)
      } finally {
        rmSync(elsewhere, { recursive: true })
      }
    })
  })

  it('a new epoch ends every token of an instance that went back in time', async () => {
    expect((await runNpmScript('new-epoch', [], stateDir)).exitCode).toBe(0)
    const ended = await serveDemo(stateDir)
    expect(
      (await fetch(`${ended.origin}/gh/acme/web.svg`, { headers: { 'Circle-Token': tokens.all ?? '' } })).status,
    ).toBe(401)
    await ended.stop()
  })
})

/** The objects that a backup lists. */
function keysIn(folder: string): readonly string[] {
  const lines = readFileSync(join(folder, 'objects.ndjson'), 'utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line).key)
}

function isOtherDisk(folder: string): boolean {
  return existsSync(folder) && statSync(folder).dev !== statSync(tmpdir()).dev
}

const openBareInstance = bareInstances(['whole'])

describe('a restore', () => {
  let instance: Instance
  let folder: string

  beforeAll(async () => {
    instance = await openBareInstance('whole')
    folder = makeStateDir()
    writeBackup(folder, BYTES)
  })

  const KEY = 'artifacts/p/b/attempt'
  const BYTES = randomBytes(11 * 1024 * 1024)
  const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')
  const DIGEST = sha256(BYTES)
  const OPTIONS = { keepTokens: true, say: () => {}, partBytes: 5 * 1024 * 1024 }

  /** A backup of one project and one object, whose file may hold other bytes than its line says. */
  function writeBackup(to: string, bytes: Uint8Array, over: Partial<Manifest> = {}): void {
    mkdirSync(join(to, 'r2/artifacts/p/b'), { recursive: true })
    mkdirSync(join(to, 'd1'), { recursive: true })
    writeFileSync(join(to, 'r2', KEY), bytes)
    const line = {
      key: KEY,
      bytes: BYTES.length,
      sha256: DIGEST,
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
      objects: { count: 1, bytes: BYTES.length, sha256: sha256(objects) },
      is_quiet: false,
      ...over,
    }
    writeFileSync(join(to, 'manifest.json'), JSON.stringify(manifest))
  }

  it('refuses a backup whose bytes are not those that were copied, before it touches anything', async () => {
    const damaged = makeStateDir()
    writeBackup(damaged, randomBytes(10))
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
    expect(Buffer.from((await object?.arrayBuffer()) ?? []).equals(BYTES)).toBe(true)
    expect(object?.httpMetadata).toEqual({ contentType: 'text/x' })
    expect(await instance.d1.prepare('select name from users').first('name')).toBe('Ada "A" O\u2019Hara')
    expect(said).toContain('members: 1 of 2 rows belong to nothing and were left out')
    expect(await epoch()).not.toBe(before)
    await expect(restore(instance, folder, OPTIONS)).rejects.toThrow('not empty')
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
