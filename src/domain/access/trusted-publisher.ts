import type { InputProblem } from '../error.ts'
import { isLoopback } from '../notices/loopback.ts'

/** The CI systems whose identity tokens Buildpass can read. */
export type IssuerKind = 'github' | 'gitlab' | 'circleci' | 'buildkite'

export type TrustedPublisher = {
  readonly id: string
  readonly projectId: string
  readonly kind: IssuerKind
  readonly issuer: string
  /** What the token's claims must say, to the letter. */
  readonly claims: Readonly<Record<string, string>>
  readonly createdAt: number
}

type IssuerRow = {
  readonly name: string
  /** The public service's issuer; null where each organization has its own. */
  readonly issuer: string | null
  /** Where the keys are, under the issuer. */
  readonly keysPath: string
  /** Claims that a publisher must name: ids, since somebody else could take over a name. */
  readonly mandatory: readonly string[]
  /** Other claims that a publisher may name. */
  readonly optional: readonly string[]
  readonly shape: RegExp
}

const NUMBER = /^[1-9]\d{0,18}$/
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/

/**
 * Each issuer by its vendor's documents: GitHub Docs "OpenID Connect reference"; GitLab Docs "OpenID Connect (OIDC)
 * Authentication Using ID Tokens"; CircleCI Docs "OpenID Connect tokens"; Buildkite Docs "buildkite-agent oidc".
 */
export const ISSUERS: Record<IssuerKind, IssuerRow> = {
  github: {
    name: 'GitHub Actions',
    issuer: 'https://token.actions.githubusercontent.com',
    keysPath: '/.well-known/jwks',
    mandatory: ['repository_id'],
    optional: [
      'repository_owner_id',
      'workflow_ref',
      'job_workflow_ref',
      'ref',
      'ref_type',
      'environment',
      'event_name',
      'runner_environment',
    ],
    shape: NUMBER,
  },
  gitlab: {
    name: 'GitLab CI/CD',
    issuer: 'https://gitlab.com',
    keysPath: '/oauth/discovery/keys',
    // For a merge request from a fork this is the fork's id, so a fork never matches.
    mandatory: ['project_id'],
    optional: [
      'namespace_id',
      'ref',
      'ref_type',
      'ref_protected',
      'environment',
      'pipeline_source',
      'ci_config_ref_uri',
    ],
    shape: NUMBER,
  },
  circleci: {
    name: 'CircleCI',
    issuer: null,
    keysPath: '/.well-known/jwks-pub.json',
    mandatory: ['oidc.circleci.com/org-id', 'oidc.circleci.com/project-id'],
    optional: ['oidc.circleci.com/vcs-origin', 'oidc.circleci.com/vcs-ref', 'oidc.circleci.com/pipeline-definition-id'],
    shape: UUID,
  },
  buildkite: {
    name: 'Buildkite',
    issuer: 'https://agent.buildkite.com',
    keysPath: '/.well-known/jwks',
    // Not in a token unless asked for: `--claim organization_id --claim pipeline_id`.
    mandatory: ['pipeline_id'],
    optional: ['organization_id', 'cluster_id', 'build_branch', 'build_source', 'step_key', 'runner_environment'],
    shape: UUID,
  },
}

export function parseIssuerKind(text: string): IssuerKind | null {
  return Object.hasOwn(ISSUERS, text) ? (text as IssuerKind) : null
}

/** An issuer on a server of one's own. Only the deployment can name one, since the Worker reads keys from it. */
export type OwnIssuer = { readonly kind: IssuerKind; readonly issuer: string }

/** Reads `OIDC_ISSUERS`: `gitlab=https://gitlab.example.com`, comma separated. Throws what is wrong with it. */
export function parseOwnIssuers(text: string | undefined): readonly OwnIssuer[] {
  if (!text) return []
  return text.split(',').map((entry) => {
    const [name = '', ...rest] = entry.trim().split('=')
    const kind = parseIssuerKind(name)
    const issuer = rest.join('=')
    if (!kind || !isIssuerUrl(issuer))
      throw new Error('OIDC_ISSUERS must be a list of kind=https://issuer, with kind one of github, gitlab, buildkite')
    return { kind, issuer }
  })
}

