// npm run backup -- [folder] [--remote [--env staging]] [--since <an earlier backup>]: D1 and R2 into a folder, with digests.
import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { takeEnvironment } from '../deploy/cloudflare-resources.ts'
import { InstanceError, openInstance } from '../start/instance.ts'
import { REPOSITORY } from '../start/local-state.ts'
import { backUp } from './backup-steps.ts'

try {
  const { values, positionals } = parseArgs({
    args: [...takeEnvironment(process.argv.slice(2))],
    options: { remote: { type: 'boolean', default: false }, since: { type: 'string' } },
    allowPositionals: true,
  })
  const stamp = new Date().toISOString().replace(/[:.]/g, '-')
  const folder = resolve(positionals[0] ?? join(REPOSITORY, 'backups', stamp))
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new InstanceError(`${folder} is not empty.`)
  const instance = await openInstance(values.remote)
  try {
    const { tables, objects, is_quiet } = await backUp(instance, folder, values.since ? resolve(values.since) : null)
    const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0)
    console.error(
      `${rows} rows of ${Object.keys(tables).length} tables and ${objects.count} objects (${objects.bytes} bytes).`,
    )
    if (!is_quiet) console.error('Something was deleted meanwhile; what belonged to it will be left out by a restore.')
    console.error('It holds token hashes and whatever people uploaded: keep it as safe as the instance itself. In')
    console.log(folder)
  } finally {
    await instance.close()
  }
} catch (error) {
  console.error(error instanceof InstanceError ? error.message : error)
  process.exitCode = 1
}
