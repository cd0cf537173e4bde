// npm run rollback -- [version id] [--env staging]: the Worker of before, on the database as it is.

import { parseInvocation } from '../check/invocation.ts'
import { runTool } from '../check/tool.ts'
import { missingResources, remoteConfigFile } from './cloudflare-resources.ts'

const usage = 'npm run rollback -- [version id] [--env staging]'
const { positionals } = parseInvocation(usage, { env: { type: 'string' } }, [0, 1])
const missing = missingResources()
if (missing) {
  console.error(missing)
  process.exitCode = 1
} else {
  // Migrations only add, so the version before works with the database of today.
  const how = ['--yes', '--message', 'npm run rollback', '--config', remoteConfigFile() ?? '']
  process.exitCode = await runTool('wrangler', ['rollback', ...positionals, ...how])
}
