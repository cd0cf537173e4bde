import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import { NEEDS_WORKERD, STAND_INS, WALKS } from './test-files.ts'

/** npm run test:fast, npm run test:watch: everything that needs no workerd, no server and no browser, and takes no minutes. */
export default defineConfig({
  root: resolve(import.meta.dirname, '../..'),
  resolve: STAND_INS.resolve,
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    exclude: ['test/**/*.node.test.ts', 'test/prove/**', ...NEEDS_WORKERD, ...WALKS],
    setupFiles: STAND_INS.setupFiles,
    silent: 'passed-only',
    isolate: false,
    pool: 'threads',
    // Vitest leaves one of two cores to itself.
    maxWorkers: '100%',
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
})
