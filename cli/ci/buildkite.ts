import { commandOutput } from './agent-command.ts'
import type { Ci, Env } from './ci-job.ts'
import { attemptOf, firstOf, indexOf, messageOf, slugOfRemote } from './words.ts'

// https://buildkite.com/docs/pipelines/configure/environment-variables
export const buildkite: Ci = {
  name: 'Buildkite',
  isHere: (env) => env.BUILDKITE === 'true',
  job: (env) => {
    const name = firstOf(env.BUILDPASS_JOB, env.BUILDKITE_LABEL, env.BUILDKITE_STEP_KEY) ?? 'job'
    const pullRequest = env.BUILDKITE_PULL_REQUEST
    const isGithub = slugOfRemote(env.BUILDKITE_REPO)?.startsWith('gh/') ?? false
    return {
      ci: 'Buildkite',
      slug: slugOfRemote(env.BUILDKITE_REPO),
      branch: firstOf(env.BUILDKITE_TAG) ? null : firstOf(env.BUILDKITE_BRANCH),
      tag: firstOf(env.BUILDKITE_TAG),
      // A build of "the newest commit" says HEAD until its first job has looked.
      revision: env.BUILDKITE_COMMIT === 'HEAD' ? null : firstOf(env.BUILDKITE_COMMIT),
      pipeline: { id: `buildkite:build:${env.BUILDKITE_BUILD_ID}` },
      workflow: {
        id: `buildkite:build:${env.BUILDKITE_BUILD_ID}`,
        name: firstOf(env.BUILDKITE_PIPELINE_NAME, env.BUILDKITE_PIPELINE_SLUG) ?? 'pipeline',
      },
      build: {
        id: `buildkite:job:${env.BUILDKITE_JOB_ID}`,
        name,
        url: env.BUILDKITE_BUILD_URL ? `${env.BUILDKITE_BUILD_URL}#${env.BUILDKITE_JOB_ID}` : null,
        nodeIndex: indexOf(env.BUILDKITE_PARALLEL_JOB),
        ...attemptOf(env.BUILDKITE_RETRY_COUNT, 1),
      },
      commit: {
        ...messageOf(env.BUILDKITE_MESSAGE),
        author: env.BUILDKITE_BUILD_AUTHOR
          ? {
              name: env.BUILDKITE_BUILD_AUTHOR,
              ...(env.BUILDKITE_BUILD_AUTHOR_EMAIL ? { email: env.BUILDKITE_BUILD_AUTHOR_EMAIL } : {}),
            }
          : null,
      },
      actor: env.BUILDKITE_BUILD_CREATOR ? { name: env.BUILDKITE_BUILD_CREATOR } : null,
      pullRequest:
        isGithub && pullRequest && /^\d+$/.test(pullRequest)
          ? `https://github.com/${slugOfRemote(env.BUILDKITE_REPO)?.slice(3)}/pull/${pullRequest}`
          : null,
      idToken: env.BUILDPASS_ID_TOKEN
        ? async () => env.BUILDPASS_ID_TOKEN ?? null
        : (audience) =>
            commandOutput('buildkite-agent', ['oidc', 'request-token', '--audience', audience, ...claimsOf(env)]),
      idTokenHint:
        'The agent’s own command, buildkite-agent, must be on the PATH of the job and be allowed to ask; or set BUILDPASS_TOKEN.',
    }
  },
}

/** The ids, which a token has only when they are asked for; this option replaces the agent's variable. */
function claimsOf({ BUILDKITE_OIDC_TOKEN_CLAIMS = '' }: Env): readonly string[] {
  const more = BUILDKITE_OIDC_TOKEN_CLAIMS.split(',').filter((name) => name !== '')
  return [...new Set(['organization_id', 'pipeline_id', ...more])].flatMap((name) => ['--claim', name])
}
