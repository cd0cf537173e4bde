// Zips as a test wants them: each field may lie. What real tools write is in test/fixtures/zips.

export type ZipPart = {
  readonly name: string | Uint8Array
  readonly text?: string | Uint8Array
  readonly isDeflated?: boolean
  /** Unix mode, as `0o120777` for a link. */
  readonly mode?: number
  readonly flags?: number
  /** What the directory says, where that is not true. */
  readonly told?: Partial<Record<'crc' | 'packed' | 'size' | 'method' | 'start' | 'host', number>>
  /** Extra fields of its entry in the directory. */
  readonly extra?: Uint8Array
  /** What the local header says, where that is not true. */
  readonly local?: Partial<Record<'method' | 'signature' | 'extra' | 'crc' | 'packed' | 'size', number>>
}

/** A zip with nothing in it that any tool would refuse. */
export function smallZip(): Uint8Array<ArrayBuffer> {
  return storedZip({ 'report/index.html': '<h1>report</h1>', 'report/data.json': '{}' })
}

export function storedZip(files: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
  return zipOf(Object.entries(files).map(([name, text]) => ({ name, text })))
}

/** Parts that say `isDeflated` have to be deflated before. */
export function zipOf(
  parts: readonly ZipPart[],
  {
    tail = new Uint8Array(),
    count = parts.length,
    zip64 = false,
  }: { tail?: Uint8Array; count?: number; zip64?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder()
  const out: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let at = 0
  const push = (to: Uint8Array[], bytes: Uint8Array) => {
    to.push(bytes)
    if (to === out) at += bytes.length
  }
  for (const part of parts) {
    const { name, text = '', isDeflated = false, mode = 0o100644, flags = 0x800, told = {}, local = {} } = part
    const fieldsOfEntry = part.extra ?? new Uint8Array()
    const raw = typeof name === 'string' ? encoder.encode(name) : name
    const plain = typeof text === 'string' ? encoder.encode(text) : text
    const bytes = isDeflated ? storedBlocks(plain) : plain
    const start = at
    const method = isDeflated ? 8 : 0
    const crc = told.crc ?? crcOf(plain)
    const fields = (methodTold: number, said: Partial<Record<'crc' | 'packed' | 'size', number>>) => [
      [2, 20],
      [2, flags],
      [2, methodTold],
      [4, 0x58210000],
      [4, said.crc ?? crc],
      [4, said.packed ?? told.packed ?? bytes.length],
      [4, said.size ?? told.size ?? plain.length],
      [2, raw.length],
    ]
    const extra = new Uint8Array(local.extra ?? 0)
    push(
      out,
      numbers([[4, local.signature ?? 0x04034b50], ...fields(local.method ?? method, local), [2, extra.length]]),
    )
    push(out, raw)
    push(out, extra)
    push(out, bytes)
    push(
      directory,
      numbers([
        ...[
          [4, 0x02014b50],
          [1, 20],
          [1, told.host ?? 3],
        ],
        ...fields(told.method ?? method, told),
        ...[
          [2, fieldsOfEntry.length],
          [2, 0],
          [2, 0],
          [2, 0],
          [4, mode * 65_536],
          [4, told.start ?? start],
        ],
      ]),
    )
    push(directory, raw)
    push(directory, fieldsOfEntry)
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0)
  const begin = at
  for (const piece of directory) push(out, piece)
  if (zip64) {
    const end = at
    const of64 = [
      [8, 44],
      [2, 45],
      [2, 45],
      [4, 0],
      [4, 0],
      [8, count],
      [8, count],
      [8, size],
      [8, begin],
    ]
    push(out, numbers([[4, 0x06064b50], ...of64]))
    push(
      out,
      numbers([
        [4, 0x07064b50],
        [4, 0],
        [8, end],
        [4, 1],
      ]),
    )
  }
  const most = zip64
    ? [
        [2, 0xffff],
        [2, 0xffff],
        [4, 0xffffffff],
        [4, 0xffffffff],
      ]
    : [
        [2, count],
        [2, count],
        [4, size],
        [4, begin],
      ]
  push(out, numbers([[4, 0x06054b50], [2, 0], [2, 0], ...most, [2, 0]]))
  push(out, tail)
  const whole = new Uint8Array(at)
  let to = 0
  for (const piece of out) {
    whole.set(piece, to)
    to += piece.length
  }
  return whole
}

/** The extra field by which an entry repeats its name in UTF-8, for the name of its header. */
export function unicodePath(header: string | Uint8Array, name: string | Uint8Array): Uint8Array {
  const bytes = (text: string | Uint8Array) => (typeof text === 'string' ? new TextEncoder().encode(text) : text)
  const own = bytes(name)
  const head = numbers([
    [2, 0x7075],
    [2, 5 + own.length],
    [1, 1],
    [4, crcOf(bytes(header))],
  ])
  return Uint8Array.of(...head, ...own)
}

/** The extra field by which old Unix zips say that an entry is a symbolic link. */
export function linkByField(): Uint8Array {
  return numbers([
    [2, 0x756e],
    [2, 14],
    [4, 0],
    [2, 0o120777],
    [8, 0],
  ])
}

/** Little-endian numbers: the bytes of each, and it. */
function numbers(fields: readonly (readonly number[])[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(fields.reduce((sum, [bytes = 0]) => sum + bytes, 0)))
  let at = 0
  for (const [bytes = 0, value = 0] of fields) {
    for (let i = 0; i < bytes; i++) view.setUint8(at + i, Math.floor(value / 256 ** i) % 256)
    at += bytes
  }
  return new Uint8Array(view.buffer)
}

/** A deflate stream that compresses nothing. */
function storedBlocks(plain: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = []
  for (let from = 0; from < plain.length; from += 65_535) {
    const some = plain.subarray(from, from + 65_535)
    pieces.push(
      numbers([
        [1, 0],
        [2, some.length],
        [2, some.length ^ 0xffff],
      ]),
      some,
    )
  }
  pieces.push(
    numbers([
      [1, 1],
      [2, 0],
      [2, 0xffff],
    ]),
  )
  return new Uint8Array(pieces.flatMap((piece) => [...piece]))
}

export function crcOf(bytes: Uint8Array): number {
  let crc = -1
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}
