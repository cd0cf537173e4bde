import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTransfers, type Transfers } from '../support/server/transfers.ts'

let transfers: Transfers
beforeAll(async () => {
  transfers = await openTransfers('hosted')
})
afterAll(() => transfers?.close())

it.each<[string[], Record<string, string>]>([
  [['help', 'upload'], {}],
  [['no-such-verb'], {}],
  [['status', '--json'], {}],
  [['status'], { BUILDPASS_TOKEN: 'bpu_wrong' }],
  [['status'], { BUILDPASS_URL: 'http://127.0.0.1:1', BUILDPASS_RETRY_SECONDS: '0' }],
  [['download', 'none', '--build', '99999'], {}],
  [['upload', 'a.txt', '--id', 'hosted', '--quiet', '--json'], {}],
])('the command ends the same after others in one process as in its own: %j', async (args, env) => {
  const cwd = transfers.folderWith({ 'a.txt': 'a' })
  const run = () => transfers.cli.run(args, { cwd, env })
  const own = await transfers.cli.start(args, { cwd, env }).ended
  // The first run of a verb here has a process of its own, too.
  for (const ended of [await run(), await run(), await run()]) expect(ended).toEqual(own)
})
