import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { digestText } from '../../src/domain/artifacts/artifact-digest.ts'
import { fetchPart } from '../files/download-file.ts'
import { dropLeft, isPartFile, newPartName, type PartPlace } from '../files/part-file.ts'
import { forgetNote, readPrivateJson, transferNote, warnOfLostNote, writePrivateJson } from '../server/private-file.ts'
import type { Server } from '../server/server.ts'
import { CliError } from '../terminal/exit.ts'
import { countText } from '../terminal/output.ts'
import type { FileProgress, Progress } from '../terminal/progress.ts'
import { isSystemError, systemWords } from '../terminal/system-error.ts'
import type { ListedPack } from './listed-pack.ts'
import { unpackZip, type Wanted } from './unpack-zip.ts'

/** Files that come together. */
export type PlannedDownload<W extends Wanted> = {
  readonly pack: ListedPack
  readonly wanted: readonly W[]
  readonly place: PartPlace
}

const WRITERS = 4

/** Where a pack's zip is until its files are in their places: in the folder that they go to, for its owner alone. */
export function zipPlace(folder: string, { digest }: ListedPack): PartPlace {
  return { folder, about: ['pack', folder, digestText(digest)], mode: 0o600 }
}

/** Brings the zip here and puts its files in their places. Gives why there is none, where they are to come one by one. */
export async function downloadPack<W extends Wanted>(
  server: Server,
  { pack, wanted, place }: PlannedDownload<W>,
  progress: Progress,
  onFile: (wanted: W, file: string) => void,
): Promise<string | null> {
  const { name, sizeBytes, digest, url } = pack
  const { signal } = server
  const fetching = progress.file(`${countText(wanted.length)} as ${name}`, sizeBytes)
  let unpacking: FileProgress | null = null
  try {
    await fetchPart(
      server,
      { path: name, sizeBytes, digest, url },
      {
        place,
        progress: fetching,
        isKept: (error) => signal.aborted || isOfServer(error),
        async use({ file, handle }) {
          fetching.done('downloaded')
          const bytes = wanted.reduce((sum, { artifact }) => sum + artifact.sizeBytes, 0)
          const shown = progress.file(countText(wanted.length), bytes)
          unpacking = shown
          await withDrafts(server, place, (drafts) =>
            unpackZip(handle, {
              wanted,
              drafts,
              signal,
              onFile(one, to) {
                shown.add(one.artifact.sizeBytes)
                onFile(one, to)
              },
            }),
          )
          await rm(file, { force: true })
          shown.done('unpacked')
        },
      },
    )
    return null
  } catch (error) {
    fetching.failed()
    ;(unpacking as FileProgress | null)?.failed()
    signal.throwIfAborted()
    if (isSystemError(error)) return systemWords(error)
    if (!(error instanceof CliError) || isOfServer(error)) throw error
    return error.message
  }
}

/** Whether a file by itself would fail in the same way. */
function isOfServer(error: unknown): boolean {
  return error instanceof CliError && (error.failure === 'unreachable' || error.failure === 'refused')
}

/** Deletes what a broken-off download of the pack left there. */
export async function dropZip(server: Server, place: PartPlace): Promise<void> {
  await dropDrafts(place.folder, draftsNote(server, place))
  await dropLeft(server, place)
}

/** Names for files that are there for a moment; those of a process that was killed are deleted by the next. */
async function withDrafts(
  server: Server,
  place: PartPlace,
  work: (drafts: readonly string[]) => Promise<void>,
): Promise<void> {
  const note = draftsNote(server, place)
  await dropDrafts(place.folder, note)
  const names = Array.from({ length: WRITERS }, newPartName)
  try {
    if (note) writePrivateJson(note, names)
  } catch (error) {
    warnOfLostNote(server, error)
  }
  try {
    await work(names.map((name) => join(place.folder, name)))
  } finally {
    if (note) forgetNote(note)
  }
}

function draftsNote(server: Server, { about }: PartPlace): string | null {
  return transferNote(server, 'downloads', ['drafts', ...about])
}

async function dropDrafts(folder: string, note: string | null): Promise<void> {
  const names = note && readPrivateJson(note)
  for (const name of Array.isArray(names) ? names : [])
    if (typeof name === 'string' && isPartFile(name)) await rm(join(folder, name), { force: true })
  if (note) forgetNote(note)
}
