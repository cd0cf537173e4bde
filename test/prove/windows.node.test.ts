import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WINDOW_BYTES } from '../../src/storage/artifacts/object-reads.ts'
import { openTransfers, type Transfers } from '../support/server/transfers.ts'

let transfers: Transfers
beforeAll(async () => {
  transfers = await openTransfers('windows')
})
afterAll(() => transfers?.close())

// The first is longer than a stretch, and begins at the edge of none.
const RANGES: readonly (readonly [start: number, end: number] | null)[] = [
  [100, WINDOW_BYTES + 100],
  [WINDOW_BYTES - 1_000, WINDOW_BYTES + 1_000],
  null,
]

it('every byte comes where the server reads an object in several stretches', async () => {
  const { server, cli, folderWith } = transfers
  const bytes = randomBytes(WINDOW_BYTES + 500_000)
  const cwd = folderWith({ 'huge.bin': bytes })
  const env = { BUILDPASS_URL: server.origin }
  const { stdout } = await cli.run(['upload', '--json', 'huge.bin', '--id', 'windows'], { cwd, env })
  const redirect = await fetch(JSON.parse(stdout).artifacts[0].url, {
    headers: { 'Circle-Token': server.demo.tokens.personal },
    redirect: 'manual',
  })
  for (const range of RANGES) {
    const headers: Record<string, string> = range ? { Range: `bytes=${range[0]}-${range[1]}` } : {}
    const response = await fetch(redirect.headers.get('Location') ?? '', { headers })
    const asked = range ? bytes.subarray(range[0], range[1] + 1) : bytes
    expect([range, Buffer.from(await response.arrayBuffer()).equals(asked)]).toEqual([range, true])
  }
})
