import { createHash } from 'node:crypto'
import type { ArtifactDigest } from '../../src/domain/artifacts/artifact-digest.ts'

/** Takes bytes as they pass, and gives the digest of the kind that is asked for. */
export type FileDigester = { readonly add: (chunk: Uint8Array) => void; readonly end: () => ArtifactDigest }

export function openDigester(kind: ArtifactDigest): FileDigester {
  return kind.kind === 'sha256' ? wholeDigester() : partsDigester(kind.partSizeBytes)
}

function wholeDigester(): FileDigester {
  const hash = createHash('sha256')
  return { add: (chunk) => void hash.update(chunk), end: () => ({ kind: 'sha256', hex: hash.digest('hex') }) }
}

function partsDigester(partSizeBytes: number): FileDigester {
  const whole = createHash('sha256')
  let part = createHash('sha256')
  let length = 0
  const closePart = () => {
    whole.update(part.digest())
    part = createHash('sha256')
    length = 0
  }
  return {
    add(chunk) {
      let from = 0
      while (from < chunk.byteLength) {
        const upTo = Math.min(chunk.byteLength, from + partSizeBytes - length)
        part.update(chunk.subarray(from, upTo))
        length += upTo - from
        from = upTo
        if (length === partSizeBytes) closePart()
      }
    },
    end() {
      if (length > 0) closePart()
      return { kind: 'sha256-parts', partSizeBytes, hex: whole.digest('hex') }
    },
  }
}
