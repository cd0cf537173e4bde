import { artifactPathProblem, MAX_ARTIFACT_BYTES } from './artifact.ts'
import { comparePaths, MAX_PACK_PATH_BYTES, type PackedFile, type SkippedFile } from './pack.ts'

/** What the directory of a zip says of one of its entries. */
export type ZipEntry = {
  readonly path: string
  /** Of the name as it stands in the zip. */
  readonly nameBytes: number
  readonly start: number
  readonly packedBytes: number
  readonly sizeBytes: number
  readonly crc32: number
  readonly method: number
  readonly isFolder: boolean
  /** Said to be a folder by what is known of it, and not by its name: tools differ. */
  readonly isOddFolder: boolean
  readonly isLink: boolean
  readonly isEncrypted: boolean
  /** Bytes or fields that tools make different names of. */
  readonly isNameBroken: boolean
  /** Has an ASCII control character in its bytes, of whichever encoding these are. */
  readonly hasControls: boolean
  /** The name by which other tools know it; null where all have the same. */
  readonly otherName: string | null
  /** Made on MS-DOS or Windows, where some tools write `\` between folders. */
  readonly isFromDos: boolean
}

export type ZipFiles =
  | { readonly kind: 'files'; readonly files: readonly PackedFile[]; readonly skipped: readonly SkippedFile[] }
  | { readonly kind: 'bad_zip'; readonly problem: string }

const METHODS: Readonly<Record<number, PackedFile['method']>> = { 0: 'stored', 8: 'deflated' }
const LOCAL_HEADER_BYTES = 30
/** A local header says the length of its extra field in two bytes. */
const MAX_EXTRA_BYTES = 65_535
/** Deflate makes 258 bytes of a quarter of a byte at best. */
const MAX_RATIO = 1_032
/** So much a pack may unpack to whatever its ratio. */
const MODEST_BYTES = 1024 ** 3
const MAX_PACK_RATIO = 250
export const MAX_UNPACKED_BYTES = 100 * 1024 ** 3

/**
 * The files of a zip by path, and the entries that are none that can be served. `end` is where its directory begins. A zip
 * that lies about itself as a whole (overlaps, sizes that cannot be) is refused as a whole.
 */
export function filesOfZip(entries: readonly ZipEntry[], end: number): ZipFiles {
  // What Windows writes between folders, where nothing else stands there.
  const hasSlash = entries.some(({ path }) => path.includes('/'))
  const byStart = entries.toSorted((a, b) => a.start - b.start)
  const nextStarts = new Map(byStart.map((entry, i) => [entry, byStart[i + 1]?.start ?? end]))
  /** By where tools that unpack the zip put them. */
  const files = new Map<string, PackedFile>()
  const skipped: SkippedFile[] = []
  let unpacked = 0
  let packed = 0
  for (const entry of entries) {
    const next = nextStarts.get(entry) ?? end
    const least = LOCAL_HEADER_BYTES + entry.nameBytes + entry.packedBytes
    if (entry.start + least > next) return bad(`has entries that overlap, at "${entry.path}"`)
    // How much the other methods can make of a byte nobody has to know: they are not read.
    if (METHODS[entry.method] && entry.sizeBytes > entry.packedBytes * MAX_RATIO)
      return bad(
        `says that "${entry.path}" unpacks to ${entry.sizeBytes} bytes, which ${entry.packedBytes} cannot hold`,
      )
    packed += entry.packedBytes
    unpacked += entry.sizeBytes
    if (entry.isFolder && entry.otherName === null && !entry.hasControls) continue
    const plain = entry.path.replace(/^(\.\/+)+/, '')
    const path = entry.isFromDos && !hasSlash ? plain.replaceAll('\\', '/') : plain
    const method = METHODS[entry.method]
    const reason = reasonToSkip(entry, path)
    // Of several entries in one place tools that unpack a zip keep the last of its directory, whatever it is.
    for (const place of placesOf(entry, path)) {
      const before = files.get(place)
      if (before) skipped.push({ path: before.path, reason: 'is there twice; only the last one counts' })
      files.delete(place)
    }
    if (reason !== null || !method) {
      skipped.push({ path, reason: reason ?? `is packed by method ${entry.method}; 0 and 8 are read` })
      continue
    }
    const { start, packedBytes, sizeBytes, crc32 } = entry
    const spanBytes = Math.min(next - start, least + MAX_EXTRA_BYTES)
    files.set(placeOf(entry, path), { path, sizeBytes, start, spanBytes, packedBytes, method, crc32 })
  }
  if (unpacked > MAX_UNPACKED_BYTES) return bad(`unpacks to more than ${MAX_UNPACKED_BYTES} bytes`)
  if (unpacked > MODEST_BYTES && unpacked > packed * MAX_PACK_RATIO)
    return bad(`unpacks to more than ${MAX_PACK_RATIO} times its size`)
  const encoder = new TextEncoder()
  const pathBytes = [...files.values()].reduce((sum, { path }) => sum + encoder.encode(path).length, 0)
  if (pathBytes > MAX_PACK_PATH_BYTES) return bad(`has paths of more than ${MAX_PACK_PATH_BYTES} bytes together`)
  return { kind: 'files', files: [...files.values()].sort((a, b) => comparePaths(a.path, b.path)), skipped }
}

/** Where tools put an entry, also one that we leave out; jar drops what stands before the last `../`. */
function placesOf(entry: ZipEntry, path: string): readonly string[] {
  const names = [path, entry.otherName ?? path]
  return names.flatMap((name) => [name, name.replace(/^.*\.\.\//s, '')]).map((name) => placeOf(entry, name))
}

/** Where a tool puts an entry of that name: it drops what goes up, what is no sign, and `;1`. */
function placeOf({ isFromDos, isNameBroken, hasControls }: ZipEntry, name: string): string {
  const [shown = ''] = name.split('\0')
  const withoutControls = hasControls ? [...shown].filter((sign) => sign >= ' ' && sign !== '\x7f').join('') : shown
  const drawn = isNameBroken ? withoutControls.replaceAll('\ufffd', '') : withoutControls
  const parts = (isFromDos ? drawn.replaceAll('\\', '/') : drawn).split('/')
  return parts
    .filter((part) => !['', '.', '..'].includes(part))
    .join('/')
    .replace(/;\d*$/, '')
}

function reasonToSkip(entry: ZipEntry, path: string): string | null {
  const { isOddFolder, isLink, isEncrypted, isNameBroken, otherName, method, packedBytes, sizeBytes } = entry
  if (isNameBroken) return 'has a name that tools read in different ways'
  if (otherName !== null) return `has a second name, "${otherName}"`
  if (entry.hasControls) return 'must not contain control characters'
  if (isOddFolder || entry.isFolder) return 'is said to be a folder, and has no slash at its end'
  if (isLink) return 'is a symbolic link'
  if (isEncrypted) return 'is encrypted'
  if (method === 0 && packedBytes !== sizeBytes) return 'is stored, and has two sizes'
  if (sizeBytes > MAX_ARTIFACT_BYTES) return `has more than ${MAX_ARTIFACT_BYTES} bytes`
  if (/^[a-z]:/i.test(path)) return 'begins with a drive letter'
  if (path.includes('\\')) return 'has a backslash'
  return artifactPathProblem(path)
}

function bad(problem: string): ZipFiles {
  return { kind: 'bad_zip', problem }
}
