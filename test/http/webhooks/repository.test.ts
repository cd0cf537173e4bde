import { describe, expect, it } from 'vitest'
import { slugText } from '../../../src/domain/project.ts'
import type { WebhookSource } from '../../../src/domain/reporting/webhook-source.ts'
import { call, seedTenant, type Tenant } from '../../support/api/http.ts'
import {
  buildkiteJob,
  circleciGitlabJob,
  circleciJob,
  gitlabJob,
  gitlabPipeline,
  jenkinsRun,
} from '../../support/seed/ci-payloads.ts'
import { connect } from '../../support/sign/webhooks.ts'
import { visit } from '../../support/worker/visit.ts'

// A repository on a server of somebody's own: GitLab, GitHub Enterprise Server.

const HOST = 'git.example.com:8443'

function githubRun() {
  const repository = { full_name: 'acme/web', html_url: 'https://github.com/acme/web' }
  const run = {
    id: 11,
    run_number: 7,
    run_attempt: 1,
    name: 'CI',
    head_branch: 'main',
    head_sha: 'c0ffee',
    event: 'push',
  }
  const pull_requests = [{ number: 5, head: { sha: 'c0ffee' } }]
  const job = { id: 101, run_id: 11, run_attempt: 1, workflow_name: 'CI', head_branch: 'main', head_sha: 'c0ffee' }
  return {
    run: { action: 'requested', workflow_run: { ...run, status: 'queued', pull_requests }, repository },
    job: { action: 'queued', workflow_job: { ...job, name: 'test', status: 'queued', steps: [] }, repository },
  }
}

const CASES: readonly [WebhookSource, string, readonly [event: string, payload: unknown][]][] = [
  [
    'github',
    'gh',
    [
      ['workflow_run', githubRun().run],
      ['workflow_job', githubRun().job],
    ],
  ],
  ['gitlab', 'gl', [['Job Hook', gitlabJob()]]],
  ['gitlab', 'gl', [['Pipeline Hook', gitlabPipeline({}, [{ id: 1, name: 'test', status: 'running' }])]]],
  ['circleci', 'gh', [['job-completed', circleciJob()]]],
  ['circleci', 'gl', [['job-completed', circleciGitlabJob()]]],
  ['buildkite', 'gh', [['job.started', buildkiteJob('job.started', { state: 'running' })]]],
  ['jenkins', 'gh', [['STARTED', jenkinsRun()]]],
]

let count = 0
/** A project, and what a CI on a server of its own sends of it. */
async function seeded(vcs: string, host = HOST) {
  count += 1
  const org = `org${count}-${crypto.randomUUID().slice(0, 8)}`
  const tenant = await seedTenant(`${vcs}/${org}/web`, 'public')
  const hosted = (payload: unknown) =>
    JSON.parse(
      JSON.stringify(payload)
        .replaceAll('acme/web', `${org}/web`)
        .replaceAll(/(https?:\/\/)(?:github|gitlab)\.com/g, `$1${host}`)
        .replaceAll(/git@(?:github|gitlab)\.com/g, `git@${host.replace(/:.*/, '')}`),
    )
  return { tenant, hosted, url: new RegExp(`^https://git\\.example\\.com(:8443)?/${org}/web$`) }
}

async function addressesOf({ project, member }: Tenant) {
  const slug = `${project.vcs}/${project.org}/web`
  const read = async (path: string) => (await call('GET', path, { token: member })).body as never
  const [build] = (await read(`/api/v1.1/project/${slug}`)) as { vcs_url: string; build_num: number }[]
  const detail = (await read(`/api/v1.1/project/${slug}/${build?.build_num}`)) as {
    all_commit_details: { commit_url: string }[]
    pull_requests: { url: string }[]
  }
  const v2 = (await read(`/api/v2/project/${slug}`)) as { vcs_info: { vcs_url: string } }
  const { items } = (await read(`/api/v2/project/${slug}/pipeline`)) as {
    items: { vcs: { origin_repository_url: string; target_repository_url: string } }[]
  }
  const job = (await read(`/api/v2/project/${slug}/job/${build?.build_num}`)) as { project: { external_url: string } }
  return {
    repository: [
      build?.vcs_url,
      v2.vcs_info.vcs_url,
      items[0]?.vcs.origin_repository_url,
      items[0]?.vcs.target_repository_url,
      job.project.external_url,
    ],
    commit: detail.all_commit_details[0]?.commit_url ?? '',
    pulls: detail.pull_requests.map(({ url }) => url),
  }
}

describe.each(CASES)('what %s tells of a %s project', (source, vcs, events) => {
  it('keeps the host of its repository, wherever that is shown', async () => {
    const { tenant, hosted, url } = await seeded(vcs)
    const sender = await connect(tenant, source)
    for (const [event, payload] of events) expect((await sender.send(event, hosted(payload))).status).toBe(200)
    const { repository, commit, pulls } = await addressesOf(tenant)
    for (const address of repository) expect(address).toMatch(url)
    expect(commit.replace(/\/commit\/\w+$/, '')).toMatch(url)
    for (const pull of pulls) expect(pull).toMatch(/^https:\/\/git\.example\.com/)
    const { links } = await visit(`/${slugText(tenant.project)}`)
    expect(links.filter((link) => /^https:\/\/(?:github|gitlab)\.com/.test(link))).toEqual([])
    expect(links.some((link) => url.test(link))).toBe(true)
    expect(links.some((link) => url.test(link.replace(/\/commit\/\w+$/, '')))).toBe(true)
  })
})

