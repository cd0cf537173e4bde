import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { type Entry, fromFdPromise, getFileNameLowLevel, type ZipFile } from 'yauzl'
import { digestText } from '../../src/domain/artifacts/artifact-digest.ts'
import { crcText } from '../../src/domain/artifacts/pack.ts'
import type { ListedArtifact } from '../files/artifact-list.ts'
import { openDigester } from '../files/file-digest.ts'
import { CliError } from '../terminal/exit.ts'
import { systemCodeOf } from '../terminal/system-error.ts'

/** A file that is wanted of a zip. */
export type Wanted = {
  readonly artifact: ListedArtifact
  /** Its final name, its folder made. */
  readonly open: () => string
}

type Unpacking<W extends Wanted> = {
  readonly wanted: readonly W[]
  /** Where the bytes of one each are until all are here: on the disk of the final names. */
  readonly drafts: readonly string[]
  readonly signal: AbortSignal
  readonly onFile: (wanted: W, file: string) => void
}

type Packed<W> = { readonly wanted: W; readonly entry: Entry }

/**
 * Puts files of a zip under their names, each when its bytes are those of its digest; what is not in the zip as it is
 * wanted is left alone. The names in the zip are looked up, and lead nowhere. No file waits for the disk, which takes three
 * times as long: one that a loss of power spoils has another digest, and is fetched by the next run.
 */
export async function unpackZip<W extends Wanted>(handle: FileHandle, unpacking: Unpacking<W>): Promise<void> {
  const { drafts, signal, onFile } = unpacking
  const zip = await fromFdPromise(handle.fd, { autoClose: false, lazyEntries: true, decodeStrings: false }).catch(
    broken,
  )
  const packed = (await findEntries(zip, unpacking)).values()
  let isFull = false
  await Promise.all(
    drafts.map(async (draft) => {
      for (const { wanted, entry } of packed) {
        // Each ends what it has begun: whoever is told of the end finds no drafts.
        if (isFull || signal.aborted) return
        try {
          onFile(wanted, await unpackOne(zip, entry, wanted, draft))
        } catch (error) {
          // Why one is not here is told where it is fetched by itself.
          isFull ||= ['ENOSPC', 'EDQUOT', 'EROFS'].includes(systemCodeOf(error) ?? '')
        }
      }
    }),
  )
  signal.throwIfAborted()
}

function broken(cause: Error): never {
  throw new CliError('corrupt', `it cannot be read as a zip (${cause.message})`, { cause })
}

/** Those that have the size and the CRC-32 of what is wanted, as they follow each other in the zip. */
async function findEntries<W extends Wanted>(
  zip: ZipFile,
  { wanted, signal }: Unpacking<W>,
): Promise<readonly Packed<W>[]> {
  const byPath = new Map(wanted.map((one) => [one.artifact.path, one]))
  const found = new Map<W, Entry>()
  try {
    for await (const entry of zip.eachEntry()) {
      signal.throwIfAborted()
      const one = byPath.get(nameOf(entry))
      if (one && isAs(entry, one.artifact)) found.set(one, entry)
    }
  } catch (error) {
    signal.throwIfAborted()
    broken(error as Error)
  }
  const packed = [...found].map(([one, entry]) => ({ wanted: one, entry }))
  return packed.sort((a, b) => a.entry.relativeOffsetOfLocalHeader - b.entry.relativeOffsetOfLocalHeader)
}

function nameOf({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry): string {
  return getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false)
}

function isAs(entry: Entry, { sizeBytes, digest }: ListedArtifact): boolean {
  return entry.uncompressedSize === sizeBytes && digest.kind === 'crc32' && digest.hex === crcText(entry.crc32)
}

async function unpackOne(zip: ZipFile, entry: Entry, { artifact, open: place }: Wanted, draft: string) {
  try {
    const handle = await open(draft, 'wx')
    try {
      const digester = openDigester(artifact.digest)
      for await (const chunk of (await zip.openReadStreamPromise(entry)) as Readable) {
        digester.add(chunk)
        await handle.appendFile(chunk)
      }
      if (digestText(digester.end()) !== digestText(artifact.digest))
        throw new CliError('corrupt', `${artifact.path}: the zip has other bytes than the list names.`)
    } finally {
      await handle.close()
    }
    const file = place()
    await rename(draft, file)
    return file
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}
