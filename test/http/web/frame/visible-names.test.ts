import { env } from 'cloudflare:workers'
import { eq } from 'drizzle-orm'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeShare } from '../../../../src/actions/make-share.ts'
import { INSTANCE } from '../../../../src/domain/access/actor.ts'
import { encodePath } from '../../../../src/domain/artifacts/artifact.ts'
import { importDataKeys } from '../../../../src/domain/formats/sealed-text.ts'
import { channelFor } from '../../../../src/domain/notices/dispatch-target.ts'
import { appendToLog } from '../../../../src/storage/logs/append-log.ts'
import { insertListener } from '../../../../src/storage/notices/listeners.ts'
import { audit, users } from '../../../../src/storage/schema/schema.ts'
import { deliveries, publishers, webhooks } from '../../../../src/storage/schema/schema-reporting.ts'
import { identities } from '../../../../src/storage/schema/schema-web.ts'
import { muteTest } from '../../../../src/storage/tests/answers/test-mutes.ts'
import { searchTests } from '../../../../src/storage/tests/answers/test-search.ts'
import { filled, PAGE_ROUTES, patternsOf } from '../../../support/api/route-paths.ts'
import { seedMember, seedProject, seedSession, seedToken, seedUser } from '../../../support/seed/seed.ts'
import { seedNotice } from '../../../support/seed/seed-notice.ts'
import { openTestApp, type TestApp } from '../../../support/worker/app.ts'
import { actsAs, replaceTestResults, reportBuild } from '../../../support/worker/as-instance.ts'
import { openTestStores, type TestStores } from '../../../support/worker/stores.ts'
import { reportOf, seedArtifact } from '../../../support/worker/world.ts'

const HIDDEN = '\u202e\u2066\u200b\u{e0061}'
const RAW = /[\u202e\u2066\u200b\u{e0061}]/u
const SHOWN = '␣U+202E␣U+2066␣U+200B␣U+E0061'
/** A name from outside that would read as another. */
const hostile = (name: string) => `${name}${HIDDEN}<b>"&`

const BRANCH = hostile('niam')

let stores: TestStores
let app: TestApp
let session: { readonly cookie: string }
let holes: Readonly<Record<string, string>>
let ids: Readonly<Record<string, string>>
let projectId: string
let shareLink = ''
let slug: string
let token: string

