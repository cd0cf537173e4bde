import { expect, it } from 'vitest'
import { INSTANCE } from '../../../src/domain/access/actor.ts'
import { appendToLog } from '../../../src/storage/logs/append-log.ts'
import { readLines } from '../../../src/storage/logs/log-text.ts'
import { findLog } from '../../../src/storage/logs/read-log.ts'
import { openTestStores } from '../../support/worker/stores.ts'
import { seedLog, seedWorld } from '../../support/worker/world.ts'

it('bytes of a log whose rows were written, though the answer of D1 was lost, are there when they are sent again', async () => {
  const stores = await openTestStores()
  const { build, project } = await seedWorld(stores, 'private')
  const step = await seedLog(stores, build.id, 'one\n')
  const place = { buildId: build.id, step, stream: 'stdout' } as const
  const bytes = Uint8Array.from(new TextEncoder().encode('two\n'))
  const append = () => appendToLog(stores, place, { offset: 4, bytes, isFinal: false, cutNewlines: null }, INSTANCE)
  let asked = 0
  stores.faults.afterD1 = async () => {
    asked += 1
    if (asked === 2) throw new Error('the answer was lost')
  }
  await expect(append()).rejects.toThrow('could not be written')
  stores.faults.afterD1 = undefined
  expect(await append()).toMatchObject({ kind: 'same', offset: 8 })
  const found = await findLog(stores.db, { projectId: project.id, num: build.num }, { step, stream: 'stdout' })
  const { bytes: read } = await readLines(stores, found?.parts ?? [], { first: 1, last: 2 })
  expect(new TextDecoder().decode(read)).toBe('one\ntwo\n')
})
