import { commandOutput } from './agent-command.ts'
import type { Ci } from './ci-job.ts'
import { attemptOf, firstOf, indexOf, slugOfRemote } from './words.ts'

// https://circleci.com/docs/reference/variables/
export const circleci: Ci = {
  name: 'CircleCI',
  isHere: (env) => env.CIRCLECI === 'true',
  job: (env) => {
    const { CIRCLE_PROJECT_USERNAME: org, CIRCLE_PROJECT_REPONAME: repo } = env
    const vcs = slugOfRemote(env.CIRCLE_REPOSITORY_URL)?.split('/')[0] ?? 'gh'
    const workflow = firstOf(env.CIRCLE_WORKFLOW_ID, env.CIRCLE_BUILD_NUM)
    const name = firstOf(env.BUILDPASS_JOB, env.CIRCLE_JOB) ?? 'job'
    return {
      ci: 'CircleCI',
      slug: slugOfRemote(env.CIRCLE_REPOSITORY_URL) ?? (org && repo ? `${vcs}/${org}/${repo}` : null),
      branch: firstOf(env.CIRCLE_TAG) ? null : firstOf(env.CIRCLE_BRANCH),
      tag: firstOf(env.CIRCLE_TAG),
      revision: firstOf(env.CIRCLE_SHA1),
      pipeline: { id: `circleci:pipeline:${firstOf(env.CIRCLE_PIPELINE_ID) ?? workflow}` },
      // The environment has the workflow's id, but not its name.
      workflow: { id: `circleci:workflow:${workflow}`, name: firstOf(env.BUILDPASS_WORKFLOW) ?? 'workflow' },
      build: {
        id: `circleci:job:${firstOf(env.CIRCLE_WORKFLOW_JOB_ID, env.CIRCLE_BUILD_NUM)}`,
        name,
        url: firstOf(env.CIRCLE_BUILD_URL),
        nodeIndex: indexOf(env.CIRCLE_NODE_INDEX),
        // A rerun has a higher number, but so has any later workflow: so it counts as an attempt only where the workflow's name is known.
        ...(env.BUILDPASS_WORKFLOW ? attemptOf(env.CIRCLE_BUILD_NUM) : {}),
      },
      commit: { subject: null, body: null, author: null },
      actor: env.CIRCLE_USERNAME ? { login: env.CIRCLE_USERNAME } : null,
      pullRequest: firstOf(env.CIRCLE_PULL_REQUEST),
      // The tokens in the environment are made out to CircleCI's organization; one for us has to be asked for.
      idToken: env.BUILDPASS_ID_TOKEN
        ? async () => env.BUILDPASS_ID_TOKEN ?? null
        : env.CIRCLE_OIDC_TOKEN_V2
          ? (audience) =>
              commandOutput('circleci', ['run', 'oidc', 'get', '--claims', JSON.stringify({ aud: audience })])
          : null,
      idTokenHint:
        'Give the job a context, and set BUILDPASS_ID_TOKEN if `circleci run oidc get` does not work there; or set BUILDPASS_TOKEN.',
    }
  },
}
