import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { importDataKeys } from '../../../../src/domain/formats/sealed-text.ts'
import type { Visibility } from '../../../../src/domain/project.ts'
import { mintIncomingSecret } from '../../../../src/domain/reporting/webhook-source.ts'
import { PAGES, type PageName, type PageNeeds } from '../../../../src/http/frame/access.ts'
import { insertListener } from '../../../../src/storage/notices/listeners.ts'
import { insertWebhook } from '../../../../src/storage/reporting/webhooks.ts'
import { searchTests } from '../../../../src/storage/tests/answers/test-search.ts'
import { insertPublisher } from '../../../../src/storage/tokens/publishers.ts'
import { type SeededToken, seedSession, seedToken } from '../../../support/seed/seed.ts'
import { type Asking, browse } from '../../../support/server/browse.ts'
import { actsAs } from '../../../support/worker/as-instance.ts'
import { ask } from '../../../support/worker/client.ts'
import { openTestStores } from '../../../support/worker/stores.ts'
import { seedWorld, type World } from '../../../support/worker/world.ts'

const VIEWERS = ['nobody', 'a token', 'stranger', 'owner', 'member', 'admin'] as const
type ViewerName = (typeof VIEWERS)[number]

/** What somebody gets: the page, the way to the sign-in page, or a page that says no. */
type Answer = 'in' | 'sign in' | 403 | 404

const ALL_IN: Record<ViewerName, Answer> = {
  nobody: 'in',
  'a token': 'in',
  stranger: 'in',
  owner: 'in',
  member: 'in',
  admin: 'in',
}
const SIGNED_IN: Record<ViewerName, Answer> = { ...ALL_IN, nobody: 'sign in', 'a token': 'sign in' }
const OWNERS: Record<ViewerName, Answer> = { ...SIGNED_IN, stranger: 404, member: 404, admin: 404 }
const MEMBERS: Record<ViewerName, Answer> = { ...SIGNED_IN, stranger: 404, owner: 404 }
const ADMINS: Record<ViewerName, Answer> = { ...MEMBERS, member: 403 }

const EXPECTED: Record<PageNeeds, Record<Visibility, Record<ViewerName, Answer>>> = {
  anyone: { private: ALL_IN, public: ALL_IN },
  session: { private: SIGNED_IN, public: SIGNED_IN },
  owner: { private: OWNERS, public: OWNERS },
  'status:read': { private: MEMBERS, public: ALL_IN },
  'artifacts:read': { private: MEMBERS, public: ALL_IN },
  'output:read': { private: MEMBERS, public: ALL_IN },
  'builds:write': { private: MEMBERS, public: { ...SIGNED_IN, stranger: 403, owner: 403 } },
  'shares:write': { private: MEMBERS, public: { ...SIGNED_IN, stranger: 403, owner: 403 } },
  'project:admin': { private: ADMINS, public: { ...SIGNED_IN, stranger: 403, owner: 403, member: 403 } },
}

type Place = {
  readonly world: World
  readonly token: SeededToken
  /** The viewer's own personal token, and one for an organization. */
  readonly own: SeededToken
  readonly orgToken: SeededToken
  readonly webhookId: string
  readonly publisherId: string
  /** Of a webhook that is told of builds. */
  readonly listenerId: string
  readonly testId: number
}

/** Where a page is, what is filled in, and the status that tells that somebody is in. Forms are filled in wrongly, so that nothing changes. */
type Recipe = {
  readonly path: (place: Place) => string
  readonly form?: Record<string, string>
  readonly in: number
}

const page =
  (rest: string): Recipe['path'] =>
  ({ world }) =>
    `/${world.slug}${rest}`
const ofToken =
  (act: string): Recipe['path'] =>
  ({ world, token }) =>
    `/${world.slug}/settings/api/${token.id}/${act}`
const ofOwn =
  (act: string): Recipe['path'] =>
  ({ own }) =>
    `/account/api/${own.id}/${act}`
const ofOrg =
  (act: string): Recipe['path'] =>
  ({ orgToken }) =>
    `/account/organizations/${orgToken.id}/${act}`
