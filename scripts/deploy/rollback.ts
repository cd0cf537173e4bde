// npm run rollback -- [version id] [--env staging]: the Worker of before, on the database as it is.

import { runTool } from '../check/tool.ts'
import { missingResources, remoteConfigFile, takeEnvironment } from './cloudflare-resources.ts'

const args = takeEnvironment(process.argv.slice(2))
const missing = missingResources()
if (missing) {
  console.error(missing)
  process.exitCode = 1
} else {
  // Migrations only add, so the version before works with the database of today.
  const how = ['--yes', '--message', 'npm run rollback', '--config', remoteConfigFile() ?? '']
  process.exitCode = await runTool('wrangler', ['rollback', ...args, ...how])
}
