import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { MOST_QUERIES } from '../../../../bench/free-plan.ts'
import { INSTANCE } from '../../../../src/domain/access/actor.ts'
import { NO_POLICY } from '../../../../src/domain/access/policy.ts'
import { slugText } from '../../../../src/domain/project.ts'
import { PAGES, type PageName, type PageNeeds } from '../../../../src/http/frame/access.ts'
import { putAddress } from '../../../../src/storage/notices/mail-addresses.ts'
import { tokenSuccessors } from '../../../../src/storage/schema/schema-notices.ts'
import { listeners } from '../../../../src/storage/schema/schema-outbox.ts'
import { putPolicy } from '../../../../src/storage/tokens/policy/policy.ts'
import { type Furnished, furnish } from '../../../support/seed/furnished.ts'
import { seedNotice } from '../../../support/seed/seed-notice.ts'
import { ENDINGS, endBeforeWrite } from '../../../support/sign/endings.ts'
import { openTestApp } from '../../../support/worker/app.ts'
import { type Ask, ORIGIN } from '../../../support/worker/client.ts'
import { countQueries } from '../../../support/worker/free-plan.ts'
import { EMPTY, keep, putBack, type Snapshot, snapshot } from '../../../support/worker/snapshot.ts'
import { openTestStores } from '../../../support/worker/stores.ts'

type FormName = Extract<PageName, `POST ${string}`>
type Person = 'admin' | 'owner'

/** Forms that nobody has to be signed in for, whose proof comes with them, and those that only lead elsewhere. */
const OWN_PROOF = {
  'POST /sign-in/link': true,
  'POST /sign-in/github': true,
  'POST /sign-in/access': true,
  'POST /account/identities/github': true,
  // Its proof is what Cloudflare Access signs, which no test here can; cloudflare-access.test.ts has it.
  'POST /account/identities/access': true,
} as const satisfies Partial<Record<FormName, true>>

type Recipe = {
  readonly path: (world: Furnished) => string
  readonly form?: Record<string, string> | ((world: Furnished) => Record<string, string>)
  readonly before?: (world: Furnished) => Promise<void>
}

const at =
  (rest: string | ((world: Furnished) => string)): Recipe['path'] =>
  (world) =>
    `/${slugText(world.project)}/settings${typeof rest === 'string' ? rest : rest(world)}`
const person =
  (rest: string): Recipe['path'] =>
  ({ users }) =>
    `/instance/users/${users.member.login}${rest}`
const ofTest =
  (which: 'plain' | 'muted', act: string): Recipe['path'] =>
  ({ project, tests }) =>
    `/${slugText(project)}/tests/${tests[which]}${act}`
const FORM_ID = { once: 'abcdefghijklmnopqrstuv' }
const ROTATE = { ...FORM_ID, overlap: '3600' }
const DELETE = { confirm: 'DELETE' }

/** Has the webhook get notices, and be paused or not. */
const makeChannel =
  (pausedAt: number | null): Recipe['before'] =>
  async ({ stores, listenerId }) => {
    const config = { kind: 'webhook', url: 'https://ci.example.com/hook', notices: ['branch.broken'] } as const
    await stores.db.update(listeners).set({ config, pausedAt }).where(eq(listeners.id, listenerId))
  }
const CODE = '012345'
/** Has the admin have a mail address, with a code that was sent there. */
const typeAddress: Recipe['before'] = async ({ stores, users }) => {
  await putAddress(stores, users.admin.id, { address: 'ada@example.com', code: CODE }, INSTANCE)
}
const tellAdmin: Recipe['before'] = async ({ stores, project, users }) => {
  const facts = { kind: 'branch.fixed', branch: 'main', pipeline: 1, by: null } as const
  await seedNotice(stores, { facts, project, people: [users.admin] })
}

/** Has a leaked token have a successor that waits. */
const leaveSuccessor: Recipe['before'] = async ({ stores, project }) => {
  const waits = {
    id: 'waiting',
    projectId: project.id,
    replaces: 'gone',
    label: 'x',
    scope: 'all',
    createdAt: 1,
  } as const
  await stores.db.insert(tokenSuccessors).values(waits)
}

