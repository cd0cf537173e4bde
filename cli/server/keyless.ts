import type { CiJob } from '../ci/ci-job.ts'
import { CliError } from '../terminal/exit.ts'
import { askJson } from './http.ts'
import { noteFile, readPrivateJson, refusalText, writePrivateJson } from './private-file.ts'
import type { Credential, Server } from './server.ts'

type KeptToken = { readonly token: string; readonly expiresAt: number }

/** A token that is about to end is not worth beginning with. */
const MARGIN_MS = 60_000
/** Long before its end a token may be renewed, while it is alive. */
const RENEW_MS = 8 * 60_000

/**
 * A reporting token for the CI's word (OIDC): exchanged when first needed, then kept for the job in a file that only
 * its owner reads, and renewed while it lives, since some systems give one ID token a job, which the server takes once.
 */
export function keylessCredential(
  job: CiJob,
  slug: string,
  server: Omit<Server, 'credential' | 'slug'>,
): Credential | null {
  const { idToken } = job
  if (!idToken) return null
  const noted = () => noteFile('keyless', [server.origin, slug, job.build.id])
  let kept = readKept(noted)
  let isWarned = false
  let pending: Promise<string> | null = null
  const fresh = new Set<string>()
  const leftMs = () => (kept ? kept.expiresAt - Date.now() : 0)

  async function exchange(): Promise<string> {
    const word = await idToken?.(server.origin)
    if (!word) throw new CliError('refused', `${job.ci} gave no ID token.`, { hint: job.idTokenHint })
    const ask = { path: '/api/buildpass/v1/oidc/exchange', json: { token: word, project: slug } }
    const nobody = { ...server, slug, credential: NO_TOKEN }
    return askJson(nobody, { method: 'POST', ...ask, isIdempotent: false }).then(keep, (error) => {
      throw explained(error, server.origin)
    })
  }

  /** The token's successor; or, where it has none, another for a new word of the CI. */
  async function successor(): Promise<string> {
    if (!kept || leftMs() <= 0) return exchange()
    const old = fixedCredential(kept.token)
    const ask = { method: 'POST', path: '/api/buildpass/v1/oidc/renew', isIdempotent: false } as const
    return askJson({ ...server, slug, credential: old }, ask).then(keep, (error) => {
      if (error instanceof CliError && error.failure !== 'unreachable') return exchange()
      throw error
    })
  }

  function keep(answer: unknown): string {
    const { token, expires_at } = (answer ?? {}) as { token?: unknown; expires_at?: unknown }
    const expiresAt = Date.parse(String(expires_at))
    if (typeof token !== 'string' || Number.isNaN(expiresAt))
      throw new CliError('failed', 'The server answered the exchange of the ID token without a token.')
    kept = { token, expiresAt }
    fresh.add(token)
    try {
      writePrivateJson(noted(), kept)
    } catch (error) {
      if (!isWarned)
        server.warn(`no reporting token can be kept, so each later step asks for its own: ${refusalText(error)}`)
      isWarned = true
    }
    return token
  }

  const once = (work: () => Promise<string>) => {
    pending ??= work().finally(() => {
      pending = null
    })
    return pending
  }

  return {
    source: `${job.ci}'s ID token (keyless)`,
    hint: 'A keyless token reports and reads one project; for more, set BUILDPASS_TOKEN.',
    token: async () => (kept && leftMs() > MARGIN_MS ? kept.token : once(successor)),
    async renew(refused) {
      // Refused although it is as new as can be: another one would fare no better.
      if (fresh.has(refused)) return false
      if (kept?.token === refused) kept = null
      if (!kept) await once(exchange)
      return true
    },
    async keepAlive() {
      if (kept && leftMs() < RENEW_MS) await once(successor)
    },
  }
}

function fixedCredential(token: string): Credential {
  return { source: 'the reporting token', hint: null, token: async () => token, renew: async () => false }
}

const NO_TOKEN: Credential = {
  source: 'the exchange of the ID token',
  hint: null,
  token: async () => null,
  renew: async () => false,
}

/** What to compare with what, where the exchange was refused. */
function explained(error: unknown, origin: string): unknown {
  if (!(error instanceof CliError) || error.failure !== 'refused') return error
  const told = error.problems.map(({ path, message }) => `${path} ${message}`)
  const hint =
    error.status === 403
      ? `The ID token says: ${told.join(', ') || 'nothing that could be pinned'}. Compare this with the project’s trusted publishers.`
      : `The ID token must be new, and made out to the server’s PUBLIC_ORIGIN; BUILDPASS_URL is ${origin}.`
  const { failure, message, status, code } = error
  return new CliError(failure, message, { status, code, hint, cause: error })
}

function readKept(noted: () => string): KeptToken | null {
  const { token, expiresAt } = (readPrivateJson(noted) ?? {}) as Partial<KeptToken>
  return typeof token === 'string' && typeof expiresAt === 'number' ? { token, expiresAt } : null
}
