import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { INSTANCE } from '../../../src/domain/access/actor.ts'
import type { Identity } from '../../../src/domain/people/identity.ts'
import { mintSessionSecret } from '../../../src/domain/people/session.ts'
import {
  findOrInsertPerson,
  linkIdentity,
  listIdentities,
  unlinkIdentity,
} from '../../../src/storage/people/identities.ts'
import { insertSession, listSessions } from '../../../src/storage/people/sessions.ts'
import { seedUser } from '../../support/seed/seed.ts'
import { actsAs } from '../../support/worker/as-instance.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'

const FACE = { fullName: null, avatarUrl: null }

let stores: TestStores
beforeEach(async () => {
  stores = await openTestStores()
})

const freshName = () => `ada${crypto.randomUUID().slice(0, 8)}`
const account = (over: Partial<Identity> = {}): Identity => ({
  provider: 'github',
  subject: crypto.randomUUID(),
  name: freshName(),
  ...over,
})
const personOf = (identity: Identity) => findOrInsertPerson(stores, identity, FACE)

async function loginOf(userId: string): Promise<string> {
  const row = await env.DB.prepare('select login from users where id = ?').bind(userId).first<{ login: string }>()
  return row?.login ?? ''
}

/** What the audit log says was done to an account elsewhere, by the name or subject of that. */
async function toldOf(subject: string): Promise<readonly string[]> {
  const { results } = await env.DB.prepare("select action from audit where subject = ? and action like 'identity.%'")
    .bind(subject)
    .all<{ action: string }>()
  return results.map(({ action }) => action)
}

describe('an account elsewhere', () => {
  it('is another one than that of the same number at another provider', async () => {
    const here = account()
    expect(await personOf({ ...here, provider: 'access', name: freshName() })).not.toBe(await personOf(here))
  })

  it('shows the name it has there now, and when it was used last, and so does no other one', async () => {
    const one = account()
    const others = [account(), account({ provider: 'access', subject: one.subject })]
    const person = await personOf(one)
    const bystanders: string[] = []
    for (const other of others) bystanders.push(await personOf(other))
    const startedAt = stores.now()
    stores.clock.advance(60_000)
    expect(await personOf({ ...one, name: 'countess' })).toBe(person)
    expect(await listIdentities(stores.db, person)).toEqual([
      { ...one, name: 'countess', createdAt: startedAt, lastUsedAt: startedAt + 60_000 },
    ])
    for (const [i, other] of others.entries())
      expect(await listIdentities(stores.db, bystanders[i] ?? '')).toEqual([
        { ...other, createdAt: startedAt, lastUsedAt: startedAt },
      ])
  })

  it('used for the first time by two at once makes one person', async () => {
    const identity = account()
    const [one, two] = await Promise.all([personOf(identity), personOf(identity)])
    expect(one).toBe(two)
  })

  it('gets a login of its own, however many have that name', async () => {
    const name = freshName()
    const logins = []
    for (let i = 0; i < 7; i++) logins.push(await loginOf(await personOf(account({ name }))))
    expect(logins.slice(0, 4)).toEqual([name, `${name}-2`, `${name}-3`, `${name}-4`])
    for (const login of logins.slice(4)) expect(login).toMatch(new RegExp(`^${name}-\\w{6}$`))
  })

  it('makes nobody where the database fails, which is told as it is', async () => {
    stores.faults.beforeD1 = async (sqls) => {
      if (sqls.some((sql) => sql.startsWith('insert into "identities"'))) throw new Error('D1_ERROR: lost')
    }
    await expect(personOf(account())).rejects.toThrow('D1_ERROR: lost')
  })

  it('is linked to a person unless somebody has it, and only what is done is in the audit log', async () => {
    const [one, two] = [await seedUser(stores.db), await seedUser(stores.db)]
    const [identity, another] = [account(), account()]
    expect(await linkIdentity(stores, one.id, identity, INSTANCE)).toBe(true)
    expect(await linkIdentity(stores, two.id, identity, INSTANCE)).toBe(false)
    expect(await linkIdentity(stores, two.id, another, INSTANCE)).toBe(true)
    expect(await toldOf(identity.name)).toEqual(['identity.linked'])
    expect(await toldOf(another.name)).toEqual(['identity.linked'])
  })
})

describe('an account that is unlinked', () => {
  it('goes alone, from its person alone, with the sessions that it began but for the one that asks', async () => {
    const [one, two] = [await seedUser(stores.db), await seedUser(stores.db)]
    const [identity, second, others] = [account(), account(), account()]
    for (const [user, linked] of [
      [one, identity],
      [one, second],
      [two, others],
    ] as const)
      await linkIdentity(stores, user.id, linked, INSTANCE)
    for (const [user, by] of [
      [one, { method: 'github', subject: identity.subject }],
      [one, { method: 'github', subject: second.subject }],
      [one, { method: 'link' }],
      [two, { method: 'github', subject: others.subject }],
    ] as const)
      await insertSession(stores, mintSessionSecret(), { userId: user.id, ...by, userAgent: 'test', from: null })
    const sessionsOf = async ({ id }: { id: string }) => listSessions(stores.db, id, stores.now())
    const asking = (await sessionsOf(one)).find(({ method }) => method === 'github')?.id ?? ''

    const by = { userId: one.id, sessionId: asking }
    expect(await unlinkIdentity(stores, by, others, actsAs(one.id))).toBe(false)
    expect(await unlinkIdentity(stores, by, identity, actsAs(one.id))).toBe(true)
    expect((await listIdentities(stores.db, one.id)).map(({ subject }) => subject)).toEqual([second.subject])
    expect((await listIdentities(stores.db, two.id)).map(({ subject }) => subject)).toEqual([others.subject])
    expect(
      (await sessionsOf(one)).map(({ id, method }) => (id === asking ? 'the one that asks' : method)).sort(),
    ).toEqual(['link', 'the one that asks'])
    expect(await sessionsOf(two)).toHaveLength(1)
    expect([await toldOf(identity.subject), await toldOf(others.subject)]).toEqual([['identity.unlinked'], []])
  })
})
