import { registerHooks } from 'node:module'

// Node parses drizzle's package.json, of 180 KB, anew for each of its hundred files, and for each of ours that names it: most
// of a second of every process that has the database in it. That they are ES modules is known without, and where a name of
// the package leads is asked once.
const urls = new Map<string, string>()

registerHooks({
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