const ofWebhook =
  (act: string): Recipe['path'] =>
  ({ world, webhookId }) =>
    `/${world.slug}/settings/webhooks/${webhookId}/${act}`
const ofTest =
  (act: string): Recipe['path'] =>
  ({ world, testId }) =>
    `/${world.slug}/tests/${testId}${act}`
const ofListener =
  (act: string): Recipe['path'] =>
  ({ world, listenerId }) =>
    `/${world.slug}/settings/notices/${listenerId}/${act}`
const ofPublisher: Recipe['path'] = ({ world, publisherId }) =>
  `/${world.slug}/settings/publishers/${publisherId}/delete`
const ofPerson =
  (act: string): Recipe['path'] =>
  ({ world }) =>
    `/instance/users/${world.users.member.login}${act}`
const at = (path: string) => () => path

const RECIPES: Record<PageName, Recipe> = {
  'GET /': { path: at('/'), in: 200 },
  'GET /:vcs/:org/:repo': { path: page(''), in: 200 },
  'GET /:vcs/:org/:repo/branches': { path: page('/branches'), in: 200 },
  'GET /:vcs/:org/:repo/tests': { path: page('/tests'), in: 200 },
  'GET /:vcs/:org/:repo/tests/:id': { path: ofTest(''), in: 200 },
  'POST /:vcs/:org/:repo/tests/:id/mute': { path: ofTest('/mute'), in: 422 },
  // It has no mute to end.
  'POST /:vcs/:org/:repo/tests/:id/unmute': { path: ofTest('/unmute'), in: 303 },
  'GET /:vcs/:org/:repo/:num{[0-9]+}': { path: page('/1'), in: 200 },
  'GET /:vcs/:org/:repo/:num{[0-9]+}/artifacts/:node/:path{.+}': {
    path: page('/1/artifacts/0/out/report.txt'),
    in: 302,
  },
  'GET /:vcs/:org/:repo/:num{[0-9]+}/artifacts.zip': { path: page('/1/artifacts.zip'), in: 200 },
  'GET /:vcs/:org/:repo/:num{[0-9]+}/report/:node/:path{.+}': { path: page('/1/report/0/out/report.txt'), in: 303 },
  'GET /:vcs/:org/:repo/:num{[0-9]+}/steps/:step/log': { path: page('/1/steps/0/log'), in: 200 },
  'GET /:vcs/:org/:repo/:num{[0-9]+}/steps/:step/log/raw': { path: page('/1/steps/0/log/raw'), in: 200 },
  'GET /:vcs/:org/:repo/:num{[0-9]+}/share/:node/:path{.+}': { path: page('/1/share/0/out/report.txt'), in: 200 },
  'POST /:vcs/:org/:repo/:num{[0-9]+}/share/:node/:path{.+}': { path: page('/1/share/0/out/report.txt'), in: 422 },
  'GET /:vcs/:org/:repo/shares': { path: page('/shares'), in: 200 },
  'POST /:vcs/:org/:repo/shares/:id/end': { path: page('/shares/unknown/end'), in: 303 },
  'GET /live': { path: at('/live'), in: 200 },
  'GET /live/:vcs/:org/:repo': { path: ({ world }) => `/live/${world.slug}`, in: 200 },
  'GET /live/:vcs/:org/:repo/:num{[0-9]+}': { path: ({ world }) => `/live/${world.slug}/1`, in: 200 },
  'GET /live/:vcs/:org/:repo/:num{[0-9]+}/steps/:step/log': {
    path: ({ world }) => `/live/${world.slug}/1/steps/0/log`,
    in: 200,
  },
  'GET /sign-in': { path: at('/sign-in'), in: 200 },
  'GET /sign-in/link/:secret': { path: at('/sign-in/link/unknown'), in: 404 },
  'POST /sign-in/link': { path: at('/sign-in/link'), in: 404 },
  'GET /sign-in/done': { path: at('/sign-in/done'), in: 400 },
  // Neither is set up here.
  'POST /sign-in/github': { path: at('/sign-in/github'), in: 404 },
  'GET /sign-in/github/callback': { path: at('/sign-in/github/callback'), in: 403 },
  'POST /sign-in/access': { path: at('/sign-in/access'), in: 404 },
  'POST /sign-out': { path: at('/sign-out'), in: 303 },
  'GET /account': { path: at('/account'), in: 200 },
  'POST /account/sessions/:id/end': { path: at('/account/sessions/unknown/end'), in: 303 },
  'POST /account/sessions/end-others': { path: at('/account/sessions/end-others'), in: 303 },
  'POST /account/identities/github': { path: at('/account/identities/github'), in: 404 },
  'POST /account/identities/access': { path: at('/account/identities/access'), in: 404 },
  'POST /account/identities/:provider/:subject/unlink': { path: at('/account/identities/github/1/unlink'), in: 404 },
  'GET /instance/tokens': { path: at('/instance/tokens'), in: 200 },
  'GET /instance/tokens/:id': { path: ({ token }) => `/instance/tokens/${token.id}`, in: 200 },
  'GET /instance/tokens/:id/delete': { path: ({ token }) => `/instance/tokens/${token.id}/delete`, in: 200 },
  'POST /instance/tokens/:id/delete': { path: ({ token }) => `/instance/tokens/${token.id}/delete`, in: 422 },
  'GET /instance/policy': { path: at('/instance/policy'), in: 200 },
  'POST /instance/policy': { path: at('/instance/policy'), in: 422 },
  'POST /instance/policy/end': { path: at('/instance/policy/end'), in: 422 },
  'GET /account/organizations': { path: at('/account/organizations'), in: 200 },
  'GET /account/organizations/new': { path: at('/account/organizations/new'), in: 200 },
  'POST /account/organizations': { path: at('/account/organizations'), in: 422 },
  'GET /account/organizations/:id': { path: ({ orgToken }) => `/account/organizations/${orgToken.id}`, in: 200 },
  'GET /account/organizations/:id/delete': { path: ofOrg('delete'), in: 200 },
  'POST /account/organizations/:id/delete': { path: at('/account/organizations/unknown/delete'), in: 404 },
  'GET /account/organizations/:id/rotate': { path: ofOrg('rotate'), in: 200 },
  'POST /account/organizations/:id/rotate': { path: ofOrg('rotate'), in: 400 },
  'GET /account/api': { path: at('/account/api'), in: 200 },
  'GET /account/api/new': { path: at('/account/api/new'), in: 200 },
  'POST /account/api': { path: at('/account/api'), in: 422 },
  'GET /account/api/:id': { path: ({ own }) => `/account/api/${own.id}`, in: 200 },
  'GET /account/api/:id/delete': { path: ofOwn('delete'), in: 200 },
  'POST /account/api/:id/delete': { path: at('/account/api/unknown/delete'), in: 404 },
  'GET /account/api/:id/rotate': { path: ofOwn('rotate'), in: 200 },
  'POST /account/api/:id/rotate': { path: ofOwn('rotate'), in: 400 },
  'GET /account/notices': { path: at('/account/notices'), in: 200 },
  'POST /account/notices': { path: at('/account/notices'), in: 400 },
  // No mail is sent here, so there is no address to confirm either.
  'POST /account/notices/mail': { path: at('/account/notices/mail'), in: 422 },
  'POST /account/notices/mail/confirm': { path: at('/account/notices/mail/confirm'), in: 303 },
  'POST /account/notices/mail/remove': { path: at('/account/notices/mail/remove'), in: 303 },
  'GET /notices': { path: at('/notices'), in: 200 },
  'POST /notices/read': { path: at('/notices/read'), form: { id: 'unknown' }, in: 303 },
  'GET /account/activity': { path: at('/account/activity'), in: 200 },
  'GET /projects/new': { path: at('/projects/new'), in: 200 },
  'POST /projects': { path: at('/projects'), in: 422 },
  'GET /instance/traffic': { path: at('/instance/traffic'), in: 200 },
  'GET /instance/users': { path: at('/instance/users'), in: 200 },
  'POST /instance/users': { path: at('/instance/users'), in: 422 },
  'GET /instance/users/:login': { path: ofPerson(''), in: 200 },
  // They have come, so there is nothing to renew.
  'POST /instance/users/:login/invitation': { path: ofPerson('/invitation'), in: 409 },
  'POST /instance/users/:login/role': { path: ofPerson('/role'), in: 400 },
  'POST /instance/users/:login/creator': { path: ofPerson('/creator'), in: 422 },
  'POST /instance/users/:login/creator/end': { path: ofPerson('/creator/end'), in: 422 },
  'GET /instance/users/:login/remove': { path: ofPerson('/remove'), in: 200 },
  // The owner's own end is another owner's to decide.
  'POST /instance/users/:login/remove': {
    path: ({ world }) => `/instance/users/${world.users.owner.login}/remove`,
    in: 409,
  },
  'GET /:vcs/:org/:repo/settings': { path: page('/settings'), in: 200 },
  'POST /:vcs/:org/:repo/settings': { path: page('/settings'), in: 422 },
  'GET /:vcs/:org/:repo/settings/api': { path: page('/settings/api'), in: 200 },
  'GET /:vcs/:org/:repo/settings/api/new': { path: page('/settings/api/new'), in: 200 },
  'POST /:vcs/:org/:repo/settings/api': { path: page('/settings/api'), in: 422 },
  'GET /:vcs/:org/:repo/settings/api/:id': {
    path: ({ world, token }) => `/${world.slug}/settings/api/${token.id}`,
    in: 200,
  },
  'GET /:vcs/:org/:repo/settings/api/:id/delete': { path: ofToken('delete'), in: 200 },
  'POST /:vcs/:org/:repo/settings/api/:id/delete': { path: ofToken('delete'), in: 422 },
  'GET /:vcs/:org/:repo/settings/api/:id/rotate': { path: ofToken('rotate'), in: 200 },
  'POST /:vcs/:org/:repo/settings/api/:id/rotate': { path: ofToken('rotate'), in: 400 },
  'POST /:vcs/:org/:repo/settings/api/on-leak': { path: page('/settings/api/on-leak'), in: 400 },
  // There is none of that id, so it may have been shown before.
  'POST /:vcs/:org/:repo/settings/api/successors/:id': { path: page('/settings/api/successors/unknown'), in: 409 },
  'POST /:vcs/:org/:repo/settings/api/successors/:id/drop': {
    path: page('/settings/api/successors/unknown/drop'),
    in: 303,
  },
  'GET /:vcs/:org/:repo/settings/badges': { path: page('/settings/badges'), in: 200 },
  'POST /:vcs/:org/:repo/settings/badges/token': { path: page('/settings/badges/token'), form: { once: '' }, in: 400 },
  'GET /:vcs/:org/:repo/settings/badges/preview': { path: page('/settings/badges/preview'), in: 200 },
  'GET /:vcs/:org/:repo/settings/members': { path: page('/settings/members'), in: 200 },
  'POST /:vcs/:org/:repo/settings/members': { path: page('/settings/members'), in: 422 },
  'GET /:vcs/:org/:repo/settings/members/:login/remove': {
    path: ({ world }) => `/${world.slug}/settings/members/${world.users.member.login}/remove`,
    in: 200,
  },
  // The last admin stays.
  'POST /:vcs/:org/:repo/settings/members/:login/remove': {
    path: ({ world }) => `/${world.slug}/settings/members/${world.users.admin.login}/remove`,
    in: 422,
  },
  'GET /:vcs/:org/:repo/settings/webhooks': { path: page('/settings/webhooks'), in: 200 },
  'GET /:vcs/:org/:repo/settings/webhooks/new': { path: page('/settings/webhooks/new'), in: 200 },
  'POST /:vcs/:org/:repo/settings/webhooks': { path: page('/settings/webhooks'), in: 422 },
  'GET /:vcs/:org/:repo/settings/webhooks/:id/rotate': { path: ofWebhook('rotate'), in: 200 },
  'POST /:vcs/:org/:repo/settings/webhooks/:id/rotate': { path: ofWebhook('rotate'), in: 400 },
  'GET /:vcs/:org/:repo/settings/webhooks/:id/delete': { path: ofWebhook('delete'), in: 200 },
  'POST /:vcs/:org/:repo/settings/webhooks/:id/delete': { path: ofWebhook('delete'), in: 422 },
  'GET /:vcs/:org/:repo/settings/publishers': { path: page('/settings/publishers'), in: 200 },
  'GET /:vcs/:org/:repo/settings/publishers/new': { path: page('/settings/publishers/new'), in: 200 },
  'POST /:vcs/:org/:repo/settings/publishers': { path: page('/settings/publishers'), in: 422 },
  'GET /:vcs/:org/:repo/settings/publishers/:id/delete': { path: ofPublisher, in: 200 },
  'POST /:vcs/:org/:repo/settings/publishers/:id/delete': { path: ofPublisher, in: 422 },
  'GET /:vcs/:org/:repo/settings/notices': { path: page('/settings/notices'), in: 200 },
  'GET /:vcs/:org/:repo/settings/notices/new': { path: page('/settings/notices/new'), in: 200 },
  'POST /:vcs/:org/:repo/settings/notices': { path: page('/settings/notices'), in: 422 },
  // It gets no notices, and is not paused.
  'POST /:vcs/:org/:repo/settings/notices/:id/try': { path: ofListener('try'), in: 303 },
  'POST /:vcs/:org/:repo/settings/notices/:id/resume': { path: ofListener('resume'), in: 303 },
  'GET /:vcs/:org/:repo/settings/notices/:id/delete': { path: ofListener('delete'), in: 200 },
  'POST /:vcs/:org/:repo/settings/notices/:id/delete': { path: ofListener('delete'), in: 422 },
  'GET /:vcs/:org/:repo/settings/retention': { path: page('/settings/retention'), in: 200 },
  'POST /:vcs/:org/:repo/settings/retention': { path: page('/settings/retention'), in: 422 },
  'GET /:vcs/:org/:repo/settings/audit': { path: page('/settings/audit'), in: 200 },
  'GET /:vcs/:org/:repo/settings/danger': { path: page('/settings/danger'), in: 200 },
  'POST /:vcs/:org/:repo/settings/visibility': {
    path: page('/settings/visibility'),
    form: { visibility: 'public' },
    in: 422,
  },
  'POST /:vcs/:org/:repo/settings/delete': { path: page('/settings/delete'), in: 422 },
}

