import { describe, expect, it } from 'vitest'
import { slugText } from '../../../../src/domain/project.ts'
import { findBuildId } from '../../../../src/storage/builds/builds.ts'
import { seedMember, seedProject, seedSession, seedToken, seedUser } from '../../../support/seed/seed.ts'
import { seedManyArtifacts } from '../../../support/seed/seed-many.ts'
import { type RunSeed, seedRun } from '../../../support/seed/seed-runs.ts'
import { openTestApp } from '../../../support/worker/app.ts'
import { replaceTestResults } from '../../../support/worker/as-instance.ts'
import { ask, ORIGIN } from '../../../support/worker/client.ts'
import { openTestStores } from '../../../support/worker/stores.ts'
import { visit } from '../../../support/worker/visit.ts'
import { seedArtifact } from '../../../support/worker/world.ts'

type Setup = { visibility?: 'private' | 'public'; role?: 'admin' | 'member' | 'none'; defaultBranch?: string }

/** A project, and somebody signed in who belongs to it. */
async function open({ visibility = 'private', role = 'member', defaultBranch = 'main' }: Setup = {}) {
  const stores = await openTestStores()
  const project = await seedProject(stores.db, { visibility, defaultBranch })
  const user = await seedUser(stores.db)
  if (role !== 'none') await seedMember(stores.db, project, user, role)
  const { cookie } = await seedSession(stores, user)
  const path = `/${slugText(project)}`
  return { stores, project, user, cookie, path }
}

const HOSTILE = `"><script>alert(1)</script>'&amp;`

describe('the dashboard', () => {
  it('says to whoever is not signed in what this is, and where to sign in', async () => {
    const { status, text, links } = await visit('/')
    expect(status).toBe(200)
    expect(text).toContain('Build status and artifacts')
    expect(links).toContain('/sign-in')
  })

  it('shows my projects with the state of the default branch, and nobody else’s', async () => {
    const { stores, project, cookie, path } = await open()
    const theirs = await seedProject(stores.db, { visibility: 'public' })
    await seedRun(stores, theirs, { subject: 'Theirs' })
    await seedRun(stores, project, { branch: 'develop', status: 'success', subject: 'Elsewhere' })
    await seedRun(stores, project, { status: 'failed', subject: 'Break it', durationMs: 90_000 })
    const { text, links, html } = await visit('/', cookie)
    expect(text).toContain(`${project.org}/ ${project.repo} private`)
    expect(text).toContain('Failed main')
    expect(text).toContain('#2 Break it')
    expect(text).not.toMatch(/Elsewhere|Theirs/)
    expect(links).toEqual(expect.arrayContaining([path, `${path}?branch=main`, `${path}?pipeline=2`]))
    expect(html).toContain('aria-label="Durations of ci on main: 1 run, 0 passed, 1 failed; median 1m 30s')
    expect(html).not.toContain('data-live')
  })

  it('keeps the last result while a newer pipeline runs, and follows that', async () => {
    const { stores, project, cookie } = await open()
    await seedRun(stores, project, { status: 'success' })
    await seedRun(stores, project, { status: 'running' })
    const { text, html } = await visit('/', cookie)
    expect(text).toContain('Passed main Running')
    expect(html).toContain('id="projects" class="projects" data-live="/live"')
    const part = await visit('/live', cookie)
    expect(part.html).toMatch(/^<title>Projects · Buildpass<\/title><div id="projects"/)
    expect(part.html).not.toMatch(/<html|<form/)
    expect((await visit('/live')).status).toBe(303)
  })

  it('shows the gear to admins alone', async () => {
    for (const role of ['admin', 'member'] as const) {
      const { cookie, path } = await open({ role })
      expect((await visit('/', cookie)).links.includes(`${path}/settings`)).toBe(role === 'admin')
      expect((await visit(path, cookie)).links.includes(`${path}/settings`)).toBe(role === 'admin')
    }
  })

  it('tells a newcomer the commands, and they work', async () => {
    const stores = await openTestStores()
    const owner = await seedUser(stores.db, { instanceRole: 'owner' })
    const { secret } = await seedToken(stores, { kind: 'personal', user: owner })
    const { text } = await visit('/', (await seedSession(stores, owner)).cookie)
    const slug = `gh/${owner.login}/my-project`
    const bodies = bodiesIn(text)
    expect(text).toContain(`curl -X POST '${ORIGIN}/api/buildpass/v1/projects' \\`)
    expect(text).toContain(`curl -X POST '${ORIGIN}/api/buildpass/v1/projects/${slug}/builds' \\`)
    const paths = ['/api/buildpass/v1/projects', `/api/buildpass/v1/projects/${slug}/builds`]
    for (const [index, path] of paths.entries())
      expect((await ask(path, { method: 'POST', token: secret, json: bodies[index] })).status).toBe(201)
  })
})

