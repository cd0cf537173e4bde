import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import {
  describePages,
  expectAccessible,
  expectNoSidewaysScroll,
  inspect,
  type Pages,
} from '../../../support/server/browser.ts'

const HOSTILE = `<b>x</b>"'&\u202Egnp.exe\u200B`

describePages('pages of much, and of names that mean harm', (pages) => {
  it('of 2,000 files lead to each by folders and pages, by keyboard and without script', async () => {
    const slug = await newProject(pages(), 'files')
    const num = await report(pages(), slug, 'build')
    within(pages(), (db) => {
      const build = db
        .prepare('select id, project_id from builds where build_num = ? order by created_at desc')
        .get(num)
      const insert = db.prepare(
        `insert into artifacts (id, project_id, build_id, build_num, branch, node_index, path, size_bytes, digest, content_type, object_key, created_at)
          values (?1, ?2, ?3, ?4, 'main', 0, ?5, ?6, 'sha-256:AA==', 'text/plain', ?1, 0)`,
      )
      db.exec('begin')
      for (let i = 1; i <= 2_000; i++) {
        const folder =
          i > 1_990 ? `${HOSTILE.replaceAll('/', '_')}/` : `coverage/${i % 3 === 0 ? 'lcov-report/src/' : ''}`
        const id = crypto.randomUUID()
        insert.run(id, String(build?.project_id), String(build?.id), num, `${folder}file-${i}.html`, i * 37)
      }
      db.exec('commit')
    })
    const page = await pages().openAs('demo')
    await inspect(page, 'build-files', `/${slug}/${num}`)
    await inspect(page, 'build-folder', `/${slug}/${num}?folder=0/coverage/&files=2`)
    const plain = await pages().openAs('demo', { javaScriptEnabled: false })
    await plain.goto(`/${slug}/${num}`)
    await plain.getByRole('link', { name: 'coverage', exact: true }).click()
    await plain.getByRole('link', { name: 'lcov-report/src', exact: true }).focus()
    await plain.keyboard.press('Enter')
    await plain.getByRole('link', { name: 'More files' }).click()
    await plain.waitForURL(/files=2/)
    await plain.getByRole('navigation', { name: 'Folder' }).getByRole('link', { name: 'All files' }).click()
    await plain.waitForURL((url) => url.search === '')
    expect(await plain.getByRole('link', { name: /␣U\+202E/ }).count()).toBe(1)
  })

  it('of 500 branches find one, without script', async () => {
    const slug = await newProject(pages(), 'branches')
    await report(pages(), slug, 'build')
    within(pages(), (db) => {
      const { id } = db.prepare('select id from projects where slug_key = ?').get(slug.toLowerCase()) ?? {}
      const insert = db.prepare(
        `insert into pipelines (id, project_id, number, external_id, branch, revision, created_at) values (?1, ?2, ?3, ?1, ?4, 'f00d', 0)`,
      )
      db.exec('begin')
      for (let i = 1; i <= 500; i++)
        insert.run(
          crypto.randomUUID(),
          String(id),
          100 + i,
          i === 500 ? `a-${HOSTILE}` : `feature/topic-${i}-${'long-'.repeat(i % 9)}`,
        )
      db.exec('commit')
    })
    const page = await pages().openAs('demo')
    await inspect(page, 'branches', `/${slug}/branches`)
    await inspect(page, 'branches-none', `/${slug}/branches?q=nowhere`)
    const plain = await pages().openAs('demo', { javaScriptEnabled: false })
    await plain.goto(`/${slug}`)
    await plain.getByRole('link', { name: 'Find a branch' }).click()
    await plain.getByRole('searchbox').fill('TOPIC-321')
    await plain.keyboard.press('Enter')
    await plain.getByRole('link', { name: /topic-321/ }).click()
    await plain.waitForURL(/branch=feature%2Ftopic-321/)
  })

  it('of 10,000 tokens and 300 members are pages', async () => {
    const slug = await newProject(pages(), 'tokens')
    within(pages(), (db) => {
      const { id } = db.prepare('select id from projects where slug_key = ?').get(slug.toLowerCase()) ?? {}
      const { me } = db.prepare(`select id as me from users where login = 'demo'`).get() ?? {}
      const token = db.prepare(
        `insert into tokens (id, kind, hash, project_id, scope, label, prefix, last_four, created_by, created_at)
          values (?1, 'project', ?1, ?2, 'status', ?3, 'bpp_AbCd', 'wxyz', ?4, ?5)`,
      )
      const user = db.prepare(
        `insert into users (id, login, name, instance_role, created_at) values (?1, ?2, ?3, 'user', 0)`,
      )
      const member = db.prepare(
        `insert into members (project_id, user_id, role, created_at) values (?1, ?2, 'member', 0)`,
      )
      db.exec('begin')
      for (let i = 1; i <= 10_000; i++) {
        const label = i === 2 ? HOSTILE : i === 3 ? 'x'.repeat(100) : `Token ${i}`
        token.run(crypto.randomUUID(), String(id), label, i % 4 === 0 ? null : String(me), 1_700_000_000_000 + i)
      }
      const run = Date.now().toString(36)
      for (let i = 1; i <= 300; i++) {
        const userId = crypto.randomUUID()
        user.run(userId, `p-${i}-${run}`, i === 1 ? HOSTILE : `Person ${i}`)
        member.run(String(id), userId)
      }
      db.exec('commit')
    })
    const page = await pages().openAs('demo')
    await inspect(page, 'project-tokens-many', `/${slug}/settings/api`)
    await inspect(page, 'members-many', `/${slug}/settings/members`)
    const plain = await pages().openAs('demo', { javaScriptEnabled: false })
    await plain.goto(`/${slug}/settings/api`)
    await plain.getByRole('link', { name: 'Newer tokens' }).click()
    await plain.waitForURL(/page=2/)
    expect(await plain.getByRole('row', { name: /^Token 51\b/ }).count()).toBe(1)
    await plain.goto(`/${slug}/settings/members`)
    await plain.getByRole('link', { name: 'More members' }).click()
    await plain.waitForURL(/after=/)
  })

  it('of invitations look right, and the last link that was shown is the one that works', async () => {
    const page = await pages().openAs('demo')
    const login = `late-${Date.now().toString(36)}`
    await page.goto('/instance/users')
    await page.getByLabel('Login').fill(login)
    await page.getByRole('button', { name: 'Add person' }).dblclick()
    await page.locator('#secret').waitFor()
    await expectAccessible(page)
    await expectNoSidewaysScroll(page)
    const link = (await page.textContent('#secret')) ?? ''
    const guest = await pages().open()
    await guest.goto(link)
    expect(await guest.textContent('h1')).toBe(`Sign in as ${login}`)
    await inspect(page, 'person-invited', `/instance/users/${login}`)
    await page.getByRole('button', { name: 'Renew invitation' }).click()
    await page.locator('#secret').waitFor()
    await guest.reload()
    expect(await guest.textContent('h1')).toBe('This link does not work any more')
    await inspect(page, 'users-taken', '/instance/users', async () => {
      await page.getByLabel('Login').fill(login)
      await page.getByRole('button', { name: 'Add person' }).click()
      await page.locator('#login-error').waitFor()
    })
    await inspect(page, 'users-invited', `/instance/users?after=${login.slice(0, -1)}`)
  })

  it('make one project on a double click, with a page that says so', async () => {
    const page = await pages().openAs('demo')
    const repo = `twice-${Date.now().toString(36)}`
    await page.goto('/projects/new')
    await page.getByLabel('Organization or user').fill('acme')
    await page.getByLabel('Repository').fill(repo)
    await page.getByRole('button', { name: 'Add project' }).dblclick()
    await page.waitForURL(`**/gh/acme/${repo}`)
    expect(await page.textContent('[role=status].flash')).toBe('The project is created.')
  })

  it('grow with the size of text that the reader has chosen', async () => {
    const page = await pages().openAs('demo')
    await page.goto('/gh/acme/web')
    const sizeOf = (selector: string) =>
      page.evaluate<number>(`parseFloat(getComputedStyle(document.querySelector('${selector}')).fontSize)`)
    const before = [await sizeOf('body'), await sizeOf('h1'), await sizeOf('.chip')]
    await page.evaluate(`document.documentElement.style.fontSize = '32px'`)
    expect([await sizeOf('body'), await sizeOf('h1'), await sizeOf('.chip')]).toEqual(before.map((size) => size * 2))
    await page.setViewportSize({ width: 640, height: 900 })
    await expectNoSidewaysScroll(page)
  })
})