const RECIPES: Record<Exclude<FormName, keyof typeof OWN_PROOF>, Recipe> = {
  'POST /sign-out': { path: () => '/sign-out' },
  'POST /account/sessions/:id/end': { path: ({ others }) => `/account/sessions/${others.admin.id}/end` },
  'POST /account/sessions/end-others': { path: () => '/account/sessions/end-others' },
  'POST /account/identities/:provider/:subject/unlink': { path: () => '/account/identities/github/1/unlink' },
  'POST /instance/tokens/:id/delete': { path: ({ token }) => `/instance/tokens/${token.id}/delete`, form: DELETE },
  'POST /instance/policy': { path: () => '/instance/policy', form: { project_makers: 'owners' } },
  'POST /instance/policy/end': {
    path: () => '/instance/policy/end',
    form: { confirm: 'END' },
    before: ({ stores }) => putPolicy(stores, { ...NO_POLICY, projectDays: 30 }, INSTANCE),
  },
  'POST /account/notices': { path: () => '/account/notices', form: { 'place:branch.broken': 'off' } },
  'POST /account/notices/mail': { path: () => '/account/notices/mail', form: { address: 'ada@example.com' } },
  'POST /account/notices/mail/confirm': {
    path: () => '/account/notices/mail/confirm',
    form: { code: CODE },
    before: typeAddress,
  },
  'POST /account/notices/mail/remove': { path: () => '/account/notices/mail/remove', before: typeAddress },
  'POST /notices/read': { path: () => '/notices/read', form: { which: 'all' }, before: tellAdmin },
  'POST /account/organizations': {
    path: () => '/account/organizations',
    form: ({ project }) => ({ ...FORM_ID, organization: `gh/${project.org}`, label: 'x', scope: 'all', expiry: '365' }),
  },
  'POST /account/organizations/:id/delete': { path: ({ orgToken }) => `/account/organizations/${orgToken.id}/delete` },
  'POST /account/organizations/:id/rotate': {
    path: ({ orgToken }) => `/account/organizations/${orgToken.id}/rotate`,
    form: ROTATE,
  },
  'POST /account/api': { path: () => '/account/api', form: { ...FORM_ID, label: 'mine', expiry: 'never' } },
  'POST /account/api/:id/delete': { path: ({ adminsOther }) => `/account/api/${adminsOther.id}/delete` },
  'POST /account/api/:id/rotate': {
    path: ({ adminsOther }) => `/account/api/${adminsOther.id}/rotate`,
    form: ROTATE,
  },
  'POST /projects': {
    path: () => '/projects',
    form: ({ project }) => ({
      vcs: 'gh',
      org: project.org,
      ...FORM_ID,
      repo: 'made',
      default_branch: 'main',
      visibility: 'private',
    }),
  },
  'POST /instance/users': { path: () => '/instance/users', form: { ...FORM_ID, login: 'somebody-new' } },
  'POST /instance/users/:login/invitation': { path: ({ invited }) => `/instance/users/${invited.login}/invitation` },
  'POST /instance/users/:login/role': { path: person('/role'), form: { role: 'owner' } },
  'POST /instance/users/:login/creator': { path: person('/creator'), form: { vcs: 'gh', org: 'acme' } },
  'POST /instance/users/:login/creator/end': {
    path: ({ users }) => `/instance/users/${users.admin.login}/creator/end`,
    form: ({ project }) => ({ vcs: 'gh', org: project.org }),
  },
  'POST /instance/users/:login/remove': { path: person('/remove'), form: { end_made: 'yes' } },
  'POST /:vcs/:org/:repo/settings': { path: at(''), form: { default_branch: 'trunk' } },
  'POST /:vcs/:org/:repo/settings/api': {
    path: at('/api'),
    form: { ...FORM_ID, label: 'x', scope: 'all', expiry: 'never' },
  },
  'POST /:vcs/:org/:repo/settings/api/:id/delete': { path: at(({ token }) => `/api/${token.id}/delete`), form: DELETE },
  'POST /:vcs/:org/:repo/settings/api/:id/rotate': { path: at(({ token }) => `/api/${token.id}/rotate`), form: ROTATE },
  'POST /:vcs/:org/:repo/settings/api/on-leak': { path: at('/api/on-leak'), form: { on_leak: 'replace' } },
  'POST /:vcs/:org/:repo/settings/api/successors/:id': {
    path: at('/api/successors/waiting'),
    form: FORM_ID,
    before: leaveSuccessor,
  },
  'POST /:vcs/:org/:repo/settings/api/successors/:id/drop': {
    path: at('/api/successors/waiting/drop'),
    before: leaveSuccessor,
  },
  'POST /:vcs/:org/:repo/settings/badges/token': {
    path: at('/badges/token'),
    form: { ...FORM_ID, branch: 'main', style: 'shield' },
  },
  'POST /:vcs/:org/:repo/settings/members': {
    path: at('/members'),
    form: ({ users }) => ({ login: users.stranger.login, role: 'admin' }),
  },
  'POST /:vcs/:org/:repo/settings/members/:login/remove': {
    path: at(({ users }) => `/members/${users.member.login}/remove`),
    form: { end_made: 'yes' },
  },
  'POST /:vcs/:org/:repo/settings/webhooks': { path: at('/webhooks'), form: { ...FORM_ID, source: 'gitlab' } },
  'POST /:vcs/:org/:repo/settings/webhooks/:id/rotate': {
    path: at(({ webhook }) => `/webhooks/${webhook.id}/rotate`),
    form: ROTATE,
  },
  'POST /:vcs/:org/:repo/settings/webhooks/:id/delete': {
    path: at(({ webhook }) => `/webhooks/${webhook.id}/delete`),
    form: DELETE,
  },
  'POST /:vcs/:org/:repo/settings/publishers': {
    path: at('/publishers'),
    form: { ...FORM_ID, kind: 'github', 'claim:repository_id': '1' },
  },
  'POST /:vcs/:org/:repo/settings/publishers/:id/delete': {
    path: at(({ publisherId }) => `/publishers/${publisherId}/delete`),
    form: DELETE,
  },
  'POST /:vcs/:org/:repo/settings/notices': {
    path: at('/notices'),
    form: { ...FORM_ID, kind: 'slack', url: 'https://hooks.slack.example/T0/B0/x', notices: 'branch.broken' },
  },
  'POST /:vcs/:org/:repo/settings/notices/:id/try': {
    path: at(({ listenerId }) => `/notices/${listenerId}/try`),
    before: makeChannel(null),
  },
  'POST /:vcs/:org/:repo/settings/notices/:id/resume': {
    path: at(({ listenerId }) => `/notices/${listenerId}/resume`),
    before: makeChannel(1),
  },
  'POST /:vcs/:org/:repo/settings/notices/:id/delete': {
    path: at(({ listenerId }) => `/notices/${listenerId}/delete`),
    form: DELETE,
  },
  'POST /:vcs/:org/:repo/settings/retention': {
    path: at('/retention'),
    form: { artifact_days: '7', build_days: '70', keep_per_branch: '1' },
  },
  'POST /:vcs/:org/:repo/tests/:id/mute': {
    path: ofTest('plain', '/mute'),
    form: { reason: 'It fails at midnight', until: new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10) },
  },
  'POST /:vcs/:org/:repo/tests/:id/unmute': { path: ofTest('muted', '/unmute') },
  'POST /:vcs/:org/:repo/:num{[0-9]+}/share/:node/:path{.+}': {
    path: ({ project }) => `/${slugText(project)}/1/share/0/out/report.txt`,
    form: { ...FORM_ID, expires: '7' },
  },
  'POST /:vcs/:org/:repo/shares/:id/end': {
    path: ({ project, shareId }) => `/${slugText(project)}/shares/${shareId}/end`,
  },
  'POST /:vcs/:org/:repo/settings/visibility': {
    path: at('/visibility'),
    form: { visibility: 'public', understood: 'yes' },
  },
  'POST /:vcs/:org/:repo/settings/delete': {
    path: at('/delete'),
    form: ({ slug }) => ({ confirm: slug }),
  },
}

