import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

// Node parses drizzle's package.json, of 180 KB, anew for each of its hundred files, and for each of ours that names it: most
// of a second of every process that has the database in it. That they are ES modules is known without, and where a name of
// the package leads is asked once.
const urls = new Map<string, string>()

// To take the types out of a hundred of our files takes Node longer than all else that it does with them: what is left of
// each is kept, by the digest of what it was.
const KEPT = join(
  resolve(import.meta.dirname, '../../..'),
  'node_modules/.cache/stripped',
  `${process.version}-${process.arch}`,
)
mkdirSync(KEPT, { recursive: true })

function stripped(source: string): string {
  const file = join(KEPT, createHash('sha256').update(source).digest('hex'))
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const text = strippedQuietly(source)
  // Another process may be reading it.
  const unfinished = `${file}.${process.pid}`
  writeFileSync(unfinished, text)
  renameSync(unfinished, file)
  return text
}

/** Without Node's warning that this is experimental, which would stand among what a script prints. */
function strippedQuietly(source: string): string {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return stripTypeScriptTypes(source)
  } finally {
    process.emitWarning = emitWarning
  }
}

registerHooks({
  load(url, context, next) {
    if (!url.startsWith('file:') || !url.endsWith('.ts') || url.includes('/node_modules/')) return next(url, context)
    return { format: 'module', source: stripped(readFileSync(fileURLToPath(url), 'utf8')), shortCircuit: true }
  },
  resolve(specifier, context, next) {
    const isNamed = specifier.startsWith('drizzle-orm') && context.conditions.includes('import')
    const isOwn = specifier.startsWith('.') && specifier.endsWith('.js')
    if (!isNamed && !(isOwn && context.parentURL?.includes('/node_modules/drizzle-orm/')))
      return next(specifier, context)
    const url = isNamed ? urls.get(specifier) : new URL(specifier, context.parentURL).href
    if (url) return { url, format: 'module', shortCircuit: true }
    const resolved = next(specifier, context)
    if ('url' in resolved) urls.set(specifier, resolved.url)
    return resolved
  },
})