// What is the same page for whoever is signed in, or not, may lead on instead.
const LEADS_ON: Partial<Record<PageName, true>> = { 'GET /sign-in': true, 'GET /sign-in/done': true }

describe.each(['private', 'public'] as const)('every page of a %s project', (visibility) => {
  let place: Omit<Place, 'own' | 'orgToken'>
  beforeAll(async () => {
    const stores = await openTestStores()
    const world = await seedWorld(stores, visibility)
    const [{ project }, admin] = [world, actsAs(world.users.admin.id)]
    const keys = await importDataKeys(env.DATA_KEY)
    const made = await insertWebhook(
      stores,
      project.id,
      { source: 'github', secret: mintIncomingSecret(), keys },
      admin,
    )
    const trusted = { kind: 'gitlab', issuer: 'https://gitlab.com', claims: { project_id: '7' } } as const
    const named = await insertPublisher(stores, project.id, trusted, admin)
    const listener = { kind: 'webhook', url: 'https://ci.example.com/hook' } as const
    const told = await insertListener(stores, project.id, { listener, secret: 'whsec_', keys }, admin)
    const { tests } = await searchTests(stores.db, project.id, '', { limit: 1 })
    place = {
      world,
      testId: tests[0]?.id ?? 0,
      token: await seedToken(stores, { kind: 'project', project, scope: 'status' }),
      webhookId: made.kind === 'created' ? made.webhook.id : '',
      publisherId: named.kind === 'created' ? named.publisher.id : '',
      listenerId: told.kind === 'created' ? told.listener.id : '',
    }
  })

  it.each(Object.keys(RECIPES) as PageName[])('%s lets in whom its row names', async (name) => {
    const stores = await openTestStores()
    const { world } = place
    const answers: Partial<Record<ViewerName, Answer>> = {}
    for (const viewer of VIEWERS) {
      const user = viewer === 'nobody' || viewer === 'a token' ? null : world.users[viewer]
      const session = user && (await seedSession(stores, user))
      const holder = user ?? world.users.admin
      const own = await seedToken(stores, { kind: 'personal', user: holder })
      const orgToken = await seedToken(stores, {
        ...{ kind: 'organization', user: holder, organization: world.project, scope: 'all' },
      })
      const asking: Asking = {
        ...(session ? { session } : {}),
        ...(viewer === 'a token' ? { token: world.secrets.admin } : {}),
      }
      answers[viewer] = await answerTo(name, { ...place, own, orgToken }, asking)
    }
    expect(answers).toEqual(EXPECTED[PAGES[name]][visibility])
  })
})

