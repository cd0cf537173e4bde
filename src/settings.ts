import { importHmacKey, importPeppers, type Peppers } from './domain/access/secret-hash.ts'
import type { DownloadKey } from './domain/access/tickets/signed-text.ts'
import { type OwnIssuer, parseOwnIssuers } from './domain/access/trusted-publisher.ts'
import { isBelow, parseReportsOrigin, type ReportsOrigin } from './domain/artifacts/report-host.ts'
import { type DataKeys, importDataKeys } from './domain/formats/sealed-text.ts'
import { parseMailAddress } from './domain/notices/mail-address.ts'
import { type AllowedHosts, parseAllowedHosts } from './domain/notices/outbound-url.ts'
import type { Bindings } from './env.ts'
import type { AnalyticsAccess } from './outside/analytics.ts'
import type { GithubSettings } from './outside/github.ts'
import type { Mailer } from './outside/mail.ts'

/** Which tokens may stand in a URL, and for which methods. */
export type QueryTokens = 'all' | 'project' | 'off' | 'all-methods'

/** Where artifact bytes come from: our own download route, or a presigned R2 URL. */
export type ArtifactRedirect =
  | { readonly kind: 'own' }
  | {
      readonly kind: 'presigned'
      readonly endpoint: string
      readonly bucket: string
      readonly accessKeyId: string
      readonly secretAccessKey: string
    }

/** Signing in by Cloudflare Access, whose own policy decides who may. */
export type AccessSettings = { readonly issuer: string; readonly audience: string }

/** The configuration as the code uses it. */
export type Settings = {
  /** Null: only loopback hosts are answered, each as itself. */
  readonly publicOrigin: string | null
  /** Where links in notices lead: there, or to where `npm start` listens. */
  readonly linkOrigin: string | null
  readonly downloadOrigin: string | null
  /** Null: reports are shown in a sandbox on the download origin. */
  readonly reportsOrigin: ReportsOrigin | null
  readonly assetVersion: string
  readonly queryTokens: QueryTokens
  readonly graceMs: number
  /** What one invocation may ask of D1 on the plan of the account. */
  readonly maxQueries: number
  readonly peppers: Peppers
  readonly downloadKey: DownloadKey
  /** Seal what must be readable again. */
  readonly dataKeys: DataKeys
  /** Whom we may call although they are private. */
  readonly allowedHosts: AllowedHosts
  /** Null: no mail is sent. */
  readonly mailer: Mailer | null
  readonly artifactRedirect: ArtifactRedirect
  readonly githubKeysUrl: string
  /** Null: request counts are read from the isolate alone. */
  readonly analytics: AnalyticsAccess | null
  /** Identity issuers on somebody's own servers. */
  readonly ownIssuers: readonly OwnIssuer[]
  readonly github: GithubSettings | null
  readonly access: AccessSettings | null
  readonly localControlKey: string | null
  readonly logRequests: 'all' | 'sampled' | 'notable'
}

/** Parses the configuration; throws an error that names the variable and the rule, and never its value. */
export async function parseSettings(env: Bindings): Promise<Settings> {
  return {
    publicOrigin: originOf('PUBLIC_ORIGIN', env.PUBLIC_ORIGIN),
    downloadOrigin: originOf('DOWNLOAD_ORIGIN', env.DOWNLOAD_ORIGIN),
    reportsOrigin: reportsOriginOf(env),
    assetVersion: env.VERSION.id.slice(0, 8),
    queryTokens: queryTokensOf(env.QUERY_TOKENS),
    graceMs: graceOf(env.OUTAGE_GRACE_SECONDS) * 1000,
    maxQueries: MAX_QUERIES[planOf(env.PLAN)],
    peppers: await importPeppers(required('PEPPERS', env.PEPPERS)),
    downloadKey: (await importHmacKey(required('DOWNLOAD_KEY', env.DOWNLOAD_KEY)).catch((cause) => {
      throw new Error('DOWNLOAD_KEY must be base64url of at least 32 bytes', { cause })
    })) as DownloadKey,
    dataKeys: await importDataKeys(required('DATA_KEY', env.DATA_KEY)),
    allowedHosts: parseAllowedHosts(env.OUTBOUND_PRIVATE_HOSTS),
    mailer: mailerOf(env),
    artifactRedirect: artifactRedirectOf(env),
    logRequests: logRequestsOf(env.LOG_REQUESTS),
    githubKeysUrl: env.GITHUB_SECRET_SCANNING_KEYS || 'https://api.github.com/meta/public_keys/secret_scanning',
    analytics: analyticsOf(env),
    ownIssuers: parseOwnIssuers(env.OIDC_ISSUERS),
    github: githubOf(env),
    access: accessOf(env),
    localControlKey: env.LOCAL_CONTROL_KEY || null,
    linkOrigin: originOf('PUBLIC_ORIGIN', env.PUBLIC_ORIGIN) ?? originOf('LOCAL_ORIGIN', env.LOCAL_ORIGIN),
  }
}

function mailerOf({ EMAIL, MAIL_FROM }: Bindings): Mailer | null {
  if (!EMAIL || !MAIL_FROM) return null
  // Cloudflare says whether it may send from there; this is against a forgotten part.
  if (parseMailAddress(MAIL_FROM) === null) throw new Error('MAIL_FROM must be an address like buildpass@example.com')
  return { binding: EMAIL, from: MAIL_FROM }
}

