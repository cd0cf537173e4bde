import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findCiJob } from '../../cli/ci/ci.ts'
import type { Env } from '../../cli/ci/ci-job.ts'
import { findJob, reportBody } from '../../cli/ci/job.ts'
import { personOf, slugOfRemote } from '../../cli/ci/words.ts'
import { reportInput } from '../../src/http/buildpass/builds/report-input.ts'
import { BUILDKITE, CIRCLECI, GITHUB, GITLAB, JENKINS, SHA, WOODPECKER } from '../support/seed/ci-environments.ts'

let folder: string
const eventFile = (name: string, event: unknown) => {
  const file = join(folder, `${name}.json`)
  writeFileSync(file, JSON.stringify(event))
  return file
}
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'buildpass-ci-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const cases: [string, Env, object][] = [
  [
    'GitHub Actions',
    GITHUB,
    {
      slug: 'gh/octocat/Hello-World',
      branch: 'feature/x',
      tag: null,
      revision: SHA,
      workflow: { id: 'github:run:1658821493.1', name: 'CI' },
      build: {
        id: 'github:run:1658821493.1:test',
        name: 'test',
        url: 'https://github.com/octocat/Hello-World/actions/runs/1658821493',
      },
      actor: { login: 'octocat' },
      idToken: null,
    },
  ],
  [
    'GitHub Actions, of a tag',
    { ...GITHUB, GITHUB_REF_TYPE: 'tag', GITHUB_REF_NAME: 'v1' },
    { branch: null, tag: 'v1' },
  ],
  [
    'GitLab CI',
    GITLAB,
    {
      slug: 'gl/acme/web',
      branch: 'main',
      revision: SHA,
      pipeline: { id: 'gitlab:pipeline:1000' },
      build: { id: 'gitlab:job:2000', name: 'test 2/3', nodeIndex: 1 },
      commit: { subject: 'Add x', body: 'Because y.', author: { name: 'Ada Lovelace', email: 'ada@example.com' } },
    },
  ],
  [
    'GitLab CI, of a merge request',
    {
      ...GITLAB,
      CI_COMMIT_BRANCH: undefined,
      CI_MERGE_REQUEST_IID: '7',
      CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: 'topic',
      CI_MERGE_REQUEST_PROJECT_URL: 'https://gitlab.com/acme/web',
    },
    { branch: 'topic', pullRequest: 'https://gitlab.com/acme/web/-/merge_requests/7' },
  ],
  ['GitLab CI, in a subgroup', { ...GITLAB, CI_PROJECT_PATH: 'acme/team/web' }, { slug: null }],
  [
    'CircleCI',
    CIRCLECI,
    {
      slug: 'gh/acme/web',
      branch: 'main',
      pipeline: { id: 'circleci:pipeline:b3b0e7c2' },
      workflow: { id: 'circleci:workflow:d4e1', name: 'workflow' },
      build: { id: 'circleci:job:c9f2', name: 'build', url: 'https://circleci.com/gh/acme/web/7', nodeIndex: 1 },
    },
  ],
  [
    'Buildkite',
    BUILDKITE,
    {
      slug: 'gh/acme/web',
      branch: 'main',
      tag: null,
      revision: SHA,
      workflow: { name: 'web' },
      build: { id: 'buildkite:job:e44f9784-e20e-4b93-a21d-f41fd5869db9', name: ':hammer: Tests', nodeIndex: 3 },
      pullRequest: null,
    },
  ],
  ['CircleCI, of a named workflow', { ...CIRCLECI, BUILDPASS_WORKFLOW: 'ci' }, { build: { attempt: 7 } }],
  ['Buildkite, of a retry', { ...BUILDKITE, BUILDKITE_RETRY_COUNT: '1' }, { build: { attempt: 2 } }],
  ['Buildkite, before it has looked', { ...BUILDKITE, BUILDKITE_COMMIT: 'HEAD' }, { revision: null }],
  [
    'Jenkins',
    JENKINS,
    {
      slug: 'gh/acme/web',
      branch: 'feature/x',
      revision: SHA,
      workflow: { name: 'web' },
      build: { id: `jenkins:${JENKINS.BUILD_URL}#Test`, name: 'Test' },
    },
  ],
  [
    'Jenkins, of a change request',
    { ...JENKINS, BRANCH_NAME: 'PR-7', CHANGE_BRANCH: 'topic', CHANGE_URL: 'https://github.com/acme/web/pull/7' },
    { branch: 'topic', pullRequest: 'https://github.com/acme/web/pull/7' },
  ],
  [
    'Jenkins, a plain job',
    { ...JENKINS, JOB_NAME: 'web', BRANCH_NAME: undefined, STAGE_NAME: undefined, GIT_BRANCH: 'origin/main' },
    { branch: 'main', build: { name: 'web' } },
  ],
  [
    'Woodpecker',
    WOODPECKER,
    {
      slug: 'gh/acme/web',
      branch: 'main',
      revision: SHA,
      pipeline: { id: 'woodpecker:82:8' },
      workflow: { name: 'release' },
      build: { id: 'woodpecker:82:8:release:build package', name: 'build package' },
    },
  ],
  [
    'Woodpecker, on a forge that has no slug here',
    { ...WOODPECKER, CI_FORGE_TYPE: 'gitea', CI_REPO_URL: 'https://git.example.com/acme/web' },
    { slug: null },
  ],
]

