/** How a zip holds the bytes of a file. */
export type PackMethod = 'stored' | 'deflated'

/** Where in its zip a file is: from its local header up to what comes behind its bytes. */
export type PackedAt = {
  readonly start: number
  /** The header, its name and extra field, whose length only the header itself tells, and the bytes. */
  readonly spanBytes: number
  readonly packedBytes: number
  readonly method: PackMethod
  readonly crc32: number
}