function required(name: string, value: string | undefined): string {
  if (!value)
    throw new Error(
      `${name} is not set: \`npm start\` writes it to .dev.vars; deployed, use \`wrangler secret put ${name}\``,
    )
  return value
}

function originOf(name: string, value: string | undefined): string | null {
  if (!value) return null
  if (!URL.canParse(value) || new URL(value).origin !== value)
    throw new Error(`${name} must be an origin like https://builds.example.com`)
  return value
}

function reportsOriginOf(env: Bindings): ReportsOrigin | null {
  if (!env.REPORTS_ORIGIN) return null
  const reports = parseReportsOrigin(env.REPORTS_ORIGIN)
  if (!reports)
    throw new Error(
      'REPORTS_ORIGIN must be like https://*.reports.example.com: https (http for localhost alone), and a * in place of the first label',
    )
  // Whoever could name a build's host like ours would be us.
  for (const name of ['PUBLIC_ORIGIN', 'DOWNLOAD_ORIGIN'] as const) {
    const { [name]: origin } = env
    if (origin && isBelow(reports, new URL(origin).hostname))
      throw new Error(`REPORTS_ORIGIN must have a domain of its own: ${name} is below it`)
  }
  return reports
}

function queryTokensOf(value: string | undefined): QueryTokens {
  if (value === undefined || value === '') return 'all'
  if (value === 'all' || value === 'project' || value === 'off' || value === 'all-methods') return value
  throw new Error('QUERY_TOKENS must be all, project, off or all-methods')
}

const MAX_QUERIES = { free: 50, paid: 1_000 } as const

function planOf(value: string | undefined): keyof typeof MAX_QUERIES {
  if (value === undefined || value === '') return 'paid'
  if (value === 'free' || value === 'paid') return value
  throw new Error('PLAN must be free or paid')
}

function logRequestsOf(value: string | undefined): Settings['logRequests'] {
  if (value === undefined || value === '') return 'all'
  if (value === 'all' || value === 'sampled' || value === 'notable') return value
  throw new Error('LOG_REQUESTS must be all, sampled or notable')
}

const MAX_GRACE_SECONDS = 60

function graceOf(value: string | undefined): number {
  const seconds = value === undefined || value === '' ? MAX_GRACE_SECONDS : Number(value)
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= MAX_GRACE_SECONDS) return seconds
  throw new Error(`OUTAGE_GRACE_SECONDS must be a whole number from 0 to ${MAX_GRACE_SECONDS}`)
}

function artifactRedirectOf(env: Bindings): ArtifactRedirect {
  if (!env.ARTIFACT_REDIRECT || env.ARTIFACT_REDIRECT === 'own') return { kind: 'own' }
  if (env.ARTIFACT_REDIRECT !== 'presigned') throw new Error('ARTIFACT_REDIRECT must be own or presigned')
  return {
    kind: 'presigned',
    endpoint: required('R2_S3_ENDPOINT', env.R2_S3_ENDPOINT),
    bucket: required('R2_S3_BUCKET', env.R2_S3_BUCKET),
    accessKeyId: required('R2_S3_ACCESS_KEY_ID', env.R2_S3_ACCESS_KEY_ID),
    secretAccessKey: required('R2_S3_SECRET_ACCESS_KEY', env.R2_S3_SECRET_ACCESS_KEY),
  }
}

function analyticsOf(env: Bindings): AnalyticsAccess | null {
  if (!env.ANALYTICS_API_TOKEN) return null
  const dataset = env.ANALYTICS_DATASET || 'buildpass_requests'
  // Both stand in what is sent to the SQL API.
  if (!/^\w{1,64}$/.test(dataset)) throw new Error('ANALYTICS_DATASET must be letters, digits and underscores')
  const accountId = required('ANALYTICS_ACCOUNT_ID', env.ANALYTICS_ACCOUNT_ID)
  if (!/^[0-9a-f]{32}$/.test(accountId)) throw new Error('ANALYTICS_ACCOUNT_ID must be 32 hexadecimal digits')
  return { accountId, apiToken: env.ANALYTICS_API_TOKEN, dataset }
}

function githubOf(env: Bindings): GithubSettings | null {
  if (!env.GITHUB_CLIENT_ID && !env.GITHUB_CLIENT_SECRET) return null
  return {
    clientId: required('GITHUB_CLIENT_ID', env.GITHUB_CLIENT_ID),
    clientSecret: required('GITHUB_CLIENT_SECRET', env.GITHUB_CLIENT_SECRET),
    orgs: namesOf(env.GITHUB_ALLOWED_ORGS),
    logins: namesOf(env.GITHUB_ALLOWED_LOGINS),
    url: originOf('GITHUB_URL', env.GITHUB_URL) ?? 'https://github.com',
    apiUrl: env.GITHUB_API_URL?.replace(/\/$/, '') || 'https://api.github.com',
  }
}

function namesOf(list: string | undefined): readonly string[] {
  const names = (list ?? '').split(',').map((name) => name.trim().toLowerCase())
  return names.filter((name) => name !== '')
}

function accessOf(env: Bindings): AccessSettings | null {
  if (!env.ACCESS_TEAM_DOMAIN && !env.ACCESS_AUD) return null
  const domain = required('ACCESS_TEAM_DOMAIN', env.ACCESS_TEAM_DOMAIN)
  if (!/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i.test(domain))
    throw new Error('ACCESS_TEAM_DOMAIN must be a host name like acme.cloudflareaccess.com')
  return { issuer: `https://${domain}`, audience: required('ACCESS_AUD', env.ACCESS_AUD) }
}
