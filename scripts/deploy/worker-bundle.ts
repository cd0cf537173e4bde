import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { build } from 'rolldown'
import { REPOSITORY } from '../start/local-state.ts'

/** What the built Worker may weigh, compressed. */
export const SIZE_LIMIT_KIB = 200

/** What a file weighs compressed, in KiB. */
export function gzipKibOf(file: string): number {
  return gzipSync(readFileSync(file), { level: 9 }).length / 1024
}

/**
 * Makes one minified file, and its source map, of a Worker: what `npm start` runs and `npm run deploy` uploads. Not by
 * wrangler: the names that its bundler gives compress worse by a thirtieth.
 */
export async function buildWorker(
  file: string,
  { entry = 'src/index.ts', minify = true }: { entry?: string; minify?: boolean } = {},
): Promise<void> {
  await build({
    cwd: REPOSITORY,
    input: entry,
    platform: 'neutral',
    external: [/^(?:cloudflare|node):/],
    resolve: { conditionNames: ['workerd', 'worker', 'browser', 'import'], mainFields: ['browser', 'module', 'main'] },
    transform: { target: 'es2024', define: { 'process.env.NODE_ENV': '"production"' } },
    // Importing a module does nothing, ours and theirs alike; nor does reading a property.
    treeshake: { moduleSideEffects: false, propertyReadSideEffects: false, unknownGlobalSideEffects: false },
    output: { file, format: 'esm', codeSplitting: false, minify, comments: false, sourcemap: true },
    logLevel: 'warn',
  })
}
