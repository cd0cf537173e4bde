// npm run deploy: the migrations, then the Worker, to the Cloudflare account that wrangler is logged in to.
import { missingResources } from './cloudflare-resources.ts'
import { runTool } from './tool.ts'

const missing = missingResources()
if (missing) {
  console.error(missing)
  process.exitCode = 1
} else {
  process.exitCode =
    (await runTool('wrangler', ['d1', 'migrations', 'apply', 'DB', '--remote'])) ||
    (await runTool('wrangler', ['deploy', '--minify']))
}
