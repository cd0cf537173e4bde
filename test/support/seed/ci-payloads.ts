// Payloads shaped to the vendors' public documents, complete as far as those are: GitLab Docs "Webhook events"
// (pipeline and job events), CircleCI Docs "Outbound webhooks reference", Buildkite Docs "Pipelines webhooks" with the
// build and job objects of "REST API", Jenkins "Notification" plugin (README, Phase, BuildState). Names are made up.

export const SHA = 'bcbb5ec396a2c0f828686f14fac9b80b780504f2'

type Over = Record<string, unknown>

const gitlabUser = {
  id: 1,
  name: 'Ada Lovelace',
  username: 'ada',
  avatar_url: 'https://gitlab.com/uploads/-/system/user/avatar/1/avatar.png',
  email: 'ada@example.com',
}

const gitlabProject = {
  id: 380,
  name: 'Web',
  description: 'The web site.',
  web_url: 'https://gitlab.com/acme/web',
  avatar_url: null,
  git_ssh_url: 'git@gitlab.com:acme/web.git',
  git_http_url: 'https://gitlab.com/acme/web.git',
  namespace: 'Acme',
  visibility_level: 20,
  path_with_namespace: 'acme/web',
  default_branch: 'main',
  ci_config_path: '',
}

const gitlabRunner = {
  id: 380987,
  description: 'shared-runners-manager-6.gitlab.com',
  runner_type: 'instance_type',
  active: true,
  is_shared: true,
  tags: ['linux', 'docker', 'shared-runner'],
}

export function gitlabPipelineJob(over: Over) {
  return {
    id: 1977,
    stage: 'test',
    name: 'test',
    status: 'created',
    created_at: '2026-11-24 15:23:28 UTC',
    started_at: null,
    finished_at: null,
    duration: null,
    queued_duration: null,
    failure_reason: null,
    when: 'on_success',
    manual: false,
    allow_failure: false,
    user: gitlabUser,
    runner: gitlabRunner,
    artifacts_file: { filename: null, size: null },
    environment: null,
    ...over,
  }
}

export function gitlabPipeline(attributes: Over = {}, builds: readonly Over[] = [], over: Over = {}) {
  return {
    object_kind: 'pipeline',
    object_attributes: {
      id: 2366,
      iid: 3,
      name: 'Merge checks',
      ref: 'main',
      tag: false,
      sha: SHA,
      before_sha: '3c6b7dcd0ac1a8d3a4a6d2d4c1a2ee4bd2e1e9a4',
      source: 'push',
      status: 'running',
      detailed_status: 'running',
      stages: ['build', 'test', 'deploy'],
      created_at: '2026-11-24 15:23:28 UTC',
      finished_at: null,
      duration: null,
      queued_duration: null,
      variables: [{ key: 'NESTOR_PROD_ENVIRONMENT', value: 'us-west-1' }],
      url: 'https://gitlab.com/acme/web/-/pipelines/2366',
      ...attributes,
    },
    merge_request: null,
    user: gitlabUser,
    project: gitlabProject,
    commit: {
      id: SHA,
      message: 'Sort the list\n\nIt was not.\n',
      title: 'Sort the list',
      timestamp: '2026-11-24T17:23:21+02:00',
      url: `https://gitlab.com/acme/web/-/commit/${SHA}`,
      author: { name: 'Ada Lovelace', email: 'ada@example.com' },
    },
    builds: builds.map(gitlabPipelineJob),
    ...over,
  }
}

