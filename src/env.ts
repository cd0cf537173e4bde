import type { UpkeepStep } from './domain/upkeep.ts'
import type { OutboxMessage } from './storage/stores.ts'

/** What wrangler.toml, `.dev.vars` and `wrangler secret` give us. Read in app.ts only. */
export type Bindings = {
  readonly DB: D1Database
  readonly KV: KVNamespace
  readonly ARTIFACTS: R2Bucket
  readonly UNKNOWN_TOKENS: RateLimit
  readonly LEAK_REPORTS: RateLimit
  /** Analytics Engine, where requests are counted; optional. */
  readonly REQUESTS?: AnalyticsEngineDataset
  readonly SIGN_INS: RateLimit
  readonly EXCHANGES: RateLimit
  /** The files of public/; absent where tests have none. */
  readonly ASSETS?: Fetcher
  /** Which deployment runs: the version in the addresses of stylesheet and script. */
  readonly VERSION: WorkerVersionMetadata
  /** Sends mail, where the deployment has it. */
  readonly EMAIL?: SendEmail
  readonly MAIL_FROM?: string
  readonly OUTBOX: Queue<OutboxMessage>
  readonly UPKEEP: Queue<UpkeepStep>
  readonly PEPPERS?: string
  readonly DOWNLOAD_KEY?: string
  readonly DATA_KEY?: string
  readonly PUBLIC_ORIGIN?: string
  readonly DOWNLOAD_ORIGIN?: string
  readonly REPORTS_ORIGIN?: string
  readonly QUERY_TOKENS?: string
  readonly OUTAGE_GRACE_SECONDS?: string
  readonly ARTIFACT_REDIRECT?: string
  readonly R2_S3_ENDPOINT?: string
  readonly R2_S3_BUCKET?: string
  readonly R2_S3_ACCESS_KEY_ID?: string
  readonly R2_S3_SECRET_ACCESS_KEY?: string
  readonly GITHUB_SECRET_SCANNING_KEYS?: string
  readonly ANALYTICS_ACCOUNT_ID?: string
  readonly ANALYTICS_API_TOKEN?: string
  readonly ANALYTICS_DATASET?: string
  readonly OIDC_ISSUERS?: string
  readonly GITHUB_CLIENT_ID?: string
  readonly GITHUB_CLIENT_SECRET?: string
  readonly GITHUB_ALLOWED_ORGS?: string
  readonly GITHUB_ALLOWED_LOGINS?: string
  readonly GITHUB_URL?: string
  readonly GITHUB_API_URL?: string
  readonly ACCESS_TEAM_DOMAIN?: string
  readonly ACCESS_AUD?: string
  /** A new one at each `npm start`, and only there: opens /local/ to scripts on the same machine. */
  readonly LOCAL_CONTROL_KEY?: string
  /** Where `npm start` listens, so that what it sends has links too. */
  readonly LOCAL_ORIGIN?: string
  readonly OUTBOUND_PRIVATE_HOSTS?: string
  readonly LOG_REQUESTS?: string
  readonly PLAN?: string
}