type Way = { readonly person: Person; readonly ending: keyof typeof ENDINGS }
const ways = (person: Person, ...endings: string[]): Way[] => endings.map((ending) => ({ person, ending }))
const SIGNED_IN = ways('admin', 'their session was ended', 'they were removed from the instance')

const WAYS: Partial<Record<PageNeeds, readonly Way[]>> = {
  session: SIGNED_IN,
  owner: ways('owner', 'their session was ended', 'they are no owner any more', 'they were removed from the instance'),
  'builds:write': [...SIGNED_IN, ...ways('admin', 'they were removed from the project')],
  'shares:write': [...SIGNED_IN, ...ways('admin', 'they were removed from the project')],
  'project:admin': [
    ...SIGNED_IN,
    ...ways('admin', 'they were removed from the project', 'they were made a mere member'),
  ],
}

const CREATORS = [
  ...SIGNED_IN,
  ...ways('admin', 'they may not create there any more'),
  ...ways('owner', 'they are no owner any more'),
]

const STRICTER: Partial<Record<FormName, readonly Way[]>> = {
  'POST /projects': CREATORS,
  'POST /account/organizations': CREATORS,
}

const CASES = (Object.keys(RECIPES) as (keyof typeof RECIPES)[]).flatMap((name) => {
  const needs: PageNeeds = PAGES[name]
  return (STRICTER[name] ?? WAYS[needs] ?? []).map((way) => ({ name, ...way }))
})
const PEOPLE = CASES.filter(
  (way, i) => CASES.findIndex((one) => one.name === way.name && one.person === way.person) === i,
)
/** Of these the isolate has something cached; all else of a session is asked of the database each time. */
const CACHED = CASES.filter(({ ending }) =>
  ['they were removed from the project', 'they were made a mere member'].includes(ending),
)

