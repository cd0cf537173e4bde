import { describe, expect, it } from 'vitest'
import { INSTANCE } from '../../../src/domain/access/actor.ts'
import { appendToLog } from '../../../src/storage/logs/append-log.ts'
import { condensedOf } from '../../../src/storage/logs/condensed-log.ts'
import { readLines } from '../../../src/storage/logs/log-text.ts'
import { packLog } from '../../../src/storage/logs/pack-log.ts'
import { findLog, withLog } from '../../../src/storage/logs/read-log.ts'
import type { Stores } from '../../../src/storage/stores.ts'
import { openTestStores } from '../../support/worker/stores.ts'
import { seedLog, seedWorld } from '../../support/worker/world.ts'

const bytesOf = (text: string) => Uint8Array.from(new TextEncoder().encode(text))

/** A log of two parts, as a reader found it, and how they are put together behind its back. */
async function open() {
  const stores = await openTestStores()
  const { build, project } = await seedWorld(stores, 'private')
  const step = await seedLog(stores, build.id, 'one\n')
  const append = (on: Stores, offset: number, text: string, isFinal: boolean) =>
    appendToLog(
      on,
      { buildId: build.id, step, stream: 'stdout' },
      { offset, bytes: bytesOf(text), isFinal, cutNewlines: null },
      INSTANCE,
    )
  await append(stores, 4, 'two\n', false)
  const find = () => findLog(stores.db, { projectId: project.id, num: build.num }, { step, stream: 'stdout' })
  const found = await find()
  if (!found) throw new Error('no log')
  const pack = async () => {
    await append(stores, 8, '', true)
    expect(await packLog(stores, found.log.id)).toBe(true)
  }
  return { stores, append, find, found, pack }
}

/** Stores in which something happens before the first object is read. */
function interrupted(stores: Stores, happens: () => Promise<unknown>): Stores {
  let isFirst = true
  const artifacts = new Proxy(stores.artifacts, {
    get(target, name) {
      const member = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      if (name !== 'get') return member.bind(target)
      return async (...args: Parameters<R2Bucket['get']>) => {
        if (isFirst) {
          isFirst = false
          await happens()
        }
        return target.get(...args)
      }
    },
  })
  return { ...stores, artifacts }
}

describe('a log whose parts are put together while somebody reads them', () => {
  it('gives its lines, and its condensed part', async () => {
    const { stores, find, found, pack } = await open()
    await pack()
    const lines = await withLog(found, find, ({ parts }) => readLines(stores, parts, { first: 1, last: 9 }))
    expect(new TextDecoder().decode(lines?.bytes)).toBe('one\ntwo\n')
    const condensed = await withLog(found, find, (log) => condensedOf(stores, log))
    expect(condensed?.lines.map(({ text }) => text)).toEqual(['one', 'two'])
  })

  it('takes the same bytes again', async () => {
    const { stores, append, pack } = await open()
    expect(await append(interrupted(stores, pack), 0, 'one\ntwo\n', false)).toMatchObject({ kind: 'same', offset: 8 })
  })

  it('is put together once, by whoever comes first', async () => {
    const { stores, append, found } = await open()
    await append(stores, 8, '', true)
    const first = () => packLog(stores, found.log.id)
    expect(await packLog(interrupted(stores, first), found.log.id)).toBe(false)
  })

  it('of which an object is lost is told as lost', async () => {
    const { stores, find, found } = await open()
    await stores.artifacts.delete(found.parts[0]?.objectKey ?? '')
    await expect(withLog(found, find, ({ parts }) => readLines(stores, parts, { first: 1, last: 9 }))).rejects.toThrow(
      'is not in the bucket',
    )
  })
})
