import { expect, it } from 'vitest'
import { filesOfZip, type ZipEntry } from '../../../src/domain/artifacts/zip-files.ts'

const entry = (path: string, start: number): ZipEntry => ({
  ...{ path, nameBytes: path.length, start, packedBytes: 5, sizeBytes: 5, crc32: start, method: 0 },
  ...{
    isFolder: false,
    isOddFolder: false,
    isLink: false,
    isEncrypted: false,
    isNameBroken: false,
    hasControls: false,
    otherName: null,
    isFromDos: false,
  },
})

it.each([
  ['as its data', [entry('a.txt', 0), entry('a.txt', 40)], 40],
  ['against its data', [entry('a.txt', 40), entry('a.txt', 0)], 0],
])('of two files with one name the last of the directory is taken, in the order %s', (_, entries, start) => {
  expect(filesOfZip(entries, 80)).toMatchObject({
    files: [{ path: 'a.txt', start }],
    skipped: [{ path: 'a.txt', reason: 'is there twice; only the last one counts' }],
  })
})

it('files in another order than their data are measured by where the next one begins', () => {
  expect(filesOfZip([entry('b.txt', 40), entry('a.txt', 0)], 80)).toMatchObject({
    files: [
      { path: 'a.txt', start: 0, spanBytes: 40 },
      { path: 'b.txt', start: 40, spanBytes: 40 },
    ],
  })
  expect(filesOfZip([entry('b.txt', 20), entry('a.txt', 0)], 80)).toMatchObject({ kind: 'bad_zip' })
})
