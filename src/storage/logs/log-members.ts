import { newlinesIn, stretchesOf } from '../../domain/logs/log.ts'
import { joined } from '../tests/report-object.ts'

/** A gzip member of an object with a part of a log. */
export type LogMember = {
  readonly sizeBytes: number
  readonly newlines: number
  readonly packedBytes: number
  /** When its first byte came, in epoch milliseconds. */
  readonly at: number
}

export type PackedBytes = { readonly bytes: Uint8Array<ArrayBuffer>; readonly members: readonly LogMember[] }

/** Bytes of a log as members of at most 1,000 lines, so that a line is found by one ranged read. */
export async function packed(bytes: Uint8Array, at: number): Promise<PackedBytes> {
  const parts: Uint8Array[] = []
  const members: LogMember[] = []
  for (const stretch of stretchesOf(bytes)) {
    const member = await gzipped(stretch)
    parts.push(member)
    const newlines = newlinesIn(stretch)
    members.push({ sizeBytes: stretch.byteLength, newlines, packedBytes: member.byteLength, at })
  }
  return { bytes: joined(parts), members }
}

async function gzipped(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

/** The bytes of one member. */
export async function unpacked(member: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([member]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

/** Members as a row keeps them: four numbers each, times as the difference to the one before. */
export function membersText(members: readonly LogMember[]): string {
  let before = 0
  const numbers = members.flatMap(({ sizeBytes, newlines, packedBytes, at }) => {
    const since = at - before
    before = at
    return [sizeBytes, newlines, packedBytes, since]
  })
  return JSON.stringify(numbers)
}

export function membersOf(text: string): readonly LogMember[] {
  // Only `membersText` writes these.
  const numbers = JSON.parse(text) as number[]
  const members: LogMember[] = []
  let at = 0
  for (let i = 0; i < numbers.length; i += 4) {
    const [sizeBytes = 0, newlines = 0, packedBytes = 0, since = 0] = numbers.slice(i, i + 4)
    at += since
    members.push({ sizeBytes, newlines, packedBytes, at })
  }
  return members
}
