import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { REPOSITORY } from '../../scripts/start/local-state.ts'
import { makeStateDir } from '../support/server/local-server.ts'
import { COMPILE_CACHE, QUICK_IMPORTS } from '../support/server/quick-node.ts'

/** Every file that is run by itself: the first line of it says how. */
const SCRIPTS = ['scripts', 'bench']
  .flatMap((folder) =>
    readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  )
  // bench/peers has packages of its own, where they were installed.
  .filter((file) => !file.includes('node_modules'))
  .filter((file) =>
    /^\/\/ (?:npm|node) /.test(file.endsWith('.ts') ? readFileSync(join(REPOSITORY, file), 'utf8') : ''),
  )
const STACK = /^ {4}at |\n {4}at /
const PATIENCE_MS = 60_000

/** Runs one on data of its own, and ends it where it does not end by itself. */
function run(file: string, args: readonly string[], env: Record<string, string> = {}) {
  return new Promise<{ readonly code: unknown; readonly text: string }>((resolve) => {
    const options = {
      cwd: REPOSITORY,
      env: { ...process.env, ...COMPILE_CACHE, BUILDPASS_STATE: makeStateDir(), ...env } as NodeJS.ProcessEnv,
      timeout: PATIENCE_MS,
    }
    const node = ['--no-warnings', ...QUICK_IMPORTS, join(REPOSITORY, file), ...args]
    execFile(process.execPath, node, options, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? error.signal) : 0, text: stdout + stderr }),
    )
  })
}

describe('a script that is called in a way that it does not know', () => {
  it('is one of all that package.json names', () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(
      readFileSync(join(REPOSITORY, 'package.json'), 'utf8'),
    )
    const named = Object.values(scripts).flatMap(
      (command) => /^(?:exec )?node (?:.* )?(\S+\.ts)$/.exec(command)?.[1] ?? [],
    )
    expect(named.length).toBeGreaterThan(15)
    expect(named.filter((file) => !SCRIPTS.includes(file))).toEqual([])
  })

  it.each(SCRIPTS)('says which option it is and how it is called, and does nothing: %s', async (file) => {
    const { code, text } = await run(file, ['--bogus'])
    expect([code, text]).toEqual([2, expect.stringMatching(/'--bogus'.* Usage: (?:npm|node) /)])
    expect(text).not.toMatch(STACK)
  })

  it.each([
    ['scripts/backup/backup.ts', ['one', 'two'], '"two"'],
    ['scripts/backup/restore.ts', [], 'Usage: npm run restore -- <folder>'],
    ['scripts/deploy/rollback.ts', ['one', 'two'], '"two"'],
    ['scripts/measure/size.ts', ['one'], '"one"'],
    ['scripts/backup/backup.ts', ['--since'], '--since'],
    ['scripts/backup/backup.ts', ['--remote=yes'], '--remote'],
    ['scripts/backup/backup.ts', ['--env'], '--env'],
    ['scripts/deploy/deploy.ts', ['--env', 'Not A Name'], '"Not A Name"'],
    ['scripts/deploy/rollback.ts', ['--env', ''], '--env'],
    ['scripts/deploy/deploy.ts', ['--env', '-x'], '--env takes a value, and "-x" looks like an option.'],
    ['scripts/deploy/deploy.ts', ['--env=-x'], '"-x"'],
    ['scripts/deploy/new-epoch.ts', ['--to', ''], '--to'],
    ['scripts/deploy/new-epoch.ts', ['--remote', '--to', '2026-02-31T10:00:00Z'], '2026-02-31T10:00:00Z'],
    ['scripts/backup/backup.ts', ['--since', '--remote'], '--since takes a value, and "--remote" looks like'],
    ['scripts/measure/load.ts', ['--seconds', 'soon'], '--seconds'],
    ['scripts/measure/load.ts', ['--clients', '1.5'], '--clients'],
    ['scripts/measure/soak.ts', ['--minutes=-1'], '--minutes'],
    ['scripts/measure/soak.ts', ['--seed', 'x'], '--seed'],
    ['bench/growth.ts', ['--builds', '0'], '--builds'],
    ['bench/bench.ts', ['--write'], '--write'],
    ['scripts/measure/crowd.ts', ['--uploads', 'many'], '--uploads'],
    ['scripts/mutants/mutants.ts', ['--file', 'no/such.ts'], 'no/such.ts'],
  ] as const)('names what is wrong with it: %s %j', async (file, args, named) => {
    const { code, text } = await run(file, args)
    expect([code, text]).toEqual([2, expect.stringContaining(named)])
    expect(text).toMatch(/Usage: (?:npm|node) /)
    expect(text).not.toMatch(STACK)
  })
})

describe('a script that is given a folder that is none', () => {
  const folderWith = (name: string, text: string | null) => {
    const folder = makeStateDir()
    if (text === null) mkdirSync(join(folder, name))
    else writeFileSync(join(folder, name), text)
    return folder
  }

  /** Ends with 1 and one line, which names what is wrong. */
  async function refuses(file: string, args: readonly string[], named: string, env: Record<string, string> = {}) {
    const { code, text } = await run(file, args, env)
    expect([code, text]).toEqual([1, expect.stringContaining(named)])
    expect(text).not.toMatch(STACK)
    expect(text.trim().split('\n')).toHaveLength(1)
  }

  it.each([
    // The system says of a folder that is to be made there that the one above it is not there.
    ['/proc/buildpass/x', '/proc'],
    ['/etc/passwd/x', '/etc/passwd'],
    ['/etc/passwd', '/etc/passwd'],
    ['/etc', '/etc is not empty'],
  ])('makes no backup there: %s', async (folder, named) => {
    await refuses('scripts/backup/backup.ts', [folder], named)
    expect(readdirSync('/etc')).not.toContain('d1')
  })

  it.each([
    ['/proc/buildpass/x', 'is no backup'],
    ['/etc/passwd', 'is no backup'],
    ['manifest.json is a folder', 'is no backup'],
    ['manifest.json is no JSON', 'is not whole'],
  ])('takes none for a backup to restore, or to go on from: %s', async (what, named) => {
    const folder = what.startsWith('/')
      ? what
      : folderWith('manifest.json', what.endsWith('folder') ? null : 'manifest')
    await refuses('scripts/backup/restore.ts', [folder], named)
    await refuses('scripts/backup/backup.ts', [join(makeStateDir(), 'new'), '--since', folder], named)
  })

  it('goes on from no backup whose list of objects is gone', async () => {
    const objects = { count: 0, bytes: 0, sha256: '0'.repeat(64) }
    const manifest = {
      format: 1,
      made_at: '2026-11-25T00:00:00.000Z',
      tables: {},
      migrations: [],
      objects,
      is_quiet: true,
    }
    const folder = folderWith('manifest.json', JSON.stringify(manifest))
    await refuses(
      'scripts/backup/backup.ts',
      [join(makeStateDir(), 'new'), '--since', folder],
      'objects.ndjson is missing',
    )
  })

  it.each([
    ['scripts/start/start.ts', []],
    ['scripts/backup/backup.ts', ['BACKUP']],
    ['scripts/deploy/new-epoch.ts', []],
    ['scripts/deploy/peppers.ts', []],
    ['scripts/start/create-user.ts', ['ada']],
    ['scripts/start/sign-in-link.ts', ['ada']],
  ])('keeps no data there: %s', async (file, args) => {
    const given = args.map((arg) => (arg === 'BACKUP' ? join(makeStateDir(), 'new') : arg))
    await refuses(file, given, '/proc', { BUILDPASS_STATE: '/proc/buildpass/x' })
  })
})
