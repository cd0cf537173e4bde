import { type Entry, type Reader, ZipReader } from '@zip.js/zip.js/lib/zip-core-custom.js'
import { MAX_PACK_FILES } from '../../domain/artifacts/pack.ts'
import { filesOfZip, type ZipEntry, type ZipFiles } from '../../domain/artifacts/zip-files.ts'
import type { Stores } from '../stores.ts'
import { askBucket, BucketUnreachable } from './objects.ts'

/** Enough for a directory of some 2,000 files: read at once, since it stands at the end. */
const TAIL_BYTES = 256 * 1024
/** What a Worker can hold, and well over what the most files that are taken need. */
const MAX_DIRECTORY_BYTES = 16 * 1024 ** 2
const TOO_MANY = `has more than ${MAX_PACK_FILES} entries, which is as many as are taken`
/** The record at the end of a zip that has nothing in it. */
const MIN_ZIP_BYTES = 22

/** What the zip has, by its directory, in two or three ranged reads; of its files no byte is read. */
export async function readZipDirectory(
  stores: Pick<Stores, 'artifacts' | 'warn'>,
  { objectKey, sizeBytes }: { readonly objectKey: string; readonly sizeBytes: number },
): Promise<ZipFiles> {
  if (sizeBytes < MIN_ZIP_BYTES) return { kind: 'bad_zip', problem: 'is no zip' }
  const bytes = openBytes(stores, objectKey, sizeBytes)
  const names: string[] = []
  try {
    const reader = new ZipReader(bytes as unknown as Reader<void>, {
      // Whatever another tool could read in another way is refused.
      strictness: 'strict',
      filenameValidation: 'tolerant',
      // Names are judged one by one: one that is bad, or there twice, does not cost the others.
      normalizeFilename(name) {
        names.push(name)
        return `${names.length}${name.endsWith('/') ? '/' : ''}`
      },
    })
    if (countIn(await bytes.end(0)) > MAX_PACK_FILES) return { kind: 'bad_zip', problem: TOO_MANY }
    const entries: Entry[] = []
    for await (const entry of reader.getEntriesGenerator()) {
      entries.push(entry)
      // No more is read of a directory than can be taken.
      if (entries.length > MAX_PACK_FILES) return { kind: 'bad_zip', problem: TOO_MANY }
    }
    const directoryAt = bytes.lastReadAt()
    const problem = otherReading(await bytes.end(reader.comment.length), entries)
    if (problem) return { kind: 'bad_zip', problem }
    return filesOfZip(
      entries.map((entry, i) => zipEntry(entry, plainName(entry) ?? names[i] ?? '')),
      directoryAt,
    )
  } catch (error) {
    if (error instanceof BucketUnreachable) throw error
    if (error instanceof TooLarge) return { kind: 'bad_zip', problem: 'has a directory that is too large' }
    // The words of the library for what is wrong with the bytes.
    const { message, reason } = error as Error & { readonly reason?: string }
    return { kind: 'bad_zip', problem: `cannot be read as a zip: ${message}${reason ? `, by ${reason}` : ''}` }
  }
}

const END_MARK = 0x06054b50
const END64_MARK = 0x06064b50
const LOCATOR_MARK = 0x07064b50
const END64_BYTES = 56
const LOCATOR_BYTES = 20
const ZIP64_FIELD = 1
const UNICODE_PATH_FIELD = 0x7075
const ASI_UNIX_FIELD = 0x756e

/** The last bytes of a zip, and where in the zip and in them its end stands. */
type ZipEnd = { readonly view: DataView; readonly endAt: number; readonly at: number }

/** How many entries an end without a comment says that there are; 0 where that end is not seen. */
function countIn({ view, at }: ZipEnd): number {
  if (view.getUint32(at, true) !== END_MARK) return 0
  const count = view.getUint16(at + 10, true)
  const record = at - LOCATOR_BYTES - END64_BYTES
  const isLarge = count === 0xffff && record >= 0 && view.getUint32(record, true) === END64_MARK
  return isLarge ? Number(view.getBigUint64(record + 32, true)) : count
}

/** How other tools could read the zip that the library takes in its own way; null where they cannot. */
function otherReading(end: ZipEnd, entries: readonly Entry[]): string | null {
  if (end.view.getUint16(end.at + 8, true) !== end.view.getUint16(end.at + 10, true))
    return 'has an end that counts its entries in two ways'
  if (hasSecondEnd(end)) return 'has a second end in its comment, by which other tools would read it'
  if (hasOtherEnd64(end)) return 'has a ZIP64 end by which other tools would read it'
  return entries.some((entry) => countFields(entry, ZIP64_FIELD) > 1)
    ? 'has a file with two ZIP64 fields, of which tools take one or the other'
    : null
}

/** Whether the mark of an end stands behind that of the zip's own end: many tools take the last one that they find. */
function hasSecondEnd({ view, at }: ZipEnd): boolean {
  for (let i = at + 1; i + 4 <= view.byteLength; i++) if (view.getUint32(i, true) === END_MARK) return true
  return false
}

/**
 * Whether a ZIP64 locator stands before the end that is not the plain one of the record just before it, or that the end does
 * not ask for: Python follows each, and looks for the record there, others do neither.
 */