describe('the project page', () => {
  it('shows pipelines with their workflows and builds, newest first', async () => {
    const { stores, project, cookie, path } = await open()
    await seedRun(stores, project, { push: 'a', job: 'lint', subject: 'First\n\nand more' })
    await seedRun(stores, project, { push: 'a', job: 'e2e', workflow: 'nightly', status: 'timedout' })
    await seedRun(stores, project, { tag: 'v1.0', subject: 'Second', pullRequest: 'https://example.com/pull/7' })
    const { status, text, links, headers } = await visit(path, cookie)
    expect(status).toBe(200)
    expect(headers.get('Cache-Control')).toBe('private, no-cache')
    expect(text.indexOf('#2 Second')).toBeGreaterThan(0)
    expect(text.indexOf('#1 First')).toBeGreaterThan(text.indexOf('#2 Second'))
    expect(text).not.toContain('and more')
    expect(text).toMatch(/Timed out Pipeline # ?1 First/)
    expect(text).toContain('Workflow nightly')
    expect(text).toContain('PR #7')
    const sha = 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3'
    expect(links).toEqual(
      expect.arrayContaining([
        `${path}/2`,
        `${path}?branch=main`,
        'https://example.com/pull/7',
        `https://github.com/${project.org}/${project.repo}/commit/${sha}`,
      ]),
    )
  })

  it('filters by branch and status, and says so when nothing is left', async () => {
    const { stores, project, cookie, path } = await open()
    await seedRun(stores, project, { subject: 'Good' })
    await seedRun(stores, project, { subject: 'Bad', status: 'failed' })
    await seedRun(stores, project, { subject: 'Other', branch: 'topic/a&b', status: 'failed' })
    const failed = await visit(`${path}?status=failed&branch=main`, cookie)
    expect(failed.text).toContain('#2 Bad')
    expect(failed.text).not.toMatch(/#1 Good|#3 Other/)
    const topic = await visit(`${path}?branch=${encodeURIComponent('topic/a&b')}`, cookie)
    expect(topic.text).toContain('#3 Other')
    expect(topic.html).toContain('<option value="topic/a&amp;b" selected="">')
    const none = await visit(`${path}?branch=topic/a%26b&status=running`, cookie)
    expect(none.text).toContain('There is none with a running build on topic/a&b.')
    expect((await visit(`${path}?status=nonsense`, cookie)).text).toContain('#1 Good')
    expect((await visit(`${path}?before=x`, cookie)).status).toBe(400)
    expect((await visit(`${path}?branch=${'x'.repeat(1_025)}`, cookie)).status).toBe(400)
  })

  it('pages with the filter kept, without gaps', async () => {
    const { stores, project, cookie, path } = await open()
    for (let i = 0; i < 21; i++) await seedRun(stores, project, { status: 'failed' })
    const first = await visit(`${path}?branch=main&status=failed`, cookie)
    const older = first.links.find((link) => link.includes('before='))
    expect(older).toBe(`${path}?branch=main&status=failed&before=2`)
    const second = await visit(older ?? '', cookie)
    expect(second.text).toContain('#1 ')
    expect(second.links).toContain(`${path}?branch=main&status=failed`)
    expect(second.links.some((link) => link.includes('before='))).toBe(false)
  })

  it('shows one pipeline in full, and 404 for none', async () => {
    const { stores, project, cookie, path } = await open()
    for (let i = 0; i < 30; i++) await seedRun(stores, project, { push: 'wide', job: `shard-${i}` })
    const list = await visit(path, cookie)
    expect(list.text).toContain('6 more')
    expect(list.text).not.toContain('shard-29')
    const one = await visit(`${path}?pipeline=1`, cookie)
    expect(one.text).toContain('shard-29')
    expect((await visit(`${path}?pipeline=2`, cookie)).status).toBe(404)
  })

  it('tells how to report the first build, and the command works', async () => {
    const { stores, user, cookie, path } = await open()
    const { text } = await visit(path, cookie)
    expect(text).toContain('No builds yet')
    const reports = `/api/buildpass/v1/projects${path}/builds`
    expect(text).toContain(`curl -X POST '${ORIGIN}${reports}'`)
    const { secret } = await seedToken(stores, { kind: 'personal', user })
    const [json] = bodiesIn(text)
    expect((await ask(reports, { method: 'POST', token: secret, json })).status).toBe(201)
    expect((await visit(path, cookie)).text).toContain('Passed Pipeline #1')
  })

  it('follows what runs by a route of its own, and stops when it is over', async () => {
    const { stores, project, cookie, path } = await open()
    await seedRun(stores, project, { subject: 'Now', status: 'running' })
    const { html } = await visit(`${path}?branch=main`, cookie)
    const live = /id="pipelines" data-live="([^"]*)"/.exec(html)?.[1] ?? ''
    expect(live).toBe(`/live${path}?branch=main`)
    const part = await visit(live, cookie)
    expect(part.html).toMatch(/^<title>.*<\/title><div id="pipelines" data-live=/)
    expect(part.html).toContain('Now')
    expect(part.html).not.toMatch(/<html|<form/)
    expect((await visit(live)).status).toBe(303)
    const done = await open()
    await seedRun(done.stores, done.project)
    expect((await visit(`/live${done.path}`, done.cookie)).html).toMatch(/^<title>.*<\/title><div id="pipelines">/)
    const one = await visit(`/live${done.path}?pipeline=1`, done.cookie)
    expect(one.html).toMatch(/^<title>Passed: pipeline #1 · /)
  })
})

describe('the build page', () => {
  async function openBuild(seed: RunSeed = {}, setup: Setup = {}) {
    const opened = await open(setup)
    const num = await seedRun(opened.stores, opened.project, seed)
    const id = (await findBuildId(opened.stores.db, opened.project.id, num)) ?? ''
    return { ...opened, build: { id, num }, address: `${opened.path}/${num}` }
  }

  it('shows status, commit, steps, tests with failures first, and artifacts', async () => {
    const action = { type: 'test', index: 0, step: 0, start_time: null, end_time: null, run_time_millis: 1_500 }
    const { stores, project, cookie, build, address } = await openBuild({
      job: 'unit',
      status: 'failed',
      subject: 'Break it',
      buildUrl: 'https://ci.example.com/1',
      steps: [
        {
          name: 'Checkout',
          actions: [{ ...action, name: 'Checkout', status: 'success', bash_command: null, exit_code: 0 }],
        },
        {
          name: 'Test',
          actions: [{ ...action, name: 'Test', status: 'failed', bash_command: 'npm test', exit_code: 1 }],
        },
      ],
    })
    const test = { classname: 'price', runTimeSeconds: 0.2, file: 'price.test.ts', source: 'unit' }
    await replaceTestResults(stores, build.id, '', [
      { ...test, name: 'adds', result: 'success', message: '' },
      { ...test, name: 'rounds', result: 'failure', message: 'expected 12.30\nto be 12.31' },
    ])
    await seedArtifact(stores, project, build, { path: 'logs/eu/a b.log', text: 'hello' })
    const { status, text, html, links } = await visit(address, cookie)
    expect(status).toBe(200)
    expect(text).toContain('unit #1 Failed')
    expect(text).toContain('Break it')
    expect(text).toContain('Duration 1m 00s')
    expect(text).toContain('2 tests: 1 failed, 1 passed in 400ms')
    expect(text.indexOf('rounds')).toBeLessThan(text.indexOf('adds'))
    expect(text).toContain('expected 12.30 to be 12.31')
    expect(text).toContain('logs/eu')
    expect(text).toContain('Exit code 1')
    expect(html).toContain('<title>Failed: unit #1')
    expect(links).toEqual(
      expect.arrayContaining([`${address}/artifacts/0/logs/eu/a%20b.log`, 'https://ci.example.com/1']),
    )
    expect(text).toContain(
      `curl -f -O -J -H "Circle-Token: $BUILDPASS_TOKEN" '${ORIGIN}/api/buildpass/v1/projects${address.replace(/1$/, 'builds/1')}/artifacts.zip'`,
    )
  })

  it('downloads all files in one zip, those of several nodes in a folder each', async () => {
    const { stores, project, cookie, build, address } = await openBuild()
    await seedArtifact(stores, project, build, { path: 'a/b c.txt', text: 'one' })
    const { links } = await visit(address, cookie)
    expect(links).toContain(`${address}/artifacts.zip`)
    const namesIn = async () => {
      const zip = await ask(`${address}/artifacts.zip`, { headers: { Cookie: cookie } })
      const text = await zip.text()
      return ['a/b c.txt', 'node-0/a/b c.txt', 'node-1/a/b c.txt'].filter((name) => text.includes(name))
    }
    expect(await namesIn()).toEqual(['a/b c.txt'])
    await seedArtifact(stores, project, build, { path: 'a/b c.txt', text: 'two', nodeIndex: 1 })
    expect(await namesIn()).toEqual(['a/b c.txt', 'node-0/a/b c.txt', 'node-1/a/b c.txt'])
  })

  it('pages through many tests', async () => {
    const { stores, cookie, build, address } = await openBuild()
    const results = Array.from({ length: 51 }, (_, i) => {
      const text = { classname: '', file: null, source: 'unit', message: '' }
      return { ...text, name: `case ${i}`, result: 'success' as const, runTimeSeconds: 0 }
    })
    await replaceTestResults(stores, build.id, '', results)
    const first = await visit(address, cookie)
    expect(first.text).not.toContain('case 50')
    expect(first.links).toContain(`${address}?tests=2#tests`)
    expect((await visit(`${address}?tests=2`, cookie)).text).toContain('case 50')
  })

  it('shows few files as a tree, and says how many there are', async () => {
    const { project, cookie, build, address } = await openBuild()
    await seedManyArtifacts(build, project, 200, { path: `'out/' || n || '.txt'` })
    const { text, links } = await visit(address, cookie)
    expect(text).toContain('Artifacts 200 files, 200 KB')
    expect(links.filter((link) => link.includes('/artifacts/'))).toHaveLength(200)
  })

  it.each([
    ['in one folder', { path: `'all/' || n || '.txt'` }],
    ['in many folders', { path: `'all/' || (n % 101) || '/' || n` }],
    ['of several nodes', { path: `n || '.txt'`, nodeIndex: 'n % 5' }],
    ['in folders that nothing else is in', { path: `'a/b/c/' || (n % 3) || '/d/' || n` }],
  ])('leads to each of 2,000 files %s', async (_, where) => {
    const { project, cookie, build, address } = await openBuild()
    await seedManyArtifacts(build, project, 2_000, where)
    expect((await filesBelow(address, cookie)).size).toBe(2_000)
  })

  it('is 404 for a folder that is not there, and 400 for what is none', async () => {
    const { stores, project, cookie, build, address } = await openBuild()
    await seedArtifact(stores, project, build, { path: 'a%_b/x.txt', text: 'hello' })
    await seedArtifact(stores, project, build, { path: 'aXXb/y.txt', text: 'hello' })
    expect((await visit(`${address}?folder=0/a%25_b/`, cookie)).text).toMatch(/All files \/? ?a%_b x\.txt/)
    for (const [folder, status] of [
      ['0/a/', 404],
      ['1/', 404],
      ['0/a%25_b/&files=2', 404],
      ['0/a', 400],
      ['00/', 400],
      ['', 400],
      ['0//', 400],
    ] as const)
      expect([folder, (await visit(`${address}?folder=${folder}`, cookie)).status]).toEqual([folder, status])
  })

  it('keeps the folder while tests are paged, and the other way round', async () => {
    const { stores, project, cookie, build, address } = await openBuild({ status: 'running' })
    const text = { classname: '', file: null, source: 'unit', message: '', runTimeSeconds: 0 }
    const results = Array.from({ length: 101 }, (_, i) => ({ ...text, name: `${i}`, result: 'success' as const }))
    await replaceTestResults(stores, build.id, '', results)
    await seedManyArtifacts(build, project, 201, { path: `'all/' || n` })
    const { links, html } = await visit(`${address}?tests=2&folder=0/all/&files=2`, cookie)
    expect(links).toEqual(
      expect.arrayContaining([
        `${address}?tests=3&folder=0%2Fall%2F&files=2#tests`,
        `${address}?tests=2&folder=0%2Fall%2F&files=3#artifacts`,
      ]),
    )
    expect(html).toContain(`data-live="/live${address}?tests=2&amp;folder=0%2Fall%2F&amp;files=2"`)
  })

  it('costs one look into the database more for a folder, however many files there are', async () => {
    const costs: number[] = []
    for (const count of [1, 2_000]) {
      const { project, cookie, build, address, stores } = await openBuild()
      await seedManyArtifacts(build, project, count, { path: `'all/' || n` })
      const app = await openTestApp({ stores })
      await app.ask(address, { headers: { Cookie: cookie } })
      await stores.settled()
      stores.resetCounts()
      expect((await app.ask(address, { headers: { Cookie: cookie } })).status).toBe(200)
      costs.push(stores.counts.d1)
    }
    expect((costs[1] ?? 0) - (costs[0] ?? 0)).toBe(1)
  })

  it('leads to a download by a signed address without any credential in it', async () => {
    const { stores, project, cookie, build, address } = await openBuild()
    await seedArtifact(stores, project, build, { path: 'out/report.txt', text: 'hello' })
    const { status, headers } = await visit(`${address}/artifacts/0/out/report.txt`, cookie)
    expect(status).toBe(302)
    const location = headers.get('Location') ?? ''
    expect(location).toMatch(new RegExp(`^${ORIGIN}/download/[^/]+/report.txt$`))
    expect(await (await ask(location.slice(ORIGIN.length))).text()).toBe('hello')
    expect((await visit(`${address}/artifacts/0/out/other.txt`, cookie)).status).toBe(404)
    expect((await visit(`${address}/artifacts/0/..%2Fx`, cookie)).status).toBe(400)
  })

  it('stops a download when its person leaves the project', async () => {
    const { stores, project, user, cookie, build, address } = await openBuild({}, { role: 'admin' })
    await seedArtifact(stores, project, build, { path: 'a.txt', text: 'hello' })
    const other = await seedUser(stores.db)
    await seedMember(stores.db, project, other, 'admin')
    const { secret } = await seedToken(stores, { kind: 'personal', user: other })
    const location = (await visit(`${address}/artifacts/0/a.txt`, cookie)).headers.get('Location') ?? ''
    const removal = `/api/buildpass/v1/projects/${slugText(project)}/members/${user.login}`
    expect((await ask(removal, { method: 'DELETE', token: secret })).status).toBe(200)
    expect((await ask(location.slice(ORIGIN.length))).status).toBe(403)
    expect((await visit(address, cookie)).status).toBe(404)
  })

  it('is followed until it is over', async () => {
    const { cookie, address } = await openBuild({ status: 'running' })
    const { html, text } = await visit(address, cookie)
    expect(html).toContain(`<div id="build" data-live="/live${address}" data-state="Running: test #1">`)
    expect(text).toContain('No artifacts yet.')
    expect((await visit(`/live${address}?tests=1`, cookie)).html).toMatch(
      /^<title>Running: test #1 · .*<\/title><div id="build" data-live=/,
    )
  })

  it('is 404 where there is none', async () => {
    const { cookie, path } = await openBuild()
    expect((await visit(`${path}/99`, cookie)).status).toBe(404)
    expect((await visit(`${path}/99999999999`, cookie)).status).toBe(404)
  })
})

/** All files that a reader comes to by the links of the artifacts. */
async function filesBelow(address: string, cookie: string): Promise<ReadonlySet<string>> {
  const files = new Set<string>()
  const pages = new Set([`${address}#artifacts`])
  // What is added while this goes on comes too.
  for (const page of pages) {
    const { links, status } = await visit(page.replace('#artifacts', ''), cookie)
    expect([page, status]).toEqual([page, 200])
    for (const link of links) if (link.includes('/artifacts/')) files.add(link)
    for (const link of links) if (link.endsWith('#artifacts')) pages.add(link)
  }
  return files
}

describe('what came from outside', () => {
  it('is only ever text', async () => {
    const { stores, project, cookie, path } = await open({ defaultBranch: HOSTILE })
    const action = { type: 'test', index: 0, step: 0, start_time: null, end_time: null, run_time_millis: null }
    const num = await seedRun(stores, project, {
      branch: HOSTILE,
      subject: HOSTILE,
      author: HOSTILE,
      revision: HOSTILE,
      job: HOSTILE,
      workflow: HOSTILE,
      pullRequest: 'javascript:alert(1)',
      buildUrl: 'javascript:alert(2)',
      steps: [
        { name: HOSTILE, actions: [{ ...action, name: 'x', status: HOSTILE, bash_command: HOSTILE, exit_code: 1 }] },
      ],
    })
    const id = (await findBuildId(stores.db, project.id, num)) ?? ''
    await replaceTestResults(stores, id, '', [
      {
        classname: HOSTILE,
        name: HOSTILE,
        result: 'failure',
        runTimeSeconds: 1,
        message: HOSTILE,
        file: HOSTILE,
        source: HOSTILE,
      },
    ])
    await seedArtifact(stores, project, { id, num }, { path: `${HOSTILE.replaceAll('/', '_')}/x.txt`, text: 'hello' })
    for (const address of [
      '/',
      path,
      `${path}?branch=${encodeURIComponent(HOSTILE)}`,
      `${path}/${num}`,
      `/live${path}/${num}`,
    ]) {
      const { status, html } = await visit(address, cookie)
      expect(status).toBe(200)
      expect(html, address).toContain('&lt;script&gt;alert(1)')
      expect(html, address).not.toMatch(/<script>alert|href="javascript:|<[^>]+ (on\w+|style)=/)
    }
  })
})

describe('who may look', () => {
  const rests = ['', '?pipeline=1', '/1', '/1/artifacts/0/a.txt']

  it('a private project is as good as absent for a stranger and for whoever is not signed in', async () => {
    const { stores, project, path } = await open({ role: 'none' })
    await seedRun(stores, project, { subject: 'Secret' })
    const { cookie: stranger } = await seedSession(stores, await seedUser(stores.db))
    const { cookie: owner } = await seedSession(stores, await seedUser(stores.db, { instanceRole: 'owner' }))
    for (const prefix of ['', '/live'])
      for (const rest of rests.slice(0, prefix === '' ? 4 : 3)) {
        for (const cookie of [stranger, owner]) {
          const hidden = await visit(prefix + path + rest, cookie)
          const absent = await visit(`${prefix}/gh/acme/never-made${rest}`, cookie)
          expect(hidden.status).toBe(404)
          expect(bare(hidden.html)).toBe(bare(absent.html))
        }
        const hidden = await visit(prefix + path + rest)
        const absent = await visit(`${prefix}/gh/acme/never-made${rest}`)
        expect([hidden.status, absent.status]).toEqual([303, 303])
        expect(hidden.headers.get('Location')).toMatch(/^\/sign-in\?next=/)
        expect(hidden.html).toBe(absent.html)
      }
  })

  it('a public project is read without signing in', async () => {
    const { stores, project, path } = await open({ visibility: 'public', role: 'none' })
    const num = await seedRun(stores, project, { subject: 'Open' })
    const id = (await findBuildId(stores.db, project.id, num)) ?? ''
    await seedArtifact(stores, project, { id, num }, { path: 'a.txt', text: 'hello' })
    expect((await visit(path)).text).toContain('#1 Open')
    const build = await visit(`${path}/1`)
    expect(build.status).toBe(200)
    expect(build.text).toContain(`curl -f -O -J '${ORIGIN}`)
    const { status, headers } = await visit(`${path}/1/artifacts/0/a.txt`)
    expect(status).toBe(302)
    expect(await (await ask((headers.get('Location') ?? '').slice(ORIGIN.length))).text()).toBe('hello')
  })

  it('no token opens a page, wherever it stands', async () => {
    const { stores, project, user, path } = await open()
    const { secret } = await seedToken(stores, { kind: 'personal', user })
    const all = await seedToken(stores, { kind: 'project', project, scope: 'all' })
    for (const token of [secret, all.secret]) {
      expect((await ask(path, { token })).status).toBe(303)
      expect((await ask(`${path}?circle-token=${token}`)).status).toBe(303)
    }
  })

  it('badges keep their addresses beside the pages', async () => {
    const { path } = await open({ visibility: 'public', role: 'none' })
    expect((await ask(`${path}.svg`)).headers.get('Content-Type')).toMatch('image/svg+xml')
    expect((await visit(`${path}/nonsense`)).status).toBe(404)
    expect((await visit('/zz/acme/web')).status).toBe(404)
  })
})

/** A page without what is the asker's own. */
function bare(html: string): string {
  return html.replace(/value="[^"]*"/g, '')
}

/** What the commands on a page send, once the shell has filled it in. */
function bodiesIn(text: string): unknown[] {
  return [...text.matchAll(/-d '(\{.*?\})' /g)].map(([, body = '']) =>
    JSON.parse(body.replace(`'"$(git branch --show-current)"'`, 'main').replace(`'"$(git rev-parse HEAD)"'`, 'f00d')),
  )
}
