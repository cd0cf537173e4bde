import { parseSlug, slugText } from '../../src/domain/project.ts'
import { findJob, type JobOptions } from '../ci/job.ts'
import { usageError } from '../terminal/exit.ts'
import type { Output } from '../terminal/output.ts'
import { VERSION } from '../version.ts'
import { findCredential } from './credential.ts'
import { keylessCredential } from './keyless.ts'
import { readLogins } from './login-file.ts'
import type { Server } from './server.ts'

export type ServerOptions = JobOptions & { readonly url?: string; readonly project?: string }

const DEFAULT_RETRY_SECONDS = 120

/** The server, the project and the token that the options, the environment, the CI and the login add up to. */
export async function openServer(
  options: ServerOptions,
  output: Output,
  signal: AbortSignal,
  env: NodeJS.ProcessEnv = process.env,
) {
  const origin = originOf(options.url || env.BUILDPASS_URL || readLogins().current, env)
  const job = await findJob(options, env)
  const slug = slugOf(options.project || env.BUILDPASS_PROJECT || job.slug)
  const base = {
    origin,
    userAgent: `buildpass-cli/${VERSION} (${job.ci}; node ${process.versions.node})`,
    retryMs: retrySecondsOf(env) * 1000,
    signal,
    warn: output.warn,
  }
  const keyless = slug === null ? null : keylessCredential(job, slug, base)
  const server: Server = {
    ...base,
    slug,
    credential: findCredential(origin, { keyless, howToGetOne: job.idTokenHint, warn: output.warn, env }),
  }
  return { server, job }
}

/** The path of the project in our API; needs one to be known. */
export function projectPath({ slug }: Server): string {
  return `/api/buildpass/v1/projects/${requireSlug(slug)}`
}

export function requireSlug(slug: string | null): string {
  if (slug === null)
    throw usageError('Which project?', 'Say --project gh/acme/web, or set BUILDPASS_PROJECT (vcs: gh, gl or bb).')
  return slug
}

export function originOf(text: string | null | undefined, env: NodeJS.ProcessEnv = process.env): string {
  if (!text)
    throw usageError(
      'Which server?',
      'Set BUILDPASS_URL, say --url https://builds.example.com, or run buildpass login.',
    )
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw usageError(`"${text}" is not the address of a server.`, 'It looks like https://builds.example.com')
  const { origin, protocol, hostname } = new URL(text)
  const isHere = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
  if (protocol === 'http:' && !isHere && env.BUILDPASS_ALLOW_HTTP !== '1')
    throw usageError(`${origin} would get the token unencrypted.`, 'Use https, or set BUILDPASS_ALLOW_HTTP=1.')
  return origin
}

function slugOf(text: string | null): string | null {
  if (text === null) return null
  const slug = parseSlug(text)
  if (!slug) throw usageError(`"${text}" is not a project.`, 'It looks like gh/acme/web: vcs (gh, gl, bb)/org/repo.')
  return slugText(slug)
}

function retrySecondsOf({ BUILDPASS_RETRY_SECONDS: text }: NodeJS.ProcessEnv): number {
  if (text === undefined || text === '') return DEFAULT_RETRY_SECONDS
  if (/^\d{1,5}$/.test(text)) return Number(text)
  throw usageError('BUILDPASS_RETRY_SECONDS must be a whole number of seconds.')
}