// GitLab Docs, "Install GitLab under a relative URL".
describe.each(CASES.filter(([source]) => source === 'gitlab' || source === 'jenkins'))(
  'what %s tells of a %s project on a server whose pages have a root',
  (source, vcs, [[event, payload] = ['', null]]) => {
    const ROOT = 'git.example.com/gitlab/v2'

    it('keeps host and root, and is of one repository with what names no root', async () => {
      const { tenant, hosted } = await seeded(vcs, ROOT)
      const { org } = tenant.project
      const sender = await connect(tenant, source)
      const url = `https://${ROOT}/${org}/web`
      expect((await sender.send(event, hosted(payload))).status).toBe(200)
      const { repository, commit } = await addressesOf(tenant)
      expect(new Set(repository)).toEqual(new Set([url]))
      expect(commit).toContain(`${url}/`)
      const cloned = (path: string) => {
        const told = { ...buildkiteJob('job.started', { state: 'running' }) }
        return { ...told, pipeline: { ...told.pipeline, repository: `git@git.example.com:${path}.git` } }
      }
      const buildkite = await connect(tenant, 'buildkite')
      expect((await buildkite.send('job.started', cloned(`${org}/web`))).status).toBe(200)
      expect((await buildkite.send('job.started', cloned(`${org}/tools/web`))).status).toBe(422)
    })

    it('can be said by an admin', async () => {
      const { tenant } = await seeded(vcs, ROOT)
      const { project, admin } = tenant
      const repository_url = `https://${ROOT}/${project.org}/web`
      const say = (url: string) => call('PATCH', tenant.path, { token: admin, body: { repository_url: url } })
      expect((await say(repository_url)).body).toMatchObject({ repository_url })
      for (const other of [
        `https://${ROOT}/${project.org}x/web`,
        `https://${vcs === 'gl' ? 'gitlab' : 'github'}.com/gitlab/${project.org}/web`,
      ])
        expect((await say(other)).status).toBe(400)
    })
  },
)

// A slug has no place for a subgroup, so that several repositories have one.
describe.each(CASES)('what %s tells of a %s project', (source, vcs, events) => {
  const [[event, payload] = ['', null]] = events

  it.each([HOST, vcs === 'gl' ? 'gitlab.com' : 'github.com'])(
    'on %s is of the one repository told first',
    async (host) => {
      const { tenant, hosted } = await seeded(vcs, host)
      const { project, admin } = tenant
      const sender = await connect(tenant, source)
      const at = (path: string) => JSON.parse(JSON.stringify(hosted(payload)).replaceAll(`${project.org}/web`, path))
      const [whole, tools, other] = ['', 'tools/', 'other/'].map((group) => at(`${project.org}/${group}web`))
      const send = async (told: unknown) => (await sender.send(event, told)).status
      const forget = () => call('PATCH', tenant.path, { token: admin, body: { repository_url: null } })
      for (const first of [tools, whole, other]) {
        await forget()
        expect(await send(first)).toBe(200)
        for (const told of [whole, tools, other]) expect(await send(told)).toBe(told === first ? 200 : 422)
        const upper = JSON.stringify(first).replaceAll(/(\/)web\b/g, '$1WEB')
        expect(await send(JSON.parse(upper))).toBe(200)
      }
      const repository_url = `https://${host}/${project.org}/web`
      await call('PATCH', tenant.path, { token: admin, body: { repository_url } })
      expect(await send(tools)).toBe(422)
      expect(await send(whole)).toBe(200)
    },
  )
})

describe('the repository of a project', () => {
  const [source, vcs, [[event, payload] = ['', null]]] = ['gitlab', 'gl', [['Job Hook', gitlabJob()]]] as const

  it('stays where it was first told to be, or where an admin says', async () => {
    const { tenant, hosted } = await seeded(vcs)
    const sender = await connect(tenant, source)
    const { project, admin } = tenant
    await sender.send(event, hosted(payload))
    const told = `https://${HOST}/${project.org}/web`
    const shown = async () => ((await call('GET', tenant.path, { token: admin })).body as Shown).repository_url
    await sender.send(event, JSON.parse(JSON.stringify(hosted(payload)).replaceAll(HOST, 'mirror.example.com')))
    expect(await shown()).toBe(told)
    const own = `https://git.example.org/${project.org}/web`
    await call('PATCH', tenant.path, { token: admin, body: { repository_url: own } })
    await sender.send(event, hosted(payload))
    expect(await shown()).toBe(own)
    await call('PATCH', tenant.path, { token: admin, body: { repository_url: null } })
    await sender.send(event, hosted(payload))
    expect(await shown()).toBe(told)
  })

  it('is not learned from what is refused, nor where it is that of the slug', async () => {
    const { tenant, hosted } = await seeded(vcs, 'gitlab.com')
    const sender = await connect(tenant, source)
    const shown = async () => ((await call('GET', tenant.path, { token: tenant.admin })).body as Shown).repository_url
    const publicUrl = await shown()
    const own = JSON.parse(JSON.stringify(hosted(payload)).replaceAll('https://gitlab.com', 'https://git.example.com'))
    expect((await sender.send(event, own, { secret: 'another' })).status).toBe(401)
    const other = JSON.parse(JSON.stringify(own).replaceAll(tenant.project.org, 'other'))
    expect((await sender.send(event, other)).status).toBe(422)
    expect((await sender.send(event, hosted(payload))).status).toBe(200)
    expect(await shown()).toBe(publicUrl)
  })

  type Shown = { readonly repository_url: string }
})
