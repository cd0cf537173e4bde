import type { Ci, Env } from './ci-job.ts'
import { firstOf, slugOfRemote } from './words.ts'

// https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables, and the Git plugin's GIT_*
export const jenkins: Ci = {
  name: 'Jenkins',
  isHere: (env) => Boolean(env.JENKINS_URL && env.BUILD_NUMBER),
  job: (env) => {
    const run = `jenkins:${env.BUILD_URL ?? `${env.JOB_NAME}/${env.BUILD_NUMBER}`}`
    const name = firstOf(env.BUILDPASS_JOB, env.STAGE_NAME) ?? jobNameOf(env)
    return {
      ci: 'Jenkins',
      slug: slugOfRemote(env.GIT_URL),
      // Of a change request BRANCH_NAME is PR-7; GIT_BRANCH has the remote's name before it.
      branch: firstOf(env.TAG_NAME)
        ? null
        : firstOf(
            requestBranchOf(env),
            env.BRANCH_NAME,
            env.GIT_LOCAL_BRANCH,
            env.GIT_BRANCH?.replace(/^origin\//, ''),
          ),
      tag: firstOf(env.TAG_NAME),
      revision: firstOf(env.GIT_COMMIT),
      pipeline: { id: run },
      workflow: { id: run, name: jobNameOf(env) },
      build: { id: `${run}#${name}`, name, url: firstOf(env.BUILD_URL), nodeIndex: 0 },
      commit: { subject: firstOf(env.CHANGE_TITLE), body: null, author: null },
      actor: env.CHANGE_AUTHOR ? { login: env.CHANGE_AUTHOR } : null,
      pullRequest: firstOf(env.CHANGE_URL),
      idToken: env.BUILDPASS_ID_TOKEN ? async () => env.BUILDPASS_ID_TOKEN ?? null : null,
      idTokenHint: 'Jenkins has no issuer of its own that the server knows: use BUILDPASS_TOKEN.',
    }
  },
}

/** The project's name: of a multibranch one JOB_NAME ends with the branch. */
function jobNameOf({ JOB_NAME = 'job', BRANCH_NAME }: Env): string {
  const segments = JOB_NAME.split('/')
  return (BRANCH_NAME && segments.length > 1 ? segments.at(-2) : segments.at(-1)) || 'job'
}

/** The branch of a change request; a fork's may be called as ours is, so its owner goes before it. */
function requestBranchOf({ CHANGE_BRANCH, CHANGE_FORK }: Env): string | null {
  return CHANGE_BRANCH && CHANGE_FORK ? `${CHANGE_FORK.split('/')[0]}:${CHANGE_BRANCH}` : firstOf(CHANGE_BRANCH)
}
