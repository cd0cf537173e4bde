import { wordTable } from '../../src/domain/formats/word-table.ts'
import type { Ci, Env } from './ci-job.ts'
import { firstOf, messageOf, slugOfRemote } from './words.ts'

const FORGES = wordTable<string>({ github: 'gh', gitlab: 'gl', bitbucket: 'bb', 'bitbucket-dc': 'bb' })

// https://woodpecker-ci.org/docs/usage/environment
export const woodpecker: Ci = {
  name: 'Woodpecker',
  isHere: (env) => env.CI === 'woodpecker',
  job: (env) => {
    const run = `woodpecker:${env.CI_REPO_REMOTE_ID ?? env.CI_REPO}:${env.CI_PIPELINE_NUMBER}`
    const name = firstOf(env.BUILDPASS_JOB, env.CI_STEP_NAME) ?? 'step'
    const workflow = firstOf(env.CI_WORKFLOW_NAME) ?? 'workflow'
    return {
      ci: 'Woodpecker',
      // A forge of another kind (Gitea, Forgejo) has no slug here: name it with BUILDPASS_PROJECT.
      slug: slugOfRemote(env.CI_REPO_URL, FORGES.get(env.CI_FORGE_TYPE ?? '') ?? null),
      branch: firstOf(env.CI_COMMIT_TAG) ? null : (requestBranchOf(env) ?? firstOf(env.CI_COMMIT_BRANCH)),
      tag: firstOf(env.CI_COMMIT_TAG),
      revision: firstOf(env.CI_COMMIT_SHA),
      pipeline: { id: run },
      workflow: { id: `${run}:${workflow}`, name: workflow },
      build: { id: `${run}:${workflow}:${name}`, name, url: firstOf(env.CI_PIPELINE_URL), nodeIndex: 0 },
      commit: {
        ...messageOf(env.CI_COMMIT_MESSAGE),
        author: env.CI_COMMIT_AUTHOR
          ? {
              login: env.CI_COMMIT_AUTHOR,
              ...(env.CI_COMMIT_AUTHOR_EMAIL ? { email: env.CI_COMMIT_AUTHOR_EMAIL } : {}),
            }
          : null,
      },
      actor: null,
      pullRequest:
        env.CI_COMMIT_PULL_REQUEST && env.CI_FORGE_TYPE === 'github'
          ? `${env.CI_REPO_URL}/pull/${env.CI_COMMIT_PULL_REQUEST}`
          : null,
      idToken: env.BUILDPASS_ID_TOKEN ? async () => env.BUILDPASS_ID_TOKEN ?? null : null,
      idTokenHint: 'Woodpecker issues no ID tokens: use BUILDPASS_TOKEN.',
    }
  },
}

/** The branch of a pull request. One with the name of its target comes from a fork, whose owner the environment does not have. */
function requestBranchOf(env: Env): string | null {
  const branch = firstOf(env.CI_COMMIT_SOURCE_BRANCH)
  const isOurs = branch !== env.CI_COMMIT_TARGET_BRANCH && branch !== env.CI_REPO_DEFAULT_BRANCH
  return branch && !isOurs ? `pull/${env.CI_COMMIT_PULL_REQUEST}:${branch}` : branch
}