export function gitlabJob(over: Over = {}) {
  return {
    object_kind: 'build',
    ref: 'main',
    tag: false,
    before_sha: '3c6b7dcd0ac1a8d3a4a6d2d4c1a2ee4bd2e1e9a4',
    sha: SHA,
    retries_count: 0,
    build_id: 1977,
    build_name: 'test',
    build_stage: 'test',
    build_status: 'created',
    build_created_at: '2026-11-24 15:23:28 UTC',
    build_started_at: null,
    build_finished_at: null,
    build_created_at_iso: '2026-11-24T15:23:28Z',
    build_started_at_iso: null,
    build_finished_at_iso: null,
    build_duration: null,
    build_queued_duration: 1095.588715,
    build_allow_failure: false,
    build_failure_reason: 'unknown_failure',
    pipeline_id: 2366,
    runner: gitlabRunner,
    project_id: 380,
    project_name: 'Acme / Web',
    user: gitlabUser,
    commit: {
      id: 2366,
      name: 'Merge checks',
      sha: SHA,
      message: 'Sort the list\n\nIt was not.\n',
      author_name: 'Ada Lovelace',
      author_email: 'ada@example.com',
      author_url: 'https://gitlab.com/ada',
      status: 'running',
      duration: null,
      started_at: null,
      finished_at: null,
    },
    repository: {
      name: 'Web',
      url: 'git@gitlab.com:acme/web.git',
      description: 'The web site.',
      homepage: 'https://gitlab.com/acme/web',
      git_http_url: 'https://gitlab.com/acme/web.git',
      git_ssh_url: 'git@gitlab.com:acme/web.git',
      visibility_level: 20,
    },
    project: gitlabProject,
    environment: null,
    ...over,
  }
}

const circleciCommon = {
  happened_at: '2026-11-24T22:49:34.279Z',
  webhook: { id: 'cf8c4fdd-0587-4da1-b4ca-4846e9640af9', name: 'Buildpass' },
  project: { id: '84996744-a854-4f5e-aea3-04e2851dc1d2', name: 'web', slug: 'github/acme/web' },
  organization: { id: 'f22b6566-597d-46d5-ba74-99ef5bb3d85c', name: 'acme' },
  pipeline: {
    id: '1285fe1d-d3a6-44fc-8886-8979558254c4',
    number: 130,
    created_at: '2026-11-24T22:49:03.544Z',
    trigger: { type: 'webhook' },
    vcs: {
      provider_name: 'github',
      origin_repository_url: 'https://github.com/acme/web',
      target_repository_url: 'https://github.com/acme/web',
      revision: SHA,
      commit: {
        subject: 'Sort the list',
        body: 'It was not.',
        author: { name: 'Ada Lovelace', email: 'ada@example.com' },
        authored_at: '2026-11-24T22:48:53Z',
        committer: { name: 'GitHub', email: 'noreply@github.com' },
        committed_at: '2026-11-24T22:48:53Z',
      },
      branch: 'main',
    },
  },
}

export const CIRCLECI_WORKFLOW_URL =
  'https://app.circleci.com/pipelines/github/acme/web/130/workflows/fda08377-fe7e-46b1-8992-3a7aaecac9c3'

export function circleciWorkflow(over: Over = {}) {
  return {
    id: '3888f21b-eaa7-38e3-8f3d-75a63bba8895',
    type: 'workflow-completed',
    ...circleciCommon,
    workflow: {
      id: 'fda08377-fe7e-46b1-8992-3a7aaecac9c3',
      name: 'build-test-deploy',
      created_at: '2026-11-24T22:49:03.616Z',
      stopped_at: '2026-11-24T22:49:34.170Z',
      url: CIRCLECI_WORKFLOW_URL,
      status: 'success',
    },
    ...over,
  }
}

export function circleciJob(job: Over = {}, over: Over = {}) {
  return {
    id: '8bd71c28-4969-3677-8940-3e3a61c46660',
    type: 'job-completed',
    ...circleciCommon,
    workflow: {
      id: 'fda08377-fe7e-46b1-8992-3a7aaecac9c3',
      name: 'build-test-deploy',
      created_at: '2026-11-24T22:49:03.616Z',
      stopped_at: '2026-11-24T22:49:34.170Z',
      url: CIRCLECI_WORKFLOW_URL,
    },
    job: {
      id: '8b91f9a8-7975-4e60-916c-f0152ccbc937',
      name: 'test',
      started_at: '2026-11-24T22:49:28.841Z',
      stopped_at: '2026-11-24T22:49:34.170Z',
      status: 'success',
      number: 136,
      ...job,
    },
    ...over,
  }
}

