import { readFileSync } from 'node:fs'
import { isObject } from '../terminal/answer.ts'
import type { Ci, Env } from './ci-job.ts'
import { firstOf, messageOf } from './words.ts'

// https://docs.github.com/actions/reference/workflows-and-actions/variables
export const githubActions: Ci = {
  name: 'GitHub Actions',
  isHere: (env) => env.GITHUB_ACTIONS === 'true',
  job: (env) => {
    const event = readEvent(env.GITHUB_EVENT_PATH)
    const isTag = env.GITHUB_REF_TYPE === 'tag'
    const run = `github:run:${env.GITHUB_RUN_ID}.${env.GITHUB_RUN_ATTEMPT ?? 1}`
    const ref = isTag ? env.GITHUB_REF_NAME : branchOf(env, event)
    const revision = firstOf(event.pull_request?.head?.sha, env.GITHUB_SHA)
    const name = firstOf(env.BUILDPASS_JOB, env.GITHUB_JOB) ?? 'job'
    return {
      ci: 'GitHub Actions',
      slug: env.GITHUB_REPOSITORY ? `gh/${env.GITHUB_REPOSITORY}` : null,
      branch: isTag ? null : firstOf(ref),
      tag: isTag ? firstOf(ref) : null,
      // GITHUB_SHA of a pull request is a merge that is in no branch.
      revision,
      // What one push starts belongs together, whichever workflows it starts. As the webhook has it, too.
      pipeline: { id: `github:${ref ?? ''}@${revision}` },
      workflow: { id: run, name: env.GITHUB_WORKFLOW || 'workflow' },
      build: {
        id: `${run}:${name}`,
        name,
        url: `${env.GITHUB_SERVER_URL ?? 'https://github.com'}/${env.GITHUB_REPOSITORY}/actions/runs/${env.GITHUB_RUN_ID}`,
        nodeIndex: 0,
      },
      commit: {
        ...messageOf(event.head_commit?.message ?? event.pull_request?.title),
        author: event.head_commit?.author ? personIn(event.head_commit.author) : null,
      },
      actor: env.GITHUB_ACTOR ? { login: env.GITHUB_ACTOR } : null,
      pullRequest: event.pull_request?.html_url ?? null,
      idToken:
        env.ACTIONS_ID_TOKEN_REQUEST_URL && env.ACTIONS_ID_TOKEN_REQUEST_TOKEN
          ? (audience) => requestIdToken(env, audience)
          : null,
      idTokenHint: 'Give the job `permissions: id-token: write`, or set BUILDPASS_TOKEN.',
    }
  },
}

/** Of a pull request the branch that it comes from; a fork's may be called as ours is, so its owner goes before it. */
function branchOf(env: Env, event: GithubEvent): string | undefined {
  if (!env.GITHUB_HEAD_REF) return env.GITHUB_REF_NAME
  const from = event.pull_request?.head?.repo
  const isOurs = from?.full_name === undefined || from.full_name === env.GITHUB_REPOSITORY
  return isOurs ? env.GITHUB_HEAD_REF : `${from.owner?.login ?? from.full_name.split('/')[0]}:${env.GITHUB_HEAD_REF}`
}

type GithubPerson = { readonly name?: string; readonly email?: string; readonly username?: string }
/** What we read of the webhook's payload, which GitHub lays beside the job. */
type GithubEvent = {
  readonly head_commit?: { readonly message?: string; readonly author?: GithubPerson } | null
  readonly pull_request?: {
    readonly title?: string
    readonly html_url?: string
    readonly head?: {
      readonly sha?: string
      readonly repo?: { readonly full_name?: string; readonly owner?: { readonly login?: string } } | null
    }
  }
}

function readEvent(path: string | undefined): GithubEvent {
  try {
    const event: unknown = path ? JSON.parse(readFileSync(path, 'utf8')) : {}
    return isObject(event) ? event : {}
  } catch {
    return {} // The build is reported without its commit's message, then.
  }
}

function personIn({ name, email, username }: GithubPerson) {
  return { ...(name ? { name } : {}), ...(email ? { email } : {}), ...(username ? { login: username } : {}) }
}

// https://docs.github.com/actions/reference/security/oidc
async function requestIdToken(env: Env, audience: string): Promise<string | null> {
  const url = `${env.ACTIONS_ID_TOKEN_REQUEST_URL}&audience=${encodeURIComponent(audience)}`
  const response = await fetch(url, {
    headers: { Authorization: `Bearer ${env.ACTIONS_ID_TOKEN_REQUEST_TOKEN}` },
    signal: AbortSignal.timeout(20_000),
  })
  if (!response.ok) return null
  const answer: unknown = await response.json().catch(() => null)
  return isObject(answer) && typeof answer.value === 'string' ? answer.value : null
}