let furnished: Furnished
let kept: Snapshot
let world: Furnished
let send: (path: string, ask: Ask) => Promise<Response>

beforeAll(async () => {
  await putBack(EMPTY)
  furnished = await furnish(await openTestStores())
  kept = await keep()
})

beforeEach(async () => {
  await putBack(kept)
  const stores = await openTestStores()
  world = { ...furnished, stores }
  const vars = { EMAIL: { send: async () => ({ messageId: '1' }) }, MAIL_FROM: 'builds@example.com' }
  send = (await openTestApp({ stores, vars })).ask
})

function submit(name: keyof typeof RECIPES, who: Person): Promise<Response> {
  const { path, form = {} }: Recipe = RECIPES[name]
  const { cookie, formToken } = world.sessions[who]
  const fields = { form_token: formToken, ...(typeof form === 'function' ? form(world) : form) }
  return send(path(world), {
    method: 'POST',
    headers: {
      Cookie: cookie,
      Origin: ORIGIN,
      'Sec-Fetch-Site': 'same-origin',
      'Content-Type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams(fields).toString(),
  })
}

/** Led to the sign-in page, or told that it is not theirs to do or not there. */
function isRefused(response: Response): boolean {
  const leads = response.headers.get('Location') ?? ''
  return [401, 403, 404].includes(response.status) || (response.status === 303 && leads.startsWith('/sign-in'))
}

it('knows how to fill in every form that rests on being signed in', () => {
  const forms = (Object.keys(PAGES) as PageName[]).filter((name) => name.startsWith('POST '))
  expect([...Object.keys(RECIPES), ...Object.keys(OWN_PROOF)].sort()).toEqual(forms.sort())
})

describe('with the right to it', () => {
  it.each(PEOPLE)('$name leaves something behind for $person', async ({ name, person }) => {
    await (RECIPES[name] as Recipe).before?.(world)
    const before = await snapshot()
    const queries = countQueries(world.stores)
    const response = await submit(name, person)
    expect(response.status, await response.text()).toBeLessThan(400)
    expect(await queries()).toBeLessThanOrEqual(MOST_QUERIES.write)
    expect(await snapshot()).not.toEqual(before)
  })
})

describe('where the right to it ended elsewhere, and this isolate does not know', () => {
  it.each(CACHED)('$name leaves nothing behind: $ending', async ({ name, person, ending }) => {
    await (RECIPES[name] as Recipe).before?.(world)
    const { cookie } = world.sessions[person]
    const page = `/${slugText(world.project)}/settings/retention`
    expect((await send(page, { headers: { Cookie: cookie } })).status).toBe(200)
    await ENDINGS[ending]?.(world, person)
    expect((await send(page, { headers: { Cookie: cookie } })).status).toBe(200)
    await world.stores.settled()
    const before = await snapshot()
    const response = await submit(name, person)
    await world.stores.settled()
    expect([isRefused(response), await snapshot()]).toEqual([true, before])
  })
})

describe('where the right to it ends between the look at it and the write', () => {
  it.each(CASES)('$name leaves nothing behind: $ending ($person)', async ({ name, person, ending }) => {
    await (RECIPES[name] as Recipe).before?.(world)
    let before: Awaited<ReturnType<typeof snapshot>> | undefined
    const hasEnded = endBeforeWrite(world, async () => {
      await ENDINGS[ending]?.(world, person)
      before = await snapshot()
    })
    const response = await submit(name, person)
    await world.stores.settled()
    expect(hasEnded()).toBe(true)
    expect([isRefused(response), await snapshot()]).toEqual([true, before])
  })
})
