import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type ReadStreamOptions, ZipFile } from 'yazl'
import type { ArtifactDigest } from '../../src/domain/artifacts/artifact-digest.ts'
import { openDigester } from '../files/file-digest.ts'
import type { LocalFile } from '../files/find-files.ts'
import { openFile, readAll, slices } from '../files/sent-file.ts'

export type ZippedFile = { readonly file: LocalFile; readonly digest: ArtifactDigest }

/** A file that could not be read, and why. */
export type Unread = { readonly file: LocalFile; readonly error: unknown }

export type WrittenZip = {
  /** Of the zip. */
  readonly sha256: string
  readonly files: readonly ZippedFile[]
  readonly unread: readonly Unread[]
}

type Watch = { readonly signal: AbortSignal; readonly onRead: (bytes: number) => void }

// The same files are to be the same bytes, wherever and whenever: a time in no time zone, one mode, one level.
const WRITTEN = { mtime: new Date(1980, 0, 1, 12), forceDosTimestamp: true, mode: 0o100644 }
const LEVEL = 6

/** Compressed already: to deflate these takes time, and the server gives parts of what is stored. */
const STORED =
  /\.(?:7z|aac|apk|avif|br|bz2|crx|docx|flac|gif|gz|heic|ipa|jar|jpe?g|lz4|m4a|m4v|mkv|mov|mp3|mp4|nupkg|odt|ogg|opus|png|pptx|rar|tgz|vsix|war|webm|webp|whl|woff2?|xlsx|xz|zip|zst)$/i

const MAX_READS = 16
const MAX_READ_BYTES = 16 * 1024 ** 2

/** Writes the files into a new zip that only its owner can read; those that cannot be read are left out of it. */
export async function writeZip(
  to: string,
  files: readonly LocalFile[],
  { signal, onRead }: Watch,
): Promise<WrittenZip> {
  const zip = new ZipFile()
  const sha256 = createHash('sha256')
  const written = pipeline(
    zip.outputStream,
    async function* (chunks: AsyncIterable<string | Buffer>) {
      for await (const chunk of chunks) {
        sha256.update(chunk)
        yield chunk
      }
    },
    createWriteStream(to, { flags: 'wx', mode: 0o600 }),
    { signal },
  )
  const broken = written.then((): never => {
    throw new Error('the zip ended before its files')
  })
  broken.catch(() => {}) // Thrown where it is waited for.
  const zipped: ZippedFile[] = []
  const unread: Unread[] = []
  for await (const read of readAhead(files)) {
    signal.throwIfAborted()
    const { file } = read
    onRead(file.sizeBytes)
    if ('error' in read) {
      unread.push(read)
      continue
    }
    zipped.push({ file, digest: digestOf(read.bytes) })
    const isStored = STORED.test(file.path) || file.sizeBytes === 0
    const options = { ...WRITTEN, size: file.sizeBytes, compress: !isStored, compressionLevel: isStored ? 0 : LEVEL }
    const give = await Promise.race([turnOf(zip, file.path, options), broken])
    give(read.bytes)
  }
  zip.end()
  await written
  return { sha256: sha256.digest('hex'), files: zipped, unread }
}

/** What gives an entry its bytes, when all before it are written. The library keeps what it was given to call until the end. */
function turnOf(zip: ZipFile, path: string, options: Partial<ReadStreamOptions>): Promise<(bytes: Buffer) => void> {
  return new Promise((resolve) => {
    zip.addReadStreamLazy(path, options, (give) => resolve((bytes) => give(null, Readable.from(slices(bytes)))))
  })
}

type Read = { readonly file: LocalFile; readonly bytes: Buffer } | Unread

/** The files in their order, some read ahead. */
async function* readAhead(files: readonly LocalFile[]): AsyncIterable<Read> {
  const reads: { readonly read: Promise<Read>; readonly sizeBytes: number }[] = []
  let readBytes = 0
  for (const file of files) {
    reads.push({ read: readFile(file), sizeBytes: file.sizeBytes })
    readBytes += file.sizeBytes
    while (reads.length >= MAX_READS || readBytes > MAX_READ_BYTES) {
      const first = reads.shift()
      if (!first) break
      readBytes -= first.sizeBytes
      yield await first.read
    }
  }
  for (const { read } of reads) yield await read
}

async function readFile(file: LocalFile): Promise<Read> {
  try {
    const handle = await openFile(file)
    try {
      const bytes = Buffer.alloc(file.sizeBytes)
      let length = 0
      for await (const chunk of readAll(handle, file)) {
        bytes.set(chunk, length)
        length += chunk.byteLength
      }
      return { file, bytes }
    } finally {
      await handle.close()
    }
  } catch (error) {
    return { file, error }
  }
}

function digestOf(bytes: Uint8Array): ArtifactDigest {
  const digester = openDigester({ kind: 'crc32', hex: '' })
  digester.add(bytes)
  return digester.end()
}
