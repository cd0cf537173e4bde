// npm run restore -- <folder> [--remote [--env staging]] [--keep-tokens] [--check]: a backup into an empty instance.
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseInvocation } from '../check/invocation.ts'
import { tellFailure } from '../check/script-error.ts'
import { openInstance } from '../start/instance.ts'
import { REPOSITORY } from '../start/local-state.ts'
import { faultsOf, readManifest, TABLES_IN_BACKUP } from './backup-format.ts'
import { RestoreError, requireTables, restore } from './restore-steps.ts'

try {
  const { values, positionals } = parseInvocation(
    'npm run restore -- <folder> [--remote [--env staging]] [--keep-tokens] [--check]',
    {
      remote: { type: 'boolean', default: false },
      env: { type: 'string' },
      'keep-tokens': { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
    },
    [1, 1],
  )
  const folder = resolve(...positionals)
  if (values.check) await check(folder)
  else await run(folder, values.remote, values['keep-tokens'])
} catch (error) {
  tellFailure(error)
}

/** Compares each file with the digest that the manifest names, and its tables with those of this version; touches nothing. */
async function check(folder: string): Promise<void> {
  const manifest = readManifest(folder)
  const faults = await faultsOf(folder, manifest)
  if (faults.length > 0) throw new RestoreError(faults.join('\n'))
  requireTables(manifest, listMigrations(), TABLES_IN_BACKUP)
  console.log(`The backup of ${manifest.made_at} is whole.`)
}

function listMigrations(): readonly string[] {
  return readdirSync(join(REPOSITORY, 'migrations')).filter((name) => name.endsWith('.sql'))
}

async function run(folder: string, isRemote: boolean, keepTokens: boolean): Promise<void> {
  // Before the instance is opened, which may take long.
  readManifest(folder)
  const instance = await openInstance(isRemote)
  try {
    await restore(instance, folder, { keepTokens, say: (line) => console.error(line) })
  } finally {
    await instance.close()
  }
  console.log(
    keepTokens
      ? 'Restored. Tokens and sessions of the backup work again where the peppers are the same, deleted ones included: see docs/operations.md.'
      : 'Restored. No token, session, webhook or publisher of the backup works: people sign in again and make new ones.',
  )
}
