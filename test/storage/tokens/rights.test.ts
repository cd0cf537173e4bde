import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Actor, INSTANCE, type Right } from '../../../src/domain/access/actor.ts'
import { importDataKeys } from '../../../src/domain/formats/sealed-text.ts'
import type { Identity } from '../../../src/domain/people/identity.ts'
import { SESSION_IDLE_MS } from '../../../src/domain/people/session.ts'
import { mintIncomingSecret } from '../../../src/domain/reporting/webhook-source.ts'
import { linkIdentity } from '../../../src/storage/people/identities.ts'
import { putCreator } from '../../../src/storage/projects/project-settings.ts'
import { insertWebhook } from '../../../src/storage/reporting/webhooks.ts'
import { sweeps } from '../../../src/storage/schema/schema.ts'
import { insertPublisher } from '../../../src/storage/tokens/publishers.ts'
import { commit, RightGone } from '../../../src/storage/tokens/rights.ts'
import { type SeededToken, seedMember, seedProject, seedSession, seedToken, seedUser } from '../../support/seed/seed.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'

let stores: TestStores
let project: Awaited<ReturnType<typeof seedProject>>
let elsewhere: Awaited<ReturnType<typeof seedProject>>
const people = {} as Record<'admin' | 'member' | 'stranger' | 'owner', { id: string; login: string }>
const tokens = {} as Record<keyof typeof people | 'reporting' | 'all', SeededToken>
let webhookId: string
let publisherId: string
let session: { id: string }

beforeAll(async () => {
  stores = await openTestStores()
  const { db } = stores
  project = await seedProject(db)
  elsewhere = await seedProject(db)
  for (const name of ['admin', 'member', 'stranger', 'owner'] as const) {
    people[name] = await seedUser(db, { instanceRole: name === 'owner' ? 'owner' : 'user' })
    tokens[name] = await seedToken(stores, { kind: 'personal', user: people[name] })
  }
  await seedMember(db, project, people.admin, 'admin')
  await seedMember(db, project, people.member, 'member')
  await seedMember(db, elsewhere, people.stranger, 'admin')
  await putCreator(stores, project, people.admin, INSTANCE)
  const trusted = { kind: 'gitlab', issuer: 'https://gitlab.com', claims: { project_id: '7' } } as const
  const named = await insertPublisher(stores, project.id, trusted, INSTANCE)
  publisherId = named.kind === 'created' ? named.publisher.id : ''
  tokens.reporting = await seedToken(stores, { kind: 'reporting', project, publisherId })
  tokens.all = await seedToken(stores, { kind: 'project', project, scope: 'all' })
  const keys = await importDataKeys(env.DATA_KEY)
  const made = await insertWebhook(
    stores,
    project.id,
    { source: 'github', secret: mintIncomingSecret(), keys },
    INSTANCE,
  )
  webhookId = made.kind === 'created' ? made.webhook.id : ''
  session = await seedSession(stores, people.admin)
  await linkIdentity(stores, people.admin.id, { provider: 'github', subject: '7', name: 'ada' }, INSTANCE)
})

const by = (name: keyof typeof tokens, right: Right): Actor => ({
  userId: name in people ? people[name as keyof typeof people].id : null,
  tokenId: tokens[name].id,
  sessionId: null,
  from: null,
  right,
})
const inBrowser = (right: Right, over: Partial<Actor> = {}): Actor => ({
  userId: people.admin.id,
  tokenId: null,
  sessionId: session.id,
  from: null,
  right,
  ...over,
})
const signsIn = (userId: string, account: Pick<Identity, 'provider' | 'subject'>): Actor => ({
  ...INSTANCE,
  userId,
  right: { kind: 'identity', ...account },
})
const on = (permission: 'builds:write' | 'project:admin', id = project.id): Right => ({
  kind: 'project',
  projectId: id,
  permission,
})

/** Whether the actor may leave something behind now; if not, nothing is there. */
async function may(actor: Actor, at = stores): Promise<boolean> {
  await env.DB.prepare('delete from sweeps').run()
  const put = at.db.insert(sweeps).values({ name: 'left behind', cursor: null }).onConflictDoNothing()
  const isDone = await commit(at, actor, [put, at.db.select({ name: sweeps.name }).from(sweeps)]).then(
    ([, rows]) => rows.length === 1,
    (error) => {
      expect(error).toBeInstanceOf(RightGone)
      expect(error.right).toBe(actor.right)
      return false
    },
  )
  const { results } = await env.DB.prepare('select * from sweeps').all()
  expect(results).toHaveLength(isDone ? 1 : 0)
  return isDone
}

describe('a right that stands', () => {
  const cases: [string, () => Actor][] = [
    ['the instance itself', () => INSTANCE],
    ['an admin, to administer', () => by('admin', on('project:admin'))],
    ['an admin, to report', () => by('admin', on('builds:write'))],
    ['an admin in a browser', () => inBrowser(on('project:admin'))],
    ['a member, to report', () => by('member', on('builds:write'))],
    ['a CI job, to report', () => by('reporting', on('builds:write'))],
    ['anybody, as themselves', () => by('stranger', { kind: 'credential' })],
    ['a session, as itself', () => inBrowser({ kind: 'credential' })],
    ['an owner', () => by('owner', { kind: 'owner' })],
    ['an owner, to create anywhere', () => by('owner', { kind: 'creator', org: elsewhere })],
    ['whom an owner let, to create there', () => by('admin', { kind: 'creator', org: project })],
    [
      'the same, whatever the letter case',
      () => by('admin', { kind: 'creator', org: { ...project, org: project.org.toUpperCase() } }),
    ],
    ['a webhook', () => ({ ...INSTANCE, right: { kind: 'webhook', webhookId, projectId: project.id } })],
    ['who signs in by an account of theirs', () => signsIn(people.admin.id, { provider: 'github', subject: '7' })],
  ]
  it.each(cases)('lets %s', async (_, actor) => {
    expect(await may(actor())).toBe(true)
  })
})

