import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { faultsOf, readManifest } from '../../scripts/backup/backup-format.ts'
import { answersOf, type BackedUp, backUpDemo, harmed } from '../support/server/backed-up.ts'
import { makeStateDir, runNpmScript } from '../support/server/local-server.ts'
import { serveDemo } from '../support/server/served.ts'

describe('a backup of an instance in use', () => {
  let demo: BackedUp

  beforeAll(async () => {
    demo = await backUpDemo()
  })

  it('restored without --keep-tokens answers what is public as before, and every token is dead', async () => {
    const again = await demo.restored([])
    for (const [name, { status, body }] of Object.entries(await answersOf(again, demo.tokens))) {
      if (name.startsWith('none ')) expect({ status, body }, name).toEqual(demo.before[name])
      else expect([name, status]).toEqual([name, 401])
    }
    await again.stop()
  })

  it('with --since takes from an earlier backup what is whole there, and says what it fetched instead', async () => {
    const [first, next] = [join(makeStateDir(), 'first'), join(makeStateDir(), 'next')]
    cpSync(demo.folder, first, { recursive: true })
    const { said, expectTaken } = harmed(first)
    const { exitCode, output } = await runNpmScript('backup', [next, '--since', first], demo.stateDir)
    expect(exitCode, output).toBe(0)
    expect(output).toContain(said)
    expectTaken(next)
    expect(readManifest(next).objects).toEqual(readManifest(demo.folder).objects)
    expect(await faultsOf(next, readManifest(next))).toEqual([])
  })

  // Where all is one disk, no link fails.
  it.runIf(isOtherDisk('/dev/shm'))('with --since on another disk copies the bytes', async () => {
    const elsewhere = mkdtempSync('/dev/shm/buildpass-')
    try {
      const next = join(elsewhere, 'next')
      const { exitCode, output } = await runNpmScript('backup', [next, '--since', demo.folder], demo.stateDir)
      expect(exitCode, output).toBe(0)
      expect(await faultsOf(next, readManifest(next))).toEqual([])
      const [line = ''] = readFileSync(join(next, 'objects.ndjson'), 'utf8').split('\n')
      expect(statSync(join(next, 'r2', JSON.parse(line).key)).mode & 0o077).toBe(0)
    } finally {
      rmSync(elsewhere, { recursive: true })
    }
  })

  it('of which the instance goes on: a new epoch ends every token of one that went back in time', async () => {
    expect((await runNpmScript('new-epoch', [], demo.stateDir)).exitCode).toBe(0)
    const ended = await serveDemo(demo.stateDir)
    const headers = { 'Circle-Token': demo.tokens.all }
    expect((await fetch(`${ended.origin}/gh/acme/web.svg`, { headers })).status).toBe(401)
    await ended.stop()
  })
})

function isOtherDisk(folder: string): boolean {
  return existsSync(folder) && statSync(folder).dev !== statSync(tmpdir()).dev
}