/** As CircleCI tells of projects on GitLab, and likewise on its GitHub App: ids for a slug, the source as parameters. */
export function circleciGitlabJob() {
  const { pipeline: _, ...common } = circleciCommon
  return {
    ...circleciJob(),
    ...common,
    project: {
      id: '2a68fe5f-2fe5-4d4f-91e1-15f111116743',
      name: 'web',
      slug: 'circleci/DdaVtNusHqi24D4YT3X4eu/6EkDPZoN4ZdMKKZtBkRodt',
    },
    pipeline: {
      id: '37c74cb7-d64d-4032-8731-1cb95bfef921',
      number: 1,
      created_at: '2026-11-24T11:10:18.804Z',
      trigger: { type: 'gitlab' },
      trigger_parameters: {
        gitlab: {
          web_url: 'https://gitlab.com/acme/web',
          commit_author_name: 'Ada Lovelace',
          user_id: '9534789',
          user_name: 'Ada',
          user_username: 'ada',
          branch: 'main',
          commit_title: 'Sort the list',
          commit_message: 'Sort the list\n\nIt was not.',
          total_commits_count: '1',
          repo_url: 'git@gitlab.com:acme/web.git',
          user_avatar: 'https://secure.gravatar.com/avatar',
          type: 'push',
          project_id: '33852820',
          ref: 'refs/heads/main',
          repo_name: 'web',
          commit_author_email: 'ada@example.com',
          checkout_sha: SHA,
          commit_timestamp: '2026-11-24T11:10:16+00:00',
          commit_sha: SHA,
        },
        git: {
          tag: '',
          checkout_sha: SHA,
          ref: 'refs/heads/main',
          branch: 'main',
          checkout_url: 'git@gitlab.com:acme/web.git',
        },
        circleci: {
          event_time: '2026-11-24T11:10:18.349Z',
          actor_id: '6a19122c-40e0-4d56-a875-aac6ccc27700',
          event_type: 'push',
          trigger_type: 'gitlab',
        },
      },
    },
  }
}

/** As CircleCI tells of projects on its GitHub App: a title beside the whole message. */
export function circleciGithubAppJob() {
  return {
    ...circleciGitlabJob(),
    pipeline: {
      id: '5c8229b0-194a-4942-bddd-2b6a40c5ab35',
      number: 5,
      created_at: '2026-11-24T11:10:18.804Z',
      trigger: { type: 'api' },
      trigger_parameters: {
        github_app: {
          commit_author_name: 'Ada Lovelace',
          owner: 'acme',
          full_ref: 'refs/heads/main',
          forced: 'false',
          user_username: 'ada',
          branch: 'main',
          commit_title: 'Sort the list',
          repo_url: 'https://github.com/acme/web',
          ref: 'main',
          repo_name: 'web',
          commit_author_email: 'ada@example.com',
          commit_sha: SHA,
        },
        git: {
          commit_author_name: 'Ada Lovelace',
          repo_owner: 'acme',
          branch: 'main',
          commit_message: 'Sort the list\n\nIt was not.',
          repo_url: 'https://github.com/acme/web',
          ref: 'refs/heads/main',
          author_avatar_url: '',
          checkout_url: '',
          author_login: 'ada',
          repo_name: 'web',
          commit_author_email: 'ada@example.com',
          checkout_sha: SHA,
          default_branch: 'main',
        },
        circleci: {
          event_time: '2026-11-24 11:10:18.361740256 +0000 UTC',
          provider_actor_id: '864c50f3-d0b6-4929-a524-036d3cd4e23f',
          actor_id: '864c50f3-d0b6-4929-a524-036d3cd4e23f',
          event_type: 'create pipeline run api',
          trigger_type: 'github_app',
        },
        webhook: { body: '{}' },
      },
    },
  }
}

const buildkiteSender = { id: '8a7693f8-dbae-4783-9137-84090fce9045', name: 'Ada Lovelace' }

const buildkitePipeline = {
  id: '849411f9-9e6d-4739-a0d8-e247088e9b52',
  graphql_id: 'UGlwZWxpbmUtLS04NDk0MTFmOQ==',
  url: 'https://api.buildkite.com/v2/organizations/acme/pipelines/web',
  web_url: 'https://buildkite.com/acme/web',
  name: 'Web',
  slug: 'web',
  description: null,
  repository: 'git@github.com:acme/web.git',
  default_branch: 'main',
  provider: { id: 'github', webhook_url: 'https://webhook.buildkite.com/deliver/xxx' },
  visibility: 'private',
}

