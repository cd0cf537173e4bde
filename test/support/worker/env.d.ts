import type { D1Migration } from 'cloudflare:test'
import type { Bindings } from '../../../src/env.ts'

declare global {
  namespace Cloudflare {
    /** What `env` of `cloudflare:workers` is in tests. */
    interface Env extends Bindings {
      readonly PEPPERS: string
      readonly DOWNLOAD_KEY: string
      readonly DATA_KEY: string
      readonly EMAIL: SendEmail
      readonly TEST_MIGRATIONS: D1Migration[]
    }
  }
}