// Everything that anybody outside, or a person, may have written holds characters that do not show.
beforeAll(async () => {
  stores = await openTestStores()
  app = await openTestApp({ stores })
  const { db } = stores
  const project = await seedProject(db, { defaultBranch: BRANCH })
  const admin = await seedUser(db, { instanceRole: 'owner' })
  const member = await seedUser(db)
  for (const user of [admin, member])
    await db
      .update(users)
      .set({ name: hostile('Ada') })
      .where(eq(users.id, user.id))
  await seedMember(db, project, admin, 'admin')
  await seedMember(db, project, member, 'member')
  session = await seedSession(stores, admin)
  const person = { name: hostile('Ada'), login: hostile('ada'), email: hostile('a@b') }
  const build = await reportBuild(
    stores,
    project.id,
    reportOf({
      jobName: hostile('job'),
      status: 'failed',
      workflow: { externalId: 'w', name: hostile('flow') },
      pipeline: {
        branch: BRANCH,
        subject: hostile('subject'),
        body: hostile('body'),
        author: person,
        committer: person,
        actor: person,
      },
      steps: [
        {
          name: hostile('step'),
          actions: [
            {
              name: hostile('action'),
              type: 'test',
              index: 0,
              step: 0,
              status: hostile('failed'),
              start_time: null,
              end_time: null,
              run_time_millis: 1,
              bash_command: hostile('make'),
              exit_code: 1,
            },
          ],
        },
      ],
    }),
  )
  if (!('build' in build)) throw new Error('the build was not stored')
  await appendToLog(
    stores,
    { buildId: build.build.id, step: 0, stream: 'stdout' },
    {
      offset: 0,
      bytes: Uint8Array.from(new TextEncoder().encode(`${hostile('printed')}\n`)),
      isFinal: false,
      cutNewlines: null,
    },
    INSTANCE,
  )
  const file = `${hostile('folder')}/${hostile('file')}`
  await seedArtifact(stores, project, build.build, { path: file, text: 'x' })
  const share = await makeShare(
    stores,
    project,
    {
      thing: { kind: 'path', nodeIndex: 0, path: file },
      of: { kind: 'build', num: 1 },
      label: hostile('label'),
      showsName: true,
      expiresAt: stores.now() + 86_400_000,
      maxUses: null,
    },
    actsAs(admin.id),
  )
  shareLink = share.kind === 'made' ? `/s/${share.secret}` : ''
  await replaceTestResults(stores, build.build.id, hostile('report'), [
    {
      classname: hostile('Class'),
      name: hostile('name'),
      result: 'failure',
      runTimeSeconds: 0.5,
      message: hostile('message'),
      file: hostile('file.ts'),
      source: hostile('unit'),
    },
  ])
  const label = hostile('label')
  const own = await seedToken(stores, { kind: 'personal', user: admin, label })
  const projectToken = await seedToken(stores, { kind: 'project', project, scope: 'status', label })
  const limits = { branches: [hostile('main')], paths: [hostile('dist')] }
  const orgToken = await seedToken(stores, {
    ...{ kind: 'organization', user: admin, organization: project, scope: 'all', label, limits },
  })
  const at = { projectId: project.id, createdAt: stores.now() }
  const [webhookId, publisherId] = [crypto.randomUUID(), crypto.randomUUID()]
  await db.insert(webhooks).values({ id: webhookId, source: 'github', sealedSecret: 'x', createdBy: admin.id, ...at })
  const claims = { project_id: '7', ref: hostile('main') }
  await db
    .insert(publishers)
    .values({ id: publisherId, kind: 'gitlab', issuer: 'https://gitlab.com', claims, createdBy: admin.id, ...at })
  await db.insert(deliveries).values({
    projectId: project.id,
    source: 'github',
    event: hostile('event'),
    result: 'ignored',
    detail: hostile('detail'),
    at: stores.now(),
  })
  await db.insert(identities).values({
    provider: 'github',
    subject: crypto.randomUUID(),
    userId: admin.id,
    name: hostile('ada'),
    createdAt: stores.now(),
    lastUsedAt: stores.now(),
  })
  await db.insert(audit).values({
    at: stores.now(),
    action: 'token.created',
    userId: admin.id,
    projectId: project.id,
    subject: projectToken.id,
    detail: { label },
    from: hostile('203.0.113.7'),
  })
  projectId = project.id
  slug = `${project.vcs}/${project.org}/${project.repo}`
  token = own.secret
  const { tests } = await searchTests(db, project.id, '', { limit: 1 })
  const testId = tests[0]?.id ?? 0
  await muteTest(stores, project.id, { testId, reason: hostile('reason'), until: stores.now() + 86_400_000 }, INSTANCE)
  const keys = await importDataKeys(env.DATA_KEY)
  const listener = channelFor('slack', 'https://hooks.slack.example/x', {
    name: hostile('builds'),
    notices: ['test.flaky'],
  })
  const channel = await insertListener(stores, project.id, { listener, secret: 'x', keys }, actsAs(admin.id))
  await seedNotice(stores, {
    facts: { kind: 'test.flaky', test: { id: 1, name: hostile('shaky') }, failed: 3, runs: 9 },
    project,
    people: [admin],
  })
  ids = {
    notices: channel.kind === 'created' ? channel.listener.id : '',
    account: own.id,
    organizations: orgToken.id,
    instance: projectToken.id,
    api: projectToken.id,
    webhooks: webhookId,
    publishers: publisherId,
    tests: `${testId}`,
  }
  const { org, repo } = project
  holes = { vcs: 'gh', org, repo, num: '1', step: '0', login: member.login, node: '0', path: encodePath(file) }
})

/** What of a page people read, and what is done with the rest. */
function partsOf(html: string): { readonly read: string; readonly kept: string } {
  const attributes = / (?:value|href|src|action)="[^"]*"/g
  return { read: html.replace(attributes, ''), kept: (html.match(attributes) ?? []).join('') }
}

const PAGES = PAGE_ROUTES.filter(
  (name) => name.startsWith('GET ') && !/artifacts|report|raw|preview|github|:secret|sign-in/.test(name),
)

