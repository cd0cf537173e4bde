import { digestText } from '../../src/domain/artifacts/artifact-digest.ts'
import { type Batch, findKnown, leaveOut, sendEach } from '../files/batch.ts'
import { otherDigest } from '../files/sent-file.ts'
import { openPool } from '../pool.ts'
import { countText } from '../terminal/output.ts'
import type { PlannedPack } from './plan-packs.ts'
import { type SentPack, type StoredPack, uploadPack } from './upload-pack.ts'
import type { ZippedFile } from './write-zip.ts'

/** Sends the packs of a batch; what the server takes in none is sent one by one. */
export type Packer = {
  readonly send: (planned: PlannedPack) => Promise<void>
  /** To be called when all packs are sent: the files of each are what the server lists. */
  readonly confirm: () => Promise<void>
  readonly stored: () => readonly StoredPack[]
}

export function openPacker(batch: Batch): Packer {
  const { server, options, progress, output } = batch
  // One after the other: each takes room on the disk, and all threads that Node has.
  const turn = openPool(1)
  const stored: StoredPack[] = []
  const zipped: ZippedFile[] = []
  const skipped = new Set<string>()
  let isRefused = false

  async function send(planned: PlannedPack): Promise<void> {
    const sent = isRefused ? NOT_AGAIN : await uploadPack(server, planned, options, progress)
    if (sent.kind === 'not_taken') {
      isRefused ||= sent.isForAll
      if (sent.why !== null) output.warn(`${countText(planned.files.length)} go one by one, in no pack: ${sent.why}`)
      return sendEach(batch, planned.files)
    }
    if (sent.pack) stored.push(sent.pack)
    zipped.push(...sent.files)
    for (const one of sent.skipped) {
      skipped.add(one.path)
      batch.gone.push(one)
    }
    for (const { file, error } of sent.unread) {
      try {
        leaveOut(batch, file, error)
      } catch (failure) {
        batch.failures.push(failure)
      }
    }
  }

  async function confirm(): Promise<void> {
    if (zipped.length === 0) return
    const known = await findKnown(server, options)
    for (const { file, digest } of zipped) {
      const artifact = known.get(file.path)
      if (artifact && digestText(artifact.digest) === digestText(digest)) batch.came.set(file, artifact)
      else if (artifact) batch.failures.push(otherDigest(file.path))
      else if (!skipped.has(file.path)) batch.gone.push({ path: file.path, reason: 'the server did not take it' })
    }
  }

  return { send: (planned) => turn(() => send(planned)), confirm, stored: () => stored }
}

const NOT_AGAIN: SentPack = { kind: 'not_taken', why: null, isForAll: true }
