import { mkdirSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder and those above it that are not there. One by one: below /proc, where the system takes none, Node's
 * recursive way never ends.
 */
export function makeFolder(folder: string, mode = 0o777): void {
  if (entryAt(folder)?.isDirectory()) return
  if (!entryAt(dirname(folder))) makeFolder(dirname(folder), mode)
  try {
    mkdirSync(folder, { mode })
  } catch (error) {
    // Somebody else may have been faster.
    if (!entryAt(folder)?.isDirectory()) throw error
  }
}

function entryAt(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false })
}
