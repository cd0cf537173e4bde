import { registerHooks } from 'node:module'

// Node parses drizzle's package.json, of 180 KB, anew for each of its hundred files: half a second of every process that
// has the database in it. That they are ES modules is known without.
registerHooks({
  resolve(specifier, context, next) {
    const isOwn = specifier.startsWith('.') && specifier.endsWith('.js')
    if (!isOwn || !context.parentURL?.includes('/node_modules/drizzle-orm/')) return next(specifier, context)
    return { url: new URL(specifier, context.parentURL).href, format: 'module', shortCircuit: true }
  },
})
