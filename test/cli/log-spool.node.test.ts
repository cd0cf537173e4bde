import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openCopy } from '../../cli/logs/copy.ts'
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

it('a log that comes too fast to be masked keeps its head and its end, which begins with a line and shows no secret', () => {
  const fd = createSpool(folder)
  const copy = openCopy(fd, [Buffer.from('s3cr3t-value')])
  const stream = copy.stream(false)
  const line = (n: number) => `${String(n).padStart(12, '0')} s3cr3t-value ${'.'.repeat(73)}\n`
  const block = Buffer.from(Array.from({ length: 650 }, (_, n) => line(n)).join(''))
  // Pieces end within lines, and within secrets.
  const pieceBytes = 64_007
  const total = 110 * 1024 * 1024
  for (let at = 0; at < total; at += pieceBytes) {
    const from = at % block.length
    stream.push(Buffer.concat([block, block]).subarray(from, from + pieceBytes))
  }
  copy.end()
  const reader = spoolReader(fd)
  const length = reader.length()
  const masked = (n: number) => line(n).replace('s3cr3t-value', '***')
  expect(reader.read(0, 65_000)?.toString()).toContain(masked(0) + masked(1))
  const gapEnd = reader.gapEnd()
  expect([gapEnd > KEPT_BYTES, length - gapEnd > 10 * 1024 * 1024, copy.failure()]).toEqual([true, true, null])
  const end = reader.read(gapEnd, length - gapEnd)?.toString() ?? ''
  // The number of the first line may be the end of a key, for all that is known.
  expect(end).toMatch(/^(\d{12})? \*\*\* /)
  const strange = end
    .split('\n')
    .slice(1, -1)
    .find((text) => !/^\d{12} \*\*\* \.{73}$/.test(text))
  expect(strange).toBe(undefined)
  expect([reader.read(gapEnd - 1, 10), /s3c|value/.test(end.slice(0, end.lastIndexOf('\n')))]).toEqual([null, false])
})
