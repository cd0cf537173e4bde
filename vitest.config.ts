import { randomBytes } from 'node:crypto'
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { ALONE, PROOFS, STAND_INS, WALKS } from './scripts/check/test-files.ts'
import { COMPILE_CACHE, QUICK_IMPORTS } from './test/support/server/quick-node.ts'

/** In `npm run prove` the walks are played in workerd too. */
const isProof = process.env.PROVE === 'all'

/** The stand-ins' SQLite is experimental in Node. */
const QUIET = ['--disable-warning=ExperimentalWarning']

const workerd = () =>
  cloudflareTest(async () => ({
    wrangler: { configPath: './wrangler.toml' },
    miniflare: {
      email: { send_email: [{ name: 'EMAIL' }] },
      bindings: {
        TEST_MIGRATIONS: await readD1Migrations('./migrations'),
        // New in each run: nothing secret stands in the code, and no test can rest on a known value.
        PEPPERS: `test:${randomSecret()}`,
        DOWNLOAD_KEY: randomSecret(),
        DATA_KEY: `test:${randomSecret()}`,
        PUBLIC_ORIGIN: 'https://builds.test',
        LOG_REQUESTS: 'all',
        OIDC_ISSUERS: 'gitlab=https://gitlab.example.com,github=https://github.example.com/_services/token',
      },
    },
  }))

/** Machines of CI are slow now and then: whoever waits for what will come waits long, and what comes soon costs no wait. */
const PATIENT = { testTimeout: 240_000, hookTimeout: 240_000, expect: { poll: { timeout: 30_000 } } }

const IN_WORKERD = {
  ...PATIENT,
  setupFiles: ['./test/support/worker/migrate.ts'],
}

export default defineConfig({
  test: {
    // The Worker logs a line a request: shown where a test fails.
    silent: 'passed-only',
    projects: [
      {
        plugins: [workerd()],
        test: {
          ...IN_WORKERD,
          name: 'worker',
          provide: { isProof, isShared: true },
          include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
          exclude: ['test/**/*.node.test.ts', 'test/domain/**', ...ALONE, ...(isProof ? [] : WALKS)],
          // One Worker for many files: what they seed has names of its own.
          isolate: false,
        },
      },
      {
        plugins: [workerd()],
        test: {
          ...IN_WORKERD,
          name: 'worker-alone',
          provide: { isProof },
          // One Worker for all of them, which is empty when a file begins.
          setupFiles: [...IN_WORKERD.setupFiles, './test/support/worker/wipe.ts'],
          isolate: false,
          include: ALONE,
          exclude: ['test/**/*.node.test.ts'],
        },
      },
      {
        resolve: STAND_INS.resolve,
        test: {
          name: 'walks',
          execArgv: [...QUIET, ...QUICK_IMPORTS],
          include: WALKS,
          setupFiles: STAND_INS.setupFiles,
          ...PATIENT,
          environment: 'node',
          // The application is loaded once for all of them.
          isolate: false,
        },
      },
      {
        // The domain is pure TypeScript and Web Crypto, the same in Node: a tenth of the time.
        test: {
          name: 'domain',
          include: ['test/domain/**/*.test.ts', 'test/domain/**/*.test.tsx'],
          exclude: ['test/**/*.node.test.ts'],
          environment: 'node',
          isolate: false,
          ...PATIENT,
        },
      },
      {
        // What starts processes or browsers, or reads the repository: plain Node, and slow.
        test: {
          name: 'node',
          provide: { isProof },
          execArgv: [...QUIET, ...QUICK_IMPORTS],
          // For what they start.
          env: COMPILE_CACHE,
          include: ['test/**/*.node.test.ts'],
          exclude: ['test/http/web/**', ...(isProof ? [] : PROOFS)],
          globalSetup: './test/support/server/prepared.ts',
          setupFiles: ['./test/support/server/local-cleanup.ts'],
          environment: 'node',
          // What they load, the application among it, is loaded once for all of them.
          isolate: false,
          ...PATIENT,
        },
      },
      {
        // The pages in a real Chromium, against one `npm start` and one browser for the whole run.
        test: {
          name: 'browser',
          execArgv: QUIET,
          include: ['test/http/web/**/*.node.test.ts'],
          environment: 'node',
          globalSetup: './test/support/server/browser-run.ts',
          ...PATIENT,
          fileParallelism: false,
          // One browser for all of them.
          isolate: false,
        },
      },
    ],
  },
})

function randomSecret(): string {
  return randomBytes(32).toString('base64url')
}