function isIssuerUrl(text: string): boolean {
  if (!URL.canParse(text) || /[?#]|\/$/.test(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}

const CIRCLECI_ISSUER = /^https:\/\/oidc\.circleci\.com\/org\/([0-9a-f-]{36})$/

/** The kind of an issuer; null for one that is not trusted here, from which nothing is read. */
export function issuerKindOf(issuer: string, own: readonly OwnIssuer[]): IssuerKind | null {
  const public_ = Object.entries(ISSUERS).find(([, row]) => row.issuer === issuer)
  if (public_) return public_[0] as IssuerKind
  if (UUID.test(CIRCLECI_ISSUER.exec(issuer)?.[1] ?? '')) return 'circleci'
  return own.find((entry) => entry.issuer === issuer)?.kind ?? null
}

export function keysUrlFor(kind: IssuerKind, issuer: string): string {
  return issuer + ISSUERS[kind].keysPath
}

/** The issuer that a publisher of this kind gets its tokens from; `named` is the one that the admin wrote, if any. */
export function issuerFor(
  kind: IssuerKind,
  named: string | null,
  claims: Readonly<Record<string, string>>,
  own: readonly OwnIssuer[],
): string | null {
  const usual =
    kind === 'circleci'
      ? `https://oidc.circleci.com/org/${claims['oidc.circleci.com/org-id'] ?? ''}`
      : ISSUERS[kind].issuer
  if (named === null || named === usual) return usual
  return own.some((entry) => entry.kind === kind && entry.issuer === named) ? named : null
}

const MAX_CLAIM_LENGTH = 500

/** The rules that a publisher's claims break. */
export function claimProblems(kind: IssuerKind, claims: Readonly<Record<string, string>>): readonly InputProblem[] {
  const { mandatory, optional, shape } = ISSUERS[kind]
  const missing = mandatory
    .filter((name) => !Object.hasOwn(claims, name))
    .map((name) => ({ path: `claims.${name}`, message: 'is required' }))
  const wrong = Object.entries(claims).flatMap(([name, value]) => {
    const path = `claims.${name}`
    if (mandatory.includes(name)) {
      if (shape.test(value)) return []
      return [{ path, message: shape === NUMBER ? 'must be a number, not a name' : 'must be a UUID in lower case' }]
    }
    if (!optional.includes(name)) return [{ path, message: `is not one of ${[...mandatory, ...optional].join(', ')}` }]
    return value.length > 0 && value.length <= MAX_CLAIM_LENGTH && !value.includes('*')
      ? []
      : [{ path, message: `must be 1 to ${MAX_CLAIM_LENGTH} characters long, without wildcards` }]
  })
  return [...missing, ...wrong]
}

/** Whether verified claims fit a publisher: each claim that it names is equal, and nobody has a shell in the job. */
export function matches(
  publisher: Pick<TrustedPublisher, 'claims'>,
  claims: Readonly<Record<string, unknown>>,
): boolean {
  // CircleCI: a person who re-runs a job with SSH can read its tokens.
  if (claims['oidc.circleci.com/ssh-rerun'] === true) return false
  const pinned = Object.entries(publisher.claims)
  return (
    pinned.length > 0 && pinned.every(([name, value]) => Object.hasOwn(claims, name) && textOf(claims[name]) === value)
  )
}

/** The claims of an unmatched token that a publisher could name: whoever sent the token knows them anyway. */
export function tellClaims(kind: IssuerKind, claims: Readonly<Record<string, unknown>>): readonly InputProblem[] {
  const { mandatory, optional } = ISSUERS[kind]
  return [...mandatory, ...optional].flatMap((name) => {
    const value = Object.hasOwn(claims, name) ? textOf(claims[name]) : null
    return value === null ? [] : { path: name, message: `is "${value.slice(0, MAX_CLAIM_LENGTH)}"` }
  })
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : null
}

export const REPORTING_LIFE_MS = 15 * 60_000
export const MAX_SESSION_MS = 6 * 3_600_000