export function buildkiteBuild(build: Over = {}, over: Over = {}) {
  return {
    event: 'build.running',
    build: {
      id: 'f62a1b4d-10f9-4790-bc1c-e2c3a0c80983',
      graphql_id: 'QnVpbGQtLS1mNjJhMWI0ZA==',
      url: 'https://api.buildkite.com/v2/organizations/acme/pipelines/web/builds/17',
      web_url: 'https://buildkite.com/acme/web/builds/17',
      number: 17,
      state: 'running',
      blocked: false,
      cancel_reason: null,
      message: 'Sort the list\n\nIt was not.',
      commit: SHA,
      branch: 'main',
      tag: null,
      source: 'webhook',
      author: { username: 'ada', name: 'Ada Lovelace', email: 'ada@example.com' },
      creator: {
        id: '3d3c3bf0-7d58-4afe-8fe7-b3017d5504de',
        graphql_id: 'VXNlci0tLTNkM2MzYmYw',
        name: 'Ada Lovelace',
        email: 'ada@example.com',
        avatar_url: 'https://www.gravatar.com/avatar/e14f55d3f939977cecbf51b64ff6f861',
        created_at: '2025-05-22T12:36:45.309Z',
      },
      created_at: '2026-11-24T12:26:45.309Z',
      scheduled_at: '2026-11-24T12:26:45.309Z',
      started_at: '2026-11-24T12:27:00.000Z',
      finished_at: null,
      meta_data: {},
      pull_request: null,
      rebuilt_from: null,
      ...build,
    },
    pipeline: buildkitePipeline,
    sender: buildkiteSender,
    ...over,
  }
}

export function buildkiteJob(event: string, job: Over = {}, build: Over = {}, over: Over = {}) {
  return {
    ...buildkiteBuild(build),
    event,
    job: {
      id: 'b63254c0-3271-4a98-8270-7cfbd6c2f14e',
      graphql_id: 'Sm9iLS0tMTQ4YWQ0',
      type: 'script',
      name: 'Test',
      step_key: 'test',
      agent_query_rules: ['queue=default'],
      state: 'scheduled',
      web_url: 'https://buildkite.com/acme/web/builds/17#b63254c0-3271-4a98-8270-7cfbd6c2f14e',
      log_url: 'https://api.buildkite.com/v2/organizations/acme/pipelines/web/builds/17/jobs/b63254c0/log',
      command: 'make test',
      soft_failed: false,
      exit_status: null,
      artifact_paths: '',
      agent: null,
      created_at: '2026-11-24T12:26:46.000Z',
      scheduled_at: '2026-11-24T12:26:46.000Z',
      runnable_at: '2026-11-24T12:26:46.000Z',
      started_at: null,
      finished_at: null,
      retried: false,
      retried_in_job_id: null,
      retries_count: null,
      retry_type: null,
      parallel_group_index: null,
      parallel_group_total: null,
      matrix: null,
      ...job,
    },
    ...over,
  }
}

export function jenkinsRun(build: Over = {}, scm: Over = {}, over: Over = {}) {
  return {
    name: 'web',
    display_name: 'web',
    url: 'job/folder/job/web/',
    build: {
      full_url: 'https://jenkins.example.com/job/folder/job/web/18/',
      number: 18,
      queue_id: 10,
      timestamp: '2026-11-24T15:00:00.100+00:00',
      duration: 0,
      phase: 'STARTED',
      url: 'job/folder/job/web/18/',
      scm: {
        url: 'https://github.com/acme/web.git',
        branch: 'origin/main',
        commit: SHA,
        changes: ['src/list.ts'],
        culprits: ['ada'],
        ...scm,
      },
      log: '',
      notes: '',
      artifacts: {
        'web.tar': { archive: 'https://jenkins.example.com/job/folder/job/web/18/artifact/web.tar' },
      },
      test_summary: { total: 3, failed: 0, skipped: 1, passed: 2, failed_tests: [] },
      ...build,
    },
    ...over,
  }
}