describe('a page with names that hide something', () => {
  it.each(PAGES)('shows it: %s', async (name) => {
    const [pattern = ''] = patternsOf(name).paths
    const kind =
      /\/(account|api|organizations|instance|webhooks|notices|publishers|tests)\/(?:api\/|tokens\/)?:id/.exec(
        pattern,
      )?.[1] ?? ''
    const path = filled(pattern, (hole) => (hole === 'id' ? (ids[kind] ?? '') : (holes[hole] ?? '')))
    const queries = ['', `?branch=${encodeURIComponent(BRANCH)}`, '?status=red', '?pipeline=1']
    for (const query of pattern.endsWith(':repo') || pattern.endsWith('badges') ? queries : ['']) {
      const response = await app.ask(path + query, { headers: { Cookie: session.cookie, Accept: 'text/html' } })
      expect([response.status, response.headers.get('Content-Type')]).toEqual([200, 'text/html; charset=utf-8'])
      const { read } = partsOf(await response.text())
      expect(RAW.exec(read)?.input.slice(read.search(RAW) - 80, read.search(RAW) + 20)).toBeUndefined()
    }
  })

  it('shows it wherever such a name stands', async () => {
    const shownOn = async (path: string) => {
      const response = await app.ask(path, { headers: { Cookie: session.cookie, Accept: 'text/html' } })
      return [...new Set((await response.text()).matchAll(/([\w.@]+)␣U\+202E␣U\+2066␣U\+200B␣U\+E0061&lt;b&gt;/g))]
        .map(([, word]) => word)
        .sort()
    }
    const build = new Set(await shownOn(`/${slug}/1`))
    for (const word of ['job', 'flow', 'niam', 'subject', 'step', 'folder', 'file', 'name', 'message'])
      expect([...build]).toContain(word)
    expect(new Set(await shownOn(`/${slug}`))).toEqual(new Set(['job', 'flow', 'niam', 'subject', 'Ada']))
    expect(await shownOn(`/${slug}/1/steps/0/log`)).toEqual(expect.arrayContaining(['step', 'printed']))
    for (const path of [`/${slug}/tests`, `/${slug}/tests/${ids.tests}`])
      expect(await shownOn(path)).toEqual(expect.arrayContaining(['Class', 'name', 'reason']))
    expect(await shownOn(`/${slug}/settings/api`)).toContain('label')
    expect(await shownOn(`/${slug}/settings/publishers`)).toContain('main')
    expect(await shownOn(`/${slug}/settings/webhooks`)).toContain('detail')
    expect(await shownOn('/notices')).toContain('shaky')
    expect(await shownOn(`/${slug}/settings/notices`)).toContain('builds')
    expect(await shownOn('/account')).toContain('ada')
    expect(await shownOn(`/${slug}/shares`)).toEqual(expect.arrayContaining(['folder', 'file', 'label']))
    expect(await shownOn(shareLink)).toContain('file')
  })

  it('writes beside a field what the field does not show', async () => {
    for (const path of [
      `/${slug}/settings`,
      `/${slug}/settings/badges?branch=${encodeURIComponent(hostile('main'))}`,
    ]) {
      const page = await (await app.ask(path, { headers: { Cookie: session.cookie } })).text()
      expect(page, path).toMatch(/It holds characters that a field does not show: [^<]*␣U\+202E/)
    }
  })

  it('sends back what the name really is', async () => {
    const page = await app.ask(`/${slug}`, { headers: { Cookie: session.cookie, Accept: 'text/html' } })
    const { kept } = partsOf(await page.text())
    expect(kept).toContain(`value="niam${HIDDEN}&lt;b&gt;&quot;&amp;"`)
    expect(kept).toContain(encodeURIComponent(BRANCH).replaceAll('&', '&amp;'))
    const found = await app.ask(`/${slug}?branch=${encodeURIComponent(BRANCH)}`, {
      headers: { Cookie: session.cookie, Accept: 'text/html' },
    })
    expect(await found.text()).toContain('subject␣U+202E')
  })
})

it('of branches that differ in a space at an end, each is another to the eye, and leads to itself', async () => {
  const other = reportOf({
    workflow: { externalId: 'w3', name: 'w' },
    pipeline: { externalId: 'p3', branch: 'trunk\u00a0' },
  })
  await reportBuild(stores, projectId, other)
  const page = await (await app.ask(`/${slug}/branches`, { headers: { Cookie: session.cookie } })).text()
  expect(page).toMatch(/branch=trunk%C2%A0">\s*trunk␣U\+00A0</)
})

describe('outside of pages such a name', () => {
  it('is shown in a badge, its title and its JSON form', async () => {
    for (const form of ['.svg?style=shield', '.svg?style=svg', '.json?x']) {
      const badge = `/${slug}/tree/${encodeURIComponent(BRANCH)}${form}&label=${encodeURIComponent(`dliub${HIDDEN}`)}`
      const text = await (await app.ask(badge, { token })).text()
      expect(text).toContain(`dliub${SHOWN}`)
      expect(text).not.toMatch(RAW)
    }
  })

  it('is shown in a CCTray feed, whose address leads to the true one', async () => {
    const branch = `rehto${HIDDEN}`
    const other = reportOf({ workflow: { externalId: 'w2', name: 'w' }, pipeline: { externalId: 'p2', branch } })
    await reportBuild(stores, projectId, other)
    for (const path of [`/${slug}.cc.xml`, `/${slug}/tree/${encodeURIComponent(branch)}.cc.xml`]) {
      const feed = await (await app.ask(path, { token })).text()
      expect(feed).toContain(`rehto${SHOWN}"`)
      expect(feed).toContain(`?branch=${encodeURIComponent(branch)}"`)
      expect(feed).not.toMatch(RAW)
    }
  })

  it('is what it is for programs, and shown where a browser saves a file under it', async () => {
    const builds = await app.ask(`/api/v1.1/project/${slug}/tree/${encodeURIComponent(BRANCH)}`, { token })
    expect(await builds.json()).toMatchObject([
      { branch: BRANCH, subject: hostile('subject'), workflows: { job_name: hostile('job') } },
    ])
    const artifacts = await app.ask(`/api/v1.1/project/${slug}/1/artifacts`, { token })
    const [{ path, url }] = (await artifacts.json()) as [{ path: string; url: string }]
    expect(path).toBe(`${hostile('folder')}/${hostile('file')}`)
    const link = await app.ask(url.slice('https://builds.test'.length), { token })
    const download = await app.ask((link.headers.get('Location') ?? '').slice('https://builds.test'.length))
    expect(download.headers.get('Content-Disposition')).toContain(
      `filename*=UTF-8''${encodeURIComponent(`file${SHOWN}<b>"&`)}`,
    )
    expect(await download.text()).toBe('x')
  })
})