describe('a right that is not there', () => {
  const cases: [string, () => Actor][] = [
    ['a member, to administer', () => by('member', on('project:admin'))],
    ['a CI job, to administer', () => by('reporting', on('project:admin'))],
    ['an admin of another project', () => by('stranger', on('project:admin'))],
    ['an admin, of another project', () => by('admin', on('project:admin', elsewhere.id))],
    ['a CI job, on another project', () => by('reporting', on('builds:write', elsewhere.id))],
    ['a project token, which only reads', () => by('all', on('builds:write'))],
    ['an owner who is no member', () => by('owner', on('project:admin'))],
    ['nobody', () => ({ ...INSTANCE, right: { kind: 'credential' } })],
    ['nobody, by the name of an admin', () => ({ ...INSTANCE, userId: people.admin.id, right: on('project:admin') })],
    ['a token that is gone', () => ({ ...by('admin', on('project:admin')), tokenId: crypto.randomUUID() })],
    ['the token of somebody else', () => ({ ...by('admin', on('project:admin')), tokenId: tokens.member.id })],
    ['a session that is gone', () => inBrowser(on('project:admin'), { sessionId: crypto.randomUUID() })],
    ['the session of somebody else', () => inBrowser({ kind: 'owner' }, { userId: people.owner.id })],
    ['who is no owner', () => by('admin', { kind: 'owner' })],
    ['who may create elsewhere', () => by('admin', { kind: 'creator', org: elsewhere })],
    ['who may create at another host', () => by('admin', { kind: 'creator', org: { ...project, vcs: 'gl' } })],
    ['who may not create, where another may', () => by('member', { kind: 'creator', org: project })],
    ['who signs in by an account of another', () => signsIn(people.member.id, { provider: 'github', subject: '7' })],
    ['who signs in by an account of nobody', () => signsIn(people.admin.id, { provider: 'github', subject: '8' })],
    ['the same name elsewhere', () => signsIn(people.admin.id, { provider: 'access', subject: '7' })],
    [
      'a webhook that is gone',
      () => ({ ...INSTANCE, right: { kind: 'webhook', webhookId: crypto.randomUUID(), projectId: project.id } }),
    ],
  ]
  it.each(cases)('leaves nothing behind for %s', async (_, actor) => {
    expect(await may(actor())).toBe(false)
  })
})

describe('a credential', () => {
  it('is over at the end of a token, to the millisecond', async () => {
    const expiresAt = stores.now() + 1_000
    const token = await seedToken(stores, { kind: 'personal', user: people.admin, expiresAt })
    const actor = { ...by('admin', on('project:admin')), tokenId: token.id }
    const at = (now: number) => ({ ...stores, now: () => now })
    expect([await may(actor, at(expiresAt - 1)), await may(actor, at(expiresAt))]).toEqual([true, false])
  })

  it('is over when a session was idle for thirty days', async () => {
    const { results } = await env.DB.prepare('select last_seen_at from sessions where id = ?')
      .bind(session.id)
      .all<{ last_seen_at: number }>()
    const end = (results[0]?.last_seen_at ?? 0) + SESSION_IDLE_MS
    const at = (now: number) => ({ ...stores, now: () => now })
    const actor = inBrowser(on('project:admin'))
    expect([await may(actor, at(end - 1)), await may(actor, at(end))]).toEqual([true, false])
  })

  it('is over with a rotated webhook, at its end', async () => {
    const keys = await importDataKeys(env.DATA_KEY)
    const made = await insertWebhook(
      stores,
      elsewhere.id,
      { source: 'gitlab', secret: mintIncomingSecret(), keys },
      INSTANCE,
    )
    const id = made.kind === 'created' ? made.webhook.id : ''
    await env.DB.prepare('update webhooks set expires_at = ? where id = ?').bind(5_000, id).run()
    const actor: Actor = { ...INSTANCE, right: { kind: 'webhook', webhookId: id, projectId: project.id } }
    const at = (now: number) => ({ ...stores, now: () => now })
    expect([await may(actor, at(4_999)), await may(actor, at(5_000))]).toEqual([true, false])
  })

  it('of a CI job needs its publisher, whatever became of its row', async () => {
    const orphan = await seedToken(stores, { kind: 'reporting', project, publisherId: crypto.randomUUID() })
    expect(await may({ ...by('reporting', on('builds:write')), tokenId: orphan.id })).toBe(false)
  })
})

it('a fault of the database stays what it is', async () => {
  const twice = [1, 2].map(() => stores.db.insert(sweeps).values({ name: 'twice', cursor: null }))
  const actor = by('admin', on('project:admin'))
  await expect(commit(stores, actor, twice)).rejects.not.toBeInstanceOf(RightGone)
})

it('the check itself keeps no row', async () => {
  const { results } = await env.DB.prepare('select * from rights_gone').all()
  expect(results).toEqual([])
})
