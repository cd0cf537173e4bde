// Which attempt at what a workflow or a job is, as far as its CI's ids say so.

/** An attempt at a workflow. */
export type Attempt = { readonly attemptOf: string; readonly attempt: number }

// The most that GitHub allows is 50 re-runs.
const ATTEMPTS_A_RUN = 1_000

/** GitHub numbers its runs upwards, and the attempts at each. */
export function githubAttempt(runId: string, attempt: string | null): Attempt {
  const attempts = Number(runId) * ATTEMPTS_A_RUN + Number(attempt ?? 1)
  return { attemptOf: `github:run:${runId}`, attempt: attemptFor(attempts) ?? 1 }
}

/** A number of the CI that grows with each attempt, as one of ours; null when it is none. */
export function attemptFor(number: string | number | null): number | null {
  const attempt = Number(number ?? Number.NaN)
  return Number.isSafeInteger(attempt) && attempt > 0 ? attempt : null
}

/** The attempt in a workflow's external id, as our command and the webhooks make it; null for any other id. */
export function attemptInWorkflowId(externalId: string): Attempt | null {
  const [, runId, attempt] = /^github:run:(\d+)\.(\d+)$/.exec(externalId) ?? []
  return runId && attempt ? githubAttempt(runId, attempt) : jenkinsAttempt(externalId)
}

/** A run of Jenkins is called by its job's address and its number there. */
function jenkinsAttempt(externalId: string): Attempt | null {
  const [, job, number = null] = /^jenkins:(.*\D)(\d+)\/?$/.exec(externalId) ?? []
  const attempt = attemptFor(number)
  return job && attempt ? { attemptOf: `jenkins:${job}`, attempt } : null
}

/** Whether a workflow is a run of Jenkins. */
export function isJenkinsRun(externalId: string): boolean {
  return externalId.startsWith('jenkins:')
}

/** What the ids of GitLab's pipelines begin with, child pipelines among them. */
export const GITLAB_PIPELINE = 'gitlab:pipeline:'

/** As `attemptInWorkflowId`, of a job's: GitLab makes another job of a retry, with a higher id. */
export function attemptInJobId(externalId: string): number | null {
  return attemptFor(/^gitlab:job:(\d+)$/.exec(externalId)?.[1] ?? null)
}

/** What the external ids of all attempts at a run of GitHub begin with; null for any other workflow. */
export function githubRunPrefix(externalId: string): string | null {
  return /^github:run:\d+\./.exec(externalId)?.[0] ?? null
}
