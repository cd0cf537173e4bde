import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import { NEEDS_WORKERD, WALKS } from './test-files.ts'

const REPOSITORY = resolve(import.meta.dirname, '../..')
const standIns = resolve(REPOSITORY, 'test/support/worker/workers-in-node.ts')

/** npm run test:fast, npm run test:watch: everything that needs no workerd, no server and no browser, and takes no minutes. */
export default defineConfig({
  root: REPOSITORY,
  resolve: { alias: { 'cloudflare:workers': standIns, 'cloudflare:test': standIns } },
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    exclude: ['test/**/*.node.test.ts', 'test/prove/**', ...NEEDS_WORKERD, ...WALKS],
    setupFiles: [standIns],
    silent: 'passed-only',
    isolate: false,
    pool: 'threads',
    testTimeout: 30_000,
  },
})
