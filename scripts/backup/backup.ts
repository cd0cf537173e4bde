// npm run backup -- [folder] [--remote [--env staging]] [--since <an earlier backup>]: D1 and R2 into a folder, with digests.
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { makeFolder } from '../../cli/files/make-folder.ts'
import { parseInvocation } from '../check/invocation.ts'
import { tellFailure } from '../check/script-error.ts'
import { InstanceError, openInstance } from '../start/instance.ts'
import { REPOSITORY } from '../start/local-state.ts'
import { requireObjectList } from './backup-format.ts'
import { backUp } from './backup-steps.ts'

try {
  const { values, positionals } = parseInvocation(
    'npm run backup -- [folder] [--remote [--env staging]] [--since <an earlier backup>]',
    { remote: { type: 'boolean', default: false }, env: { type: 'string' }, since: { type: 'string' } },
    [0, 1],
  )
  const stamp = new Date().toISOString().replace(/[:.]/g, '-')
  const folder = resolve(positionals[0] ?? join(REPOSITORY, 'backups', stamp))
  const earlier = values.since === undefined ? null : resolve(values.since)
  // Both before the instance is opened, which may take long.
  if (earlier) await requireObjectList(earlier)
  makeFolder(folder, 0o700)
  if (readdirSync(folder).length > 0) throw new InstanceError(`${folder} is not empty.`)
  const instance = await openInstance(values.remote)
  try {
    const { tables, objects, is_quiet } = await backUp(instance, folder, earlier, (line) => console.error(line))
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
  tellFailure(error)
}
