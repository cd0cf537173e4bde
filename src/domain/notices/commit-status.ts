import type { BranchStatus } from '../builds/badge.ts'
import { BUILD_STATUS, isOver, type StatusClass } from '../builds/build.ts'
import { visibleLine } from '../formats/visible-text.ts'
import type { StatusListener } from './dispatch-target.ts'

/** What a commit is said to be under one name. */
export type CommitStatus = {
  readonly revision: string
  readonly name: string
  readonly description: string
  readonly status: BranchStatus
  readonly url: string | null
}

type StatusWord = 'pending' | 'running' | 'success' | 'failure' | 'error' | 'failed' | 'canceled'

/** The word of the commit status API for a status. */
export function commitStateOf({ kind }: StatusListener, status: BranchStatus): StatusWord {
  if (kind === 'gitlab-status' && status === 'infrastructure_fail') return 'failed'
  return STATES[kind][status === 'no_builds' ? 'stopped' : BUILD_STATUS[status].class]
}

const STATES: Record<StatusListener['kind'], Record<StatusClass, StatusWord>> = {
  'github-status': { green: 'success', red: 'failure', stopped: 'error', blue: 'pending', waiting: 'pending' },
  'gitlab-status': { green: 'success', red: 'failed', stopped: 'canceled', blue: 'running', waiting: 'pending' },
}

/** The status in words: while it is open, no finer than the host's own, so that what looks the same there is sent once. */
export function commitStatusWords(listener: StatusListener, status: BranchStatus): string {
  return status === 'no_builds' || isOver(status) ? status.replaceAll('_', ' ') : commitStateOf(listener, status)
}

// Longer texts are refused as a whole.
const GITHUB_DESCRIPTION = 140
const GITLAB_TEXT = 255

/** Path and body for GitHub. */
export function githubStatus(
  listener: Extract<StatusListener, { kind: 'github-status' }>,
  { revision, name, description, status, url }: CommitStatus,
) {
  const { repository, context } = listener
  return {
    path: `/repos/${repository}/statuses/${encodeURIComponent(revision)}`,
    body: {
      state: commitStateOf(listener, status),
      // People read context and description in GitHub's list of checks.
      context: visibleLine(`${context}/${name}`),
      description: cut(description, GITHUB_DESCRIPTION),
      ...(url === null ? {} : { target_url: url }),
    },
  }
}

/** The request to GitLab. Without a `ref` the status is of the newest pipeline of the commit, whatever its branch. */
export function gitlabStatusRequest(
  listener: Extract<StatusListener, { kind: 'gitlab-status' }>,
  token: string,
  { revision, name, description, status, url }: CommitStatus,
) {
  const project = encodeURIComponent(listener.repository)
  const state = commitStateOf(listener, status)
  return {
    url: `${listener.url}/api/v4/projects/${project}/statuses/${encodeURIComponent(revision)}`,
    headers: { 'PRIVATE-TOKEN': token, 'Content-Type': 'application/json' },
    body: JSON.stringify({
      state,
      name: cut(`${listener.context}/${name}`, GITLAB_TEXT),
      description: cut(description, GITLAB_TEXT),
      ...(url === null || url.length > GITLAB_TEXT ? {} : { target_url: url }),
    }),
    meaningOf: (refusal: number, answer: unknown) => meaningAtGitlab(state, refusal, answer),
  }
}

/**
 * What a refusal by GitLab means. Of an open status it refuses the state that it has already, and to go back from running
 * to pending: the commit says as much as it can. A conflict is another status for the commit at that moment.
 */
function meaningAtGitlab(state: StatusWord, refusal: number, answer: unknown): 'delivered' | 'again' | null {
  if (refusal === 409) return 'again'
  if (refusal !== 400) return null
  const from = /^Cannot transition status via :\w+ from :(\w+)/.exec(messageIn(answer))?.[1]
  return from !== undefined && (from === state || (state === 'pending' && from === 'running')) ? 'delivered' : null
}

function messageIn(answer: unknown): string {
  return typeof answer === 'object' && answer !== null && 'message' in answer ? String(answer.message) : ''
}

function cut(text: string, length: number): string {
  return visibleLine(text).slice(0, length).toWellFormed()
}
