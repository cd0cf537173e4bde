import { join, resolve } from 'node:path'

const REPOSITORY = resolve(import.meta.dirname, '../../..')

/** Options for Node: what a script imports is found sooner. */
export const QUICK_IMPORTS = ['--import', join(import.meta.dirname, 'quick-imports.ts')] as const

/** Compiled code, wrangler's 15 MB above all, is kept from one process to the next. */
export const COMPILE_CACHE = { NODE_COMPILE_CACHE: join(REPOSITORY, 'node_modules/.cache/compiled') } as const

/**
 * The environment of a process that tests start: without vitest's own variables, which wrangler would notice, and with a demo
 * in which nothing moves.
 */
export function quickEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_OPTIONS$|NODE_ENV$|TEST$)/.test(name))
  return { ...Object.fromEntries(own), ...COMPILE_CACHE, DEMO_LIVE: 'off', ...extra } as unknown as NodeJS.ProcessEnv
}