describe('the environment of a job', () => {
  it.each(cases)('of %s', (name, env, expected) => {
    expect(findCiJob(env)).toMatchObject({ ci: name.split(',')[0], ...expected })
  })

  it.each(cases.filter(([name]) => !/slug|subgroup|looked/.test(name)))(
    'of %s is all that a report needs',
    async (_, env) => {
      const body = reportBody(await findJob({}, env))
      expect(body.external_id.length).toBeLessThanOrEqual(200)
      expect(JSON.stringify(body)).not.toContain('undefined')
    },
  )

  it('of a pull request on GitHub names its branch, its commit, and what belongs together', () => {
    const event = {
      pull_request: {
        title: 'Add x',
        html_url: 'https://github.com/octocat/Hello-World/pull/7',
        head: { sha: 'b'.repeat(40) },
      },
    }
    const env = {
      ...GITHUB,
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_REF: 'refs/pull/7/merge',
      GITHUB_REF_NAME: '7/merge',
      GITHUB_HEAD_REF: 'topic',
      GITHUB_EVENT_PATH: eventFile('pr', event),
    }
    const job = findCiJob(env)
    expect(job).toMatchObject({
      branch: 'topic',
      revision: 'b'.repeat(40),
      commit: { subject: 'Add x' },
      pullRequest: event.pull_request.html_url,
    })
    const otherWorkflow = findCiJob({ ...env, GITHUB_RUN_ID: '2', GITHUB_WORKFLOW: 'Lint' })
    expect(otherWorkflow?.pipeline).toEqual(job?.pipeline)
    expect(otherWorkflow?.workflow).not.toEqual(job?.workflow)
  })

  it.each<[string, Env, string]>([
    [
      'GitHub Actions',
      {
        ...GITHUB,
        GITHUB_EVENT_NAME: 'pull_request_target',
        GITHUB_HEAD_REF: 'main',
        GITHUB_EVENT_PATH: 'fork',
      },
      'mallory:main',
    ],
    [
      'GitLab CI',
      {
        ...GITLAB,
        CI_COMMIT_BRANCH: undefined,
        CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: 'main',
        CI_MERGE_REQUEST_SOURCE_PROJECT_PATH: 'mallory/web',
      },
      'mallory:main',
    ],
    ['Jenkins', { ...JENKINS, BRANCH_NAME: 'PR-7', CHANGE_BRANCH: 'main', CHANGE_FORK: 'mallory' }, 'mallory:main'],
    [
      'Woodpecker',
      {
        ...WOODPECKER,
        CI_COMMIT_SOURCE_BRANCH: 'main',
        CI_COMMIT_TARGET_BRANCH: 'main',
        CI_COMMIT_PULL_REQUEST: '7',
      },
      'pull/7:main',
    ],
  ])('of %s never takes a fork’s branch for ours', (_, env, branch) => {
    const head = { sha: SHA, repo: { full_name: 'mallory/Hello-World', owner: { login: 'mallory' } } }
    const file = eventFile('fork', { pull_request: { head } })
    expect(findCiJob({ ...env, ...(env.GITHUB_EVENT_PATH ? { GITHUB_EVENT_PATH: file } : {}) })).toMatchObject({
      branch,
    })
  })

  it('of a re-run on GitHub is another build of the same pipeline', () => {
    const again = findCiJob({ ...GITHUB, GITHUB_RUN_ATTEMPT: '2' })
    expect(again?.pipeline).toEqual(findCiJob(GITHUB)?.pipeline)
    expect(again?.build.id).not.toBe(findCiJob(GITHUB)?.build.id)
  })

  it('of no CI is nothing', () => {
    expect(findCiJob({ CI: 'true', HOME: '/root' })).toBeNull()
  })
})

