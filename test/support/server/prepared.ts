import { writeAssets } from '../../../scripts/check/assets.ts'
import { cleanUpLocalServers, DEMO_STATE_VARIABLE, makeStateDir, startLocalServer } from './local-server.ts'

/** The demo is made once for a whole run of the tests; each server that wants it starts on a copy. */
export default async function setUp(): Promise<() => Promise<void>> {
  writeAssets()
  const stateDir = makeStateDir()
  const server = await startLocalServer({ stateDir })
  await server.stop()
  process.env[DEMO_STATE_VARIABLE] = stateDir
  return cleanUpLocalServers
}
