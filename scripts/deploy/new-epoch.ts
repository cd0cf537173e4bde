// npm run new-epoch -- [--remote [--env staging]] [--keep-tokens] [--to <timestamp or bookmark>]: after the database went back in time.
import { parseTime } from '../../src/domain/formats/rfc3339.ts'
import { startNewLife } from '../../src/storage/edge/new-life.ts'
import { openDb } from '../../src/storage/stores.ts'
import { parseInvocation, refuseInvocation } from '../check/invocation.ts'
import { tellFailure } from '../check/script-error.ts'
import { runTool } from '../check/tool.ts'
import { InstanceError, openInstance } from '../start/instance.ts'
import { missingResources, remoteConfigFile } from './cloudflare-resources.ts'
import { openWranglerDb } from './wrangler-database.ts'

const USAGE = 'npm run new-epoch -- [--remote [--env staging]] [--keep-tokens] [--to <timestamp or bookmark>]'
const BOOKMARK = /^[0-9a-f]{8}-[0-9a-f]{8}-/

try {
  const { values } = parseInvocation(USAGE, {
    remote: { type: 'boolean', default: false },
    env: { type: 'string' },
    'keep-tokens': { type: 'boolean', default: false },
    to: { type: 'string' },
  })
  if (values.to !== undefined && !isMoment(values.to))
    refuseInvocation(USAGE, `--to takes a time like 2026-11-24T10:00:00Z or a bookmark of D1, not "${values.to}".`)
  const keepTokens = values['keep-tokens']
  if (values.remote) await onCloudflare(values.to ?? null, keepTokens)
  else await here(values.to ?? null, keepTokens)
  console.log(
    keepTokens
      ? 'A new epoch: what was cached before is void. Tokens stay, also those deleted since the moment gone back to.'
      : 'A new epoch: what was cached before is void, and every token, session, webhook and publisher has ended.',
  )
} catch (error) {
  tellFailure(error)
}

function isMoment(text: string): boolean {
  return BOOKMARK.test(text) || /^\d{9,13}$/.test(text) || parseTime(text) !== null
}

async function onCloudflare(to: string | null, keepTokens: boolean): Promise<void> {
  const missing = missingResources()
  if (missing) throw new InstanceError(missing)
  if (to) {
    const moment = BOOKMARK.test(to) ? `--bookmark=${to}` : `--timestamp=${to}`
    // It asks whether it should. Until there is a new epoch, isolates that know more than the database refuse to verify.
    const exitCode = await runTool('wrangler', [
      'd1',
      'time-travel',
      'restore',
      'DB',
      moment,
      '--config',
      remoteConfigFile() ?? '',
    ])
    if (exitCode !== 0) throw new InstanceError('The database was not put back, and nothing was changed.')
  }
  await startNewLife(openWranglerDb(['--remote']), { keepTokens })
}

async function here(to: string | null, keepTokens: boolean): Promise<void> {
  if (to) throw new InstanceError('Time Travel is a thing of D1 on Cloudflare: use --remote, or restore a backup.')
  const { d1, close } = await openInstance(false)
  try {
    await startNewLife(openDb(d1), { keepTokens })
  } finally {
    await close()
  }
}