describe('what a person says', () => {
  it('comes before the environment', async () => {
    const job = await findJob({ branch: 'other', job: 'test (22)' }, GITHUB)
    expect(job).toMatchObject({ branch: 'other', tag: null, build: { name: 'test (22)' } })
    expect(job.build.id).toContain('test (22)')
    expect(await findJob({}, { ...GITHUB, BUILDPASS_TAG: 'v2' })).toMatchObject({ branch: null, tag: 'v2' })
  })

  it('is sent with the attempt, where the CI counts them', async () => {
    const sent = async (env: Env) => reportBody(await findJob({}, env)).job
    expect(await sent({ ...CIRCLECI, BUILDPASS_WORKFLOW: 'ci' })).toEqual({ name: 'build', attempt: 7 })
    expect(await sent(CIRCLECI)).toEqual({ name: 'build' })
    expect(await sent({ ...BUILDKITE, BUILDKITE_RETRY_COUNT: '0' })).toEqual({ name: ':hammer: Tests', attempt: 1 })
  })

  it('is one pipeline and one workflow for each id, outside of any CI', async () => {
    const idsOf = async (options: object, env: Env = {}) => {
      const { pipeline, workflow } = await findJob({ branch: 'main', revision: 'f00', ...options }, env)
      return [pipeline.id, workflow.id]
    }
    expect(await idsOf({ id: 'x' })).toEqual(await idsOf({ id: 'x' }))
    expect(await idsOf({ id: 'x' })).toEqual(await idsOf({}, { BUILDPASS_ID: 'x' }))
    expect(await idsOf({ id: 'x' })).not.toEqual(await idsOf({ id: 'y' }))
    expect(await idsOf({})).not.toEqual(await idsOf({}))
  })

  it('is asked for when nothing tells it', async () => {
    const job = await findJob({}, { ...BUILDKITE, BUILDKITE_COMMIT: 'HEAD' })
    expect(() => reportBody(job)).toThrow('Which commit')
  })
})

it.each([
  ['git@github.com:acme/web.git', 'gh/acme/web'],
  ['https://github.com/acme/web', 'gh/acme/web'],
  ['https://user:secret@github.com/acme/web.git', 'gh/acme/web'],
  ['ssh://git@github.com:22/acme/web.git', 'gh/acme/web'],
  ['git@gitlab.example.com:acme/web.git', 'gl/acme/web'],
  ['https://bitbucket.org/acme/web/', 'bb/acme/web'],
  ['https://git.example.com/acme/web', null],
  ['https://gitlab.com/acme/team/web', null],
  ['', null],
])('reads the remote %j as %j', (remote, slug) => {
  expect(slugOfRemote(remote)).toBe(slug)
})

it.each([
  ['Ada Lovelace <ada@example.com>', { name: 'Ada Lovelace', email: 'ada@example.com' }],
  ['<ada@example.com>', { email: 'ada@example.com' }],
  ['Ada', { name: 'Ada' }],
  ['', null],
])('reads the author %j', (text, person) => {
  expect(personOf(text)).toEqual(person)
})

describe('a report that the command makes', () => {
  const systems = { BUILDKITE, CIRCLECI, GITHUB, GITLAB, JENKINS, WOODPECKER }
  const odd = `${'x'.repeat(5_000)}\u0007\ud800`
  it.each(Object.entries(systems))(
    'is one that the server takes, whatever %s says and at whatever length',
    async (_, env) => {
      const own = ['BUILDPASS_JOB', 'BUILDPASS_WORKFLOW', 'BUILDPASS_BRANCH', 'BUILDPASS_REVISION', 'BUILDPASS_ID']
      for (const name of [...Object.keys(env), ...own]) {
        const told: Env = { ...env, [name]: `${(env as Env)[name] ?? ''}${odd}` }
        if (!findCiJob(told)) continue
        const body = { ...reportBody(await findJob({}, told)), status: 'running' }
        expect(v.safeParse(reportInput(), body).issues, name).toBeUndefined()
      }
    },
  )

  it('is one that the server takes, whatever the event of GitHub says', async () => {
    const head_commit = {
      message: `${odd}\n${'y'.repeat(30_000)}${odd}`,
      author: { name: odd, email: odd, username: odd },
    }
    const event = { head_commit, pull_request: { html_url: `https://github.com/${odd}`, head: { sha: odd } } }
    const told = { ...GITHUB, GITHUB_EVENT_PATH: eventFile('odd', event) }
    const body = { ...reportBody(await findJob({}, told)), status: 'running' }
    expect(v.safeParse(reportInput(), body).issues).toBeUndefined()
  })

  it('keeps two jobs of long names apart', async () => {
    const named = async (job: string) => reportBody(await findJob({ job: 'x'.repeat(300) + job }, GITHUB))
    const [one, other] = [await named('1'), await named('2')]
    expect(one.job.name).not.toBe(other.job.name)
    expect(one.external_id).not.toBe(other.external_id)
  })
})
