import type { Ci, Env } from './ci-job.ts'
import { firstOf, indexOf, messageOf, personOf } from './words.ts'

// https://docs.gitlab.com/ci/variables/predefined_variables/
export const gitlab: Ci = {
  name: 'GitLab CI',
  isHere: (env) => env.GITLAB_CI === 'true',
  job: (env) => {
    const isMergeRequest = Boolean(env.CI_MERGE_REQUEST_IID)
    const name = firstOf(env.BUILDPASS_JOB, env.CI_JOB_NAME) ?? 'job'
    return {
      ci: 'GitLab CI',
      // A project in a subgroup has no slug of three parts: name it with BUILDPASS_PROJECT.
      slug: env.CI_PROJECT_PATH?.split('/').length === 2 ? `gl/${env.CI_PROJECT_PATH}` : null,
      branch: firstOf(env.CI_COMMIT_BRANCH) ?? requestBranchOf(env),
      tag: firstOf(env.CI_COMMIT_TAG),
      revision: firstOf(env.CI_MERGE_REQUEST_SOURCE_BRANCH_SHA, env.CI_COMMIT_SHA),
      pipeline: { id: `gitlab:pipeline:${env.CI_PIPELINE_ID}` },
      workflow: { id: `gitlab:pipeline:${env.CI_PIPELINE_ID}`, name: firstOf(env.CI_PIPELINE_NAME) ?? 'pipeline' },
      build: {
        id: `gitlab:job:${env.CI_JOB_ID}`,
        name,
        url: firstOf(env.CI_JOB_URL),
        nodeIndex: indexOf(env.CI_NODE_INDEX, 1),
      },
      commit: { ...messageOf(env.CI_COMMIT_MESSAGE), author: personOf(env.CI_COMMIT_AUTHOR) },
      actor: env.GITLAB_USER_LOGIN ? { login: env.GITLAB_USER_LOGIN } : null,
      pullRequest: isMergeRequest
        ? `${env.CI_MERGE_REQUEST_PROJECT_URL}/-/merge_requests/${env.CI_MERGE_REQUEST_IID}`
        : null,
      idToken: env.BUILDPASS_ID_TOKEN ? async () => env.BUILDPASS_ID_TOKEN ?? null : null,
      idTokenHint: 'Give the job `id_tokens: BUILDPASS_ID_TOKEN: aud: <the server’s address>`, or set BUILDPASS_TOKEN.',
    }
  },
}

/** The branch of a merge request; a fork's may be called as ours is, so its owner goes before it. */
function requestBranchOf(env: Env): string | null {
  const branch = firstOf(env.CI_MERGE_REQUEST_SOURCE_BRANCH_NAME)
  const from = firstOf(env.CI_MERGE_REQUEST_SOURCE_PROJECT_PATH)
  return branch && from && from !== env.CI_PROJECT_PATH ? `${from.slice(0, from.lastIndexOf('/'))}:${branch}` : branch
}
