import { expect, it } from 'vitest'
import { describePages, expectNoSidewaysScroll, type Pages, takePicture } from '../../../support/server/browser.ts'

const WIDTHS = [360, 390, 768, 1280]

describePages('names of 100 letters', (pages) => {
  it.each([
    // The widest letter; the narrowest place to break at; and what could break, and is long all the same.
    ['wide', 'w'.repeat(100)],
    ['dashed', `${'a-'.repeat(50)}`.replace(/-$/, 'b')],
    ['spaced', 'Nightly end-to-end tests of everything that we have on all of our platforms, and then of some others'],
  ])(
    'fit every page at every width, in each field that takes them: %s',
    async (kind, name) => {
      const { slug, num, login } = await furnish(pages(), name)
      const page = await pages().openAs('demo')
      const settings = `/${slug}/settings`
      const paths = [
        ...[
          '/',
          '/account',
          '/account/api',
          '/account/activity',
          '/account/notices',
          '/notices',
          '/projects/new',
          '/instance/traffic',
        ],
        ...['/account/organizations/new', '/instance/policy', `/instance/tokens?text=${encodeURIComponent(name)}`],
        ...['/instance/users', `/instance/users/${login}`, `/instance/users/${login}/remove`],
        ...[`/${slug}`, `/${slug}?branch=${encodeURIComponent(name)}`, `/${slug}?branch=nowhere`, `/${slug}/branches`],
        ...[`/${slug}/${num}`, `/${slug}/999999`],
        ...[
          '',
          '/badges',
          '/members',
          `/members/${login}/remove`,
          '/webhooks',
          '/webhooks/new',
          '/notices',
          '/notices/new',
          '/publishers',
        ].map((path) => settings + path),
        ...['/publishers/new', '/retention', '/audit', '/danger', '/api', '/api/new'].map((path) => settings + path),
      ]
      for (const path of paths) {
        await page.setViewportSize({ width: 1280, height: 900 })
        const answer = await page.goto(path)
        expect([path, answer?.status()]).toEqual([path, path.endsWith('/999999') ? 404 : 200])
        // What is folded can be unfolded, and has to fit then, too.
        await page.evaluate('for (const one of document.querySelectorAll("main details")) one.open = true')
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 900 })
          await expectNoSidewaysScroll(page)
          expect(await page.evaluate<string[]>(MISFITS), `${path} at ${width} px`).toEqual([])
          if (width === 360 && [`/${slug}`, `/${slug}/${num}`, `${settings}/api`].includes(path))
            await takePicture(page, `names-${kind}${path.slice(slug.length + 1).replaceAll('/', '-')}`)
        }
      }
      for (const link of ['rotate', 'delete']) {
        await page.goto(`${settings}/api`)
        await page.locator(`a[href$="/${link}"]`).first().click()
        await page.waitForURL(`**/${link}`)
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 900 })
          await expectNoSidewaysScroll(page)
        }
      }
    },
    240_000,
  )
})

/** What sticks out of its card, and short words that are broken over several lines, as a number beside a long name. */
const MISFITS = `[
  ...[...document.querySelectorAll('main .card')]
    .filter((card) => getComputedStyle(card).overflowX === 'visible' && card.scrollWidth > card.clientWidth)
    .map((card) => 'out of its card: ' + card.textContent.slice(0, 50)),
  ...[...document.querySelectorAll('main :not(.unseen)')]
    .filter((one) => one.children.length === 0 && one.textContent.length > 0 && one.textContent.length <= 10)
    .filter((one) => {
      const range = document.createRange()
      range.selectNodeContents(one)
      return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 2
    })
    .map((one) => 'broken: ' + one.textContent),
]`

/** A project in which all that takes a name has this one. */
async function furnish({ origin, demo, openAs }: Pages, name: string) {
  const ask = async (method: string, path: string, body: unknown, type = 'application/json') => {
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: { Authorization: `Bearer ${demo.tokens.personal}`, 'Content-Type': type },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    expect([path, response.status, response.ok ? '' : await response.text()]).toEqual([path, response.status, ''])
    return response
  }
  const stamp = Date.now().toString(36)
  const word = name.replace(/[^A-Za-z0-9-]/g, '-')
  const slug = `gh/${word}/${word.slice(0, 100 - stamp.length)}${stamp}`
  const project = `/api/buildpass/v1/projects/${slug}`
  await ask('POST', '/api/buildpass/v1/projects', { slug })
  const login = `${word.slice(0, 39 - stamp.length - 1)}x${stamp}`
  await openAs(login)
  await ask('PUT', `${project}/members/${login}`, { role: 'member' })
  let num = 0
  for (const [branch, run] of [
    ['main', 1],
    ['main', 2],
    [name, 3],
  ] as const) {
    const people = { name, email: `${word.slice(0, 60)}@${word.slice(0, 60)}.example`, login: name }
    const built = await ask('POST', `${project}/builds`, {
      external_id: `${name}-${run}`,
      job: { name },
      workflow: { external_id: `${name}-${run}`, name },
      pipeline: {
        ...{ external_id: `${name}-${run}`, branch, revision: name, subject: name, body: name },
        ...{ author: people, committer: people, actor: people },
        pull_requests: [{ head_sha: name, url: `https://example.com/${word}/pull/${word}` }],
      },
      build_url: `https://example.com/${word}/${word}`,
      status: run === 1 ? 'success' : 'failed',
      start_time: new Date(Date.now() - 60_000).toISOString(),
      stop_time: new Date().toISOString(),
      steps: [
        {
          name,
          actions: [{ name, type: name, status: 'failed', bash_command: name, exit_code: 1, run_time_millis: 5 }],
        },
      ],
    })
    num = ((await built.json()) as { build_num: number }).build_num
    const failure = `<failure message="${name}">${name}\n${name}</failure>`
    const xml = `<testsuite name="${name}"><testcase name="${name}" classname="${name}" file="${name}">${failure}</testcase><testcase name="${name} 2" classname="${name}"/></testsuite>`
    await ask('PUT', `${project}/builds/${num}/tests?report=${encodeURIComponent(name)}`, xml, 'application/xml')
    for (const path of [name, `${name}/${name}/${name}`, `a/${name}`])
      await ask('PUT', `${project}/builds/${num}/artifacts/${encodeURI(path)}`, name, 'text/plain')
  }
  for (const scope of ['status', 'all']) await ask('POST', `/api/v1.1/project/${slug}/token`, { label: name, scope })
  await ask('POST', '/api/v1.1/user/token', { label: name })
  await ask('POST', `${project}/webhooks`, { source: 'github' })
  await ask('POST', `${project}/publishers`, {
    kind: 'github',
    claims: { repository_id: '1', environment: name, ref: `refs/heads/${word}`, workflow_ref: word },
  })
  return { slug, num, login }
}
