import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mostMemoryOf } from '../support/server/most-memory.ts'
import { openTransfers, type Transfers } from '../support/server/transfers.ts'

const MIB = 1024 * 1024

/** Files that are no smaller in a zip: 256 MiB. */
const films = () =>
  Object.fromEntries(
    Array.from({ length: 16 }, (_, i) => [
      `film-${i + 10}.mp4`,
      Buffer.alloc(16 * MIB, createHash('sha512').update(String(i)).digest()),
    ]),
  )

// Only Linux tells of a process what it had at most.
describe.runIf(process.platform === 'linux')('a pack of 256 MiB', () => {
  let transfers: Transfers
  beforeAll(async () => {
    transfers = await openTransfers('memory')
  })
  afterAll(() => transfers?.close())

  it('goes up and comes down in parts: neither takes the memory of the whole', async () => {
    const { cli, folderWith, proxy } = transfers
    const up = await mostMemoryOf(cli.start(['upload', '.', '--id', 'memory', '--json'], { cwd: folderWith(films()) }))
    expect(up.ended).toMatchObject({ code: 0 })
    // Node alone takes 60 MB, and four parts 32 MB.
    expect(up.mostKb).toBeLessThan(250_000)

    const num = String(JSON.parse(up.ended.stdout).build_num)
    proxy.seen.length = 0
    const down = await mostMemoryOf(cli.start(['download', '--build', num], { cwd: folderWith({}) }))
    expect(down.ended).toMatchObject({ code: 0 })
    expect(proxy.seen.filter(({ path }) => path.startsWith('/download/'))).toHaveLength(1)
    expect(down.mostKb).toBeLessThan(250_000)
  })
})
