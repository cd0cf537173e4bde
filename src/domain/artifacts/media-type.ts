import { mimes } from 'mrmime'
import { wordTable } from '../formats/word-table.ts'

const TYPES = wordTable<string>(mimes)

/** The registered media type of a file by the extension of its name; null where there is none. */
export function mediaTypeOf(path: string): string | null {
  return TYPES.get(extensionOf(path)) ?? null
}

/** In lower case, without the dot; empty where there is none. */
export function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  return dot < 0 ? '' : name.slice(dot + 1).toLowerCase()
}