/** Puts rows into the database of the running server, which the API would take minutes to make. */
function within({ stateDir }: Pages, work: (db: DatabaseSync) => void): void {
  const folder = join(stateDir, '.wrangler/state/v3/d1/miniflare-D1DatabaseObject')
  const file = readdirSync(folder).find((name) => /^[0-9a-f]{64}\.sqlite$/.test(name)) ?? ''
  const db = new DatabaseSync(join(folder, file))
  try {
    db.exec('pragma busy_timeout = 5000')
    work(db)
  } finally {
    db.close()
  }
}

async function report({ origin, demo }: Pages, slug: string, job: string): Promise<number> {
  const response = await fetch(`${origin}/api/buildpass/v1/projects/${slug}/builds`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${demo.tokens.personal}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({
      external_id: job,
      job: { name: job },
      workflow: { external_id: job, name: 'ci' },
      pipeline: { external_id: job, branch: 'main', revision: 'f00d', subject: `Push of ${job}` },
      status: 'success',
    }),
  })
  expect(response.ok).toBe(true)
  const { build_num: num } = (await response.json()) as { build_num: number }
  return num
}

async function newProject({ origin, demo }: Pages, name: string): Promise<string> {
  const slug = `gh/acme/many-${name}-${Date.now().toString(36)}`
  const response = await fetch(`${origin}/api/buildpass/v1/projects`, {
    method: 'POST',
    headers: { 'Circle-Token': demo.tokens.personal, 'Content-Type': 'application/json' },
    body: JSON.stringify({ slug }),
  })
  expect(response.status).toBe(201)
  return slug
}
