import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { createSpool, KEPT_BYTES, spoolReader, spoolSize, spoolWriter, WHOLE_BYTES } from '../../cli/logs/spool.ts'

const folder = mkdtempSync(join(tmpdir(), 'buildpass-spool-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Bytes that tell where in the log they are. */
function bytesAt(offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let at = 0; at < length; at++) bytes[at] = ((offset + at) * 2_654_435_761) >>> 24
  return bytes
}

it('a spool gives what was written, leaves no name in the folder, and is nobody else’s', () => {
  const fd = createSpool(folder)
  expect(readdirSync(folder)).toEqual([])
  const [writer, reader] = [spoolWriter(fd), spoolReader(fd)]
  expect([reader.length(), reader.read(0, 10)?.length]).toEqual([0, 0])
  writer.append(Buffer.from('hello '))
  writer.append(Buffer.from('world'))
  expect([reader.length(), reader.read(0, 100)?.toString(), reader.read(6, 3)?.toString()]).toEqual([
    11,
    'hello world',
    'wor',
  ])
})

it('of a long log its head and its newest bytes are there, and the file does not grow', () => {
  const fd = createSpool(folder)
  const [writer, reader] = [spoolWriter(fd), spoolReader(fd)]
  const step = 1_000_003
  let length = 0
  const isThere = (offset: number) => reader.read(offset, 1_000)?.equals(bytesAt(offset, 1_000)) ?? null
  for (; length < WHOLE_BYTES - step; length += step) writer.append(bytesAt(length, step))
  expect([0, KEPT_BYTES - 500, KEPT_BYTES, length - 1_000].map(isThere)).toEqual([true, true, true, true])
  for (let more = 0; more < 20; more++, length += step) writer.append(bytesAt(length, step))
  expect([0, KEPT_BYTES - 1_000, length - KEPT_BYTES, length - 1_000].map(isThere)).toEqual([true, true, true, true])
  expect([KEPT_BYTES - 500, KEPT_BYTES, length - WHOLE_BYTES + KEPT_BYTES - 1].map(isThere)).toEqual([null, null, null])
  expect(spoolSize(fd)).toBeLessThanOrEqual(WHOLE_BYTES + 4_096)
})