function hasOtherEnd64({ view, endAt, at }: ZipEnd): boolean {
  const [locator, record] = [at - LOCATOR_BYTES, at - LOCATOR_BYTES - END64_BYTES]
  if (locator < 0 || view.getUint32(locator, true) !== LOCATOR_MARK) return false
  const isAskedFor =
    view.getUint16(at + 10, true) === 0xffff ||
    view.getUint32(at + 12, true) === 0xffffffff ||
    view.getUint32(at + 16, true) === 0xffffffff
  const isPlain =
    record >= 0 &&
    view.getUint32(record, true) === END64_MARK &&
    view.getBigUint64(record + 4, true) === BigInt(END64_BYTES - 12) &&
    view.getUint32(locator + 4, true) === 0 &&
    view.getBigUint64(locator + 8, true) === BigInt(endAt - LOCATOR_BYTES - END64_BYTES) &&
    view.getUint32(locator + 16, true) === 1
  return !isAskedFor || !isPlain
}

function countFields({ rawExtraField: raw }: Entry, type: number): number {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length)
  let found = 0
  for (let at = 0; at + 4 <= raw.length; at += 4 + view.getUint16(at + 2, true))
    if (view.getUint16(at, true) === type) found += 1
  return found
}

/** A name in ASCII, whose control characters the library draws as code page 437 does; null for others. */
function plainName({ rawFilename, extraFieldUnicodePath }: Entry): string | null {
  const isAscii = !extraFieldUnicodePath && rawFilename.every((byte) => byte < 0x80)
  return isAscii ? String.fromCharCode(...rawFilename) : null
}

/** Whether an extra field of Unix says that it is a symbolic link (`0x756e`: a CRC-32, then the mode). */
function isLinkByField({ extraField }: Entry): boolean {
  const data = extraField?.get(ASI_UNIX_FIELD)?.data
  return data !== undefined && data.length >= 6 && (((data[5] ?? 0) << 8) & 0o170000) === 0o120000
}

/** How the name of an entry differs from tool to tool: it has no one meaning, or another beside ours. */
function doubtsOfName(entry: Entry, path: string): Pick<ZipEntry, 'isNameBroken' | 'otherName'> {
  const { rawFilename, bitFlag, extraFieldUnicodePath: field } = entry
  const isNameBroken =
    countFields(entry, UNICODE_PATH_FIELD) > 1 ||
    (bitFlag?.languageEncodingFlag === true && !isUtf8(rawFilename)) ||
    (field !== undefined && !isUtf8(field.data.subarray(5)))
  if (!field) return { isNameBroken, otherName: null }
  // It repeats in UTF-8 a name in another encoding, which is what it is for: what is ASCII has to be the same in both.
  const header = isUtf8(rawFilename) ? new TextDecoder().decode(rawFilename) : null
  const said = field.filename ?? ''
  const isSame = header === null ? asciiOf(String.fromCharCode(...rawFilename)) === asciiOf(said) : header === said
  return { isNameBroken, otherName: isSame ? null : path === said ? (header ?? '') : said }
}

/** A name, each stretch of what is not ASCII as one sign. */
function asciiOf(name: string): string {
  return name.replace(/[^\0-\x7f]+/g, '\x80')
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

function zipEntry(entry: Entry, path: string): ZipEntry {
  const { offset, rawFilename, compressedSize, uncompressedSize, crc32, compressionMethod, directory } = entry
  return {
    path,
    nameBytes: rawFilename.length,
    start: offset,
    packedBytes: compressedSize,
    sizeBytes: uncompressedSize,
    crc32: crc32 ?? 0,
    method: compressionMethod,
    isFolder: path.endsWith('/'),
    isOddFolder: directory && !path.endsWith('/'),
    isLink: entry.symlink || isLinkByField(entry),
    hasControls: rawFilename.some((byte) => byte < 0x20 || byte === 0x7f),
    isEncrypted: entry.encrypted,
    ...doubtsOfName(entry, path),
    isFromDos: entry.versionMadeBy >> 8 === 0,
  }
}

class TooLarge extends Error {}

/** Bytes of an object for the library's reader, the last of them read once. */
function openBytes({ artifacts, warn }: Pick<Stores, 'artifacts' | 'warn'>, objectKey: string, size: number) {
  const tailStart = Math.max(0, size - TAIL_BYTES)
  let tail: Promise<Uint8Array> | undefined
  let last = size
  async function read(offset: number, length: number): Promise<Uint8Array> {
    const object = await askBucket({ warn }, artifacts.get(objectKey, { range: { offset, length } }))
    if (!object) throw new BucketUnreachable('the object of a pack is gone')
    return new Uint8Array(await object.arrayBuffer())
  }
  async function readUint8Array(offset: number, length: number): Promise<Uint8Array> {
    if (length > MAX_DIRECTORY_BYTES) throw new TooLarge()
    last = offset
    if (offset < tailStart) return read(offset, length)
    tail ??= read(tailStart, size - tailStart)
    return (await tail).slice(offset - tailStart, offset - tailStart + length)
  }
  return {
    size,
    initialized: true,
    /** Where the last read began: the directory is what is read last. */
    lastReadAt: () => last,
    readUint8Array,
    /** What stands from the place of a ZIP64 record on, by the length of the comment. It is in the tail, which is there. */
    async end(commentBytes: number): Promise<ZipEnd> {
      const endAt = size - commentBytes - MIN_ZIP_BYTES
      const start = Math.max(0, endAt - LOCATOR_BYTES - END64_BYTES)
      const { buffer } = await readUint8Array(start, size - start)
      return { view: new DataView(buffer), endAt, at: endAt - start }
    },
  }
}