/** What a script, style, picture or frame of somebody's page sends, and what only a sibling host's may. */
const OF_OTHER_PAGES = [
  { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Dest': 'script' },
  { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Dest': 'empty' },
  { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Dest': 'iframe' },
  { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Dest': 'image' },
] as const

describe('a page of another origin that has a reader’s session sent along', () => {
  let place: Place
  let session: Awaited<ReturnType<typeof seedSession>>
  beforeAll(async () => {
    const stores = await openTestStores()
    const world = await seedWorld(stores, 'private')
    const token = await seedToken(stores, { kind: 'project', project: world.project, scope: 'status' })
    const own = await seedToken(stores, { kind: 'personal', user: world.users.admin })
    place = { world, token, own, orgToken: own, webhookId: '', publisherId: '', listenerId: '', testId: 1 }
    session = await seedSession(stores, world.users.admin)
  })
  const seen = async ({ path }: Recipe, asking: Asking) => {
    const { status, headers } = await browse(path(place), asking)
    return [status, headers.get('Location'), headers.get('Set-Cookie')]
  }

  it.each((Object.keys(RECIPES) as PageName[]).filter((name) => name.startsWith('GET ')))(
    'gets of %s what nobody gets',
    async (name) => {
      const nobody = await seen(RECIPES[name], {})
      for (const headers of OF_OTHER_PAGES) expect(await seen(RECIPES[name], { session, headers })).toEqual(nobody)
      const window = { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Dest': 'document' }
      const [[asWindow], [asPage]] = [
        await seen(RECIPES[name], { session, headers: window }),
        await seen(RECIPES[name], { session }),
      ]
      expect(asWindow).toBe(asPage)
      const { headers } = await browse(RECIPES[name].path(place), { session })
      expect(headers.get('Cross-Origin-Resource-Policy')).toBe('same-origin')
    },
  )
})

describe('a session', () => {
  it('opens nothing of the API', async () => {
    const stores = await openTestStores()
    const { users, slug } = await seedWorld(stores, 'private')
    const { cookie } = await seedSession(stores, users.admin)
    for (const path of ['/api/v1.1/me', `/api/v1.1/project/${slug}`, `/${slug}.svg`])
      expect([path, (await ask(path, { headers: { Cookie: cookie } })).status]).not.toEqual([path, 200])
  })
})

async function answerTo(name: PageName, place: Place, asking: Asking): Promise<Answer> {
  const recipe = RECIPES[name]
  const isForm = name.startsWith('POST ')
  const response = await browse(recipe.path(place), { ...asking, ...(isForm ? { form: recipe.form ?? {} } : {}) })
  const { status } = response
  if (
    response.headers.get('Location')?.startsWith('/sign-in?next') ||
    response.headers.get('Location') === '/sign-in'
  ) {
    // Signing out leads there too.
    if (name !== 'POST /sign-out' || !asking.session) return 'sign in'
  }
  if (status === recipe.in || (status === 303 && LEADS_ON[name])) return 'in'
  if (status === 403 || status === 404) return status
  throw new Error(`${name} answered ${status}`)
}
