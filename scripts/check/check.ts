// npm run check: what CI demands besides the tests.
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import drizzleConfig from '../../drizzle.config.ts'
import { listedDocs } from '../openapi/files.ts'
import { REPOSITORY } from '../start/local-state.ts'
import { bundleCli } from './cli-bundle.ts'
import { withHelpTexts } from './cli-docs.ts'
import { strayImports } from './families.ts'
import { parseInvocation } from './invocation.ts'
import { type Lockfile, lockfileProblems, type Manifest } from './lockfile.ts'
import { readTool, runTool } from './tool.ts'

const CHECKS: Record<string, () => Promise<boolean>> = {
  'format and lint': async () => (await runTool('biome', ['check', '--error-on-warnings'])) === 0,
  types: async () => (await runTool('tsc', ['--noEmit'])) === 0,
  families: familiesAreApart,
  migrations: migrationsAgree,
  lockfile: lockfileIsSound,
  'command line': cliIsBuilt,
  'lists in docs': listsAreFresh,
}

parseInvocation('npm run check', {})
const failed: string[] = []
for (const [name, passes] of Object.entries(CHECKS)) {
  const isGood = await passes()
  console.log(`${isGood ? 'ok    ' : 'FAILED'}  ${name}`)
  if (!isGood) failed.push(name)
}
process.exitCode = failed.length > 0 ? 1 : 0

/** Whether no family of routes imports another. */
async function familiesAreApart(): Promise<boolean> {
  const folder = join(REPOSITORY, 'src/http')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file))
  const stray = strayImports(new Map(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')])))
  for (const line of stray) console.error(line)
  return stray.length === 0
}

/** Whether drizzle-kit would find nothing to write; tried on a copy. */
async function migrationsAgree(): Promise<boolean> {
  const copy = mkdtempSync(join(tmpdir(), 'buildpass-migrations-'))
  try {
    cpSync(join(REPOSITORY, 'migrations'), copy, { recursive: true })
    const before = sqlFilesOf(copy)
    const { entries } = readJson<{ entries: { tag: string }[] }>('migrations/meta/_journal.json')
    const journal = entries.map(({ tag }) => `${tag}.sql`)
    if (journal.join() !== before.join()) {
      console.error(`migrations/meta/_journal.json names other files than the folder has: ${journal.join()}`)
      return false
    }
    const { dialect, schema } = drizzleConfig
    const args = ['--dialect', dialect, '--schema', String(schema), '--out', relative(REPOSITORY, copy)]
    const { exitCode, stdout, stderr } = await readTool('drizzle-kit', ['generate', ...args])
    const added = sqlFilesOf(copy).filter((file) => !before.includes(file))
    if (exitCode !== 0) console.error(stdout + stderr)
    for (const file of added)
      console.error(
        `The schema has no migration for this (npm run db:generate):\n${readFileSync(join(copy, file), 'utf8')}`,
      )
    return exitCode === 0 && added.length === 0
  } finally {
    rmSync(copy, { recursive: true })
  }
}

function sqlFilesOf(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
}

/** Whether bin/ and the help texts in docs/cli.md are what cli/ says. */
async function cliIsBuilt(): Promise<boolean> {
  const stale = [...(await bundleCli())].filter(([file, text]) => readText(file) !== text).map(([file]) => file)
  const page = readText('docs/cli.md') ?? ''
  if (withHelpTexts(page, join(REPOSITORY, 'bin/buildpass.mjs')) !== page) stale.push('docs/cli.md')
  for (const file of stale) console.error(`${file} is not what cli/ says now: npm run build:cli`)
  return stale.length === 0
}

function readText(file: string): string | null {
  return existsSync(join(REPOSITORY, file)) ? readFileSync(join(REPOSITORY, file), 'utf8') : null
}

/** Of the repository, and of what the bench alone installs. */
async function lockfileIsSound(): Promise<boolean> {
  const problems = ['', 'bench/peers/'].flatMap((folder) => {
    const [lock, manifest] = [`${folder}package-lock.json`, `${folder}package.json`]
    return lockfileProblems(readJson<Lockfile>(lock), readJson<Manifest>(manifest)).map((found) => `${lock}: ${found}`)
  })
  for (const problem of problems) console.error(problem)
  return problems.length === 0
}

/** Whether `npm run build:assets` would write what stands in docs/. */
async function listsAreFresh(): Promise<boolean> {
  const stale = Object.entries(listedDocs(REPOSITORY)).filter(([file, text]) => readText(file) !== text)
  for (const [file] of stale) console.error(`${file} does not list what the routes are now: npm run build:assets`)
  return stale.length === 0
}

/** JSON that a tool of ours wrote, taken at its word. */
function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(join(REPOSITORY, file), 'utf8'))
}
