import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { INSTANCE } from '../../../src/domain/access/actor.ts'
import { mintSecret, type Secret } from '../../../src/domain/access/secret.ts'
import type { Token } from '../../../src/domain/access/token.ts'
import { deleteUser } from '../../../src/storage/people/instance-users.ts'
import { deleteMember, listMembers } from '../../../src/storage/people/members.ts'
import { listMadeBy, listMinted } from '../../../src/storage/tokens/made.ts'
import { deleteToken } from '../../../src/storage/tokens/token-ends.ts'
import { insertToken } from '../../../src/storage/tokens/tokens.ts'
import { type SeededToken, seedMember, seedProject, seedToken, seedUser } from '../../support/seed/seed.ts'
import { openTestApp } from '../../support/worker/app.ts'
import { actsAs, reportBuild } from '../../support/worker/as-instance.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'
import { reportOf, seedArtifact } from '../../support/worker/world.ts'

let stores: TestStores
let person: { id: string; login: string }
let owner: { id: string; login: string }
let own: SeededToken
let project: Awaited<ReturnType<typeof seedProject>>

/** By the API, with the person's token: one of each kind. */
async function makeAll(on: typeof project, token: string): Promise<void> {
  const { ask } = await openTestApp({ stores })
  const reported = await reportBuild(stores, on.id, reportOf({ externalId: 'the one' }))
  if ('build' in reported && reported.kind === 'created')
    await seedArtifact(stores, on, reported.build, { path: 'out.txt', text: 'x' })
  const base = `/api/buildpass/v1/projects/gh/${on.org}/${on.repo}`
  const url = 'https://chat.example.com/'
  const made: [string, string, unknown][] = [
    ['POST', `/api/v1.1/project/gh/${on.org}/${on.repo}/token`, { label: 'theirs', scope: 'all' }],
    ['POST', `${base}/webhooks`, { source: 'github' }],
    ['POST', `${base}/publishers`, { kind: 'github', claims: { repository_id: '1' } }],
    ['POST', `${base}/listeners`, { kind: 'webhook', url }],
    ['PUT', `${base}/dispatch-target`, { kind: 'webhook', url, send_env_vars: true }],
    ['POST', `${base}/shares`, { path: 'out.txt', build: 1 }],
  ]
  for (const [method, path, json] of made) {
    const response = await ask(path, { method, token, json })
    expect(response.status, await response.text()).toBeLessThan(300)
  }
}

/** A token that the person made with their own one. */
async function insertChild(secret: Secret): Promise<Token> {
  const wanted = { kind: 'personal', userId: person.id, label: 'child', expiresAt: null } as const
  const inserted = await insertToken(stores, secret, wanted, { ...actsAs(person.id), tokenId: own.id })
  if (inserted.kind !== 'created') throw new Error(`the child was not made: ${inserted.kind}`)
  return inserted.token
}

const KINDS = ['dispatch_target', 'listener', 'publisher', 'share', 'token', 'webhook']

/** The ids by which the project's things are ended, by kind; a project has one dispatch target at most. */
async function idsOn({ id }: { id: string }): Promise<readonly string[]> {
  const columns = {
    dispatch_targets: 'project_id',
    listeners: 'id',
    publishers: 'id',
    shares: 'id',
    tokens: 'id',
    webhooks: 'id',
  }
  const all = await env.DB.batch<{ id: string }>(
    Object.entries(columns).map(([table, column]) =>
      env.DB.prepare(`select ${column} as id from ${table} where project_id = ?`).bind(id),
    ),
  )
  return all.flatMap(({ results }) => results.map((row) => row.id))
}

/** How many of each are left, whoever made them. */
async function left(on: { id: string }): Promise<readonly unknown[]> {
  const tables = ['dispatch_targets', 'listeners', 'publishers', 'shares', 'tokens', 'webhooks']
  return env.DB.batch(
    tables.map((table) => env.DB.prepare(`select count(*) as n from ${table} where project_id = ?`).bind(on.id)),
  ).then((all) => all.map(({ results }) => (results[0] as { n: number }).n))
}

async function projectOf(user: typeof person): Promise<typeof project> {
  const made = await seedProject(stores.db)
  await seedMember(stores.db, made, user, 'admin')
  return made
}

beforeEach(async () => {
  stores = await openTestStores()
  person = await seedUser(stores.db)
  owner = await seedUser(stores.db, { instanceRole: 'owner' })
  project = await seedProject(stores.db)
  await seedMember(stores.db, project, person, 'admin')
  await seedMember(stores.db, project, owner, 'admin')
  own = await seedToken(stores, { kind: 'personal', user: person })
})

describe('what a person made', () => {
  it('is listed by project and kind, tokens by their label', async () => {
    await makeAll(project, own.secret)
    const made = await listMadeBy(stores.db, person.id, project.id)
    expect(made.map(({ kind }) => kind)).toEqual(KINDS)
    expect(made.find(({ kind }) => kind === 'token')).toMatchObject({
      name: 'theirs',
      project: `gh/${project.org}/web`,
    })
    expect(made.map(({ id }) => id)).toEqual(await idsOn(project))
    expect(await listMadeBy(stores.db, owner.id, project.id)).toEqual([])
  })

  it('is found by its maker although it was made in a browser, by no token', async () => {
    await makeAll(project, own.secret)
    await env.DB.batch(
      ['webhooks', 'publishers', 'listeners', 'dispatch_targets', 'tokens', 'shares'].map((table) =>
        env.DB.prepare(`update ${table} set minted_by = null where project_id = ?`).bind(project.id),
      ),
    )
    expect((await listMadeBy(stores.db, person.id, project.id)).map(({ kind }) => kind)).toEqual(KINDS)
    await deleteMember(stores, project.id, { user: person, endMade: true }, actsAs(owner.id))
    expect(await left(project)).toEqual([0, 0, 0, 0, 0, 0])
  })

  it('is found by the token that minted it although its maker is not noted', async () => {
    await makeAll(project, own.secret)
    await env.DB.batch(
      ['webhooks', 'publishers', 'listeners', 'dispatch_targets', 'tokens'].map((table) =>
        env.DB.prepare(`update ${table} set created_by = null where project_id = ?`).bind(project.id),
      ),
    )
    expect((await listMadeBy(stores.db, person.id, project.id)).map(({ kind }) => kind)).toEqual(KINDS)
  })

  it('stays and is told of when they are removed from the project without ending it, but for share links', async () => {
    await makeAll(project, own.secret)
    const removal = await deleteMember(stores, project.id, { user: person, endMade: false }, actsAs(owner.id))
    expect(removal.kind === 'removed' && removal.made.map(({ kind }) => kind)).toEqual(KINDS)
    expect(await left(project)).toEqual([1, 1, 1, 0, 1, 1])
  })

  it('ends with their removal from the project on request, there and nowhere else, each in the audit log', async () => {
    const other = await seedProject(stores.db)
    await seedMember(stores.db, other, person, 'admin')
    await makeAll(project, own.secret)
    await makeAll(other, own.secret)
    await deleteMember(stores, project.id, { user: person, endMade: true }, actsAs(owner.id))
    expect([await left(project), await left(other)]).toEqual([
      [0, 0, 0, 0, 0, 0],
      [1, 1, 1, 1, 1, 1],
    ])
    const told = async ({ id }: { id: string }) => {
      const { results } = await env.DB.prepare(
        "select action from audit where project_id = ? and user_id = ? and action <> 'member.removed' order by action",
      )
        .bind(id, owner.id)
        .all<{ action: string }>()
      return results.map(({ action }) => action)
    }
    expect(await told(other)).toEqual([])
    expect(await told(project)).toEqual([
      'dispatch_target.deleted',
      'listener.deleted',
      'publisher.deleted',
      'share.ended',
      'token.deleted',
      'webhook.deleted',
    ])
  })

  it('goes on in other projects, where they stay what they were', async () => {
    const other = await seedProject(stores.db)
    await seedMember(stores.db, other, person, 'admin')
    await makeAll(other, own.secret)
    await deleteMember(stores, project.id, { user: person, endMade: true }, actsAs(owner.id))
    expect((await listMembers(stores.db, other.id)).map(({ login, role }) => [login, role])).toEqual([
      [person.login, 'admin'],
    ])
    expect(await left(other)).toEqual([1, 1, 1, 1, 1, 1])
  })

  it('does not end where the removal is refused, since a project keeps an admin', async () => {
    await makeAll(project, own.secret)
    await deleteMember(stores, project.id, { user: owner, endMade: false }, INSTANCE)
    const removal = await deleteMember(stores, project.id, { user: person, endMade: true }, INSTANCE)
    expect([removal.kind, await left(project)]).toEqual(['last_admin', [1, 1, 1, 1, 1, 1]])
  })

  it('ends with their removal from the instance on request, in every project', async () => {
    const other = await seedProject(stores.db)
    await seedMember(stores.db, other, person, 'admin')
    await makeAll(project, own.secret)
    await makeAll(other, own.secret)
    const stays = await seedToken(stores, { kind: 'project', project: other, scope: 'all' })
    await deleteUser(stores, person, { endMade: true }, actsAs(owner.id))
    expect([await left(project), await left(other)]).toEqual([
      [0, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 1, 0],
    ])
    expect(stays.id).toBeTruthy()
  })

  it('does not end when an owner removes themselves, which is not done', async () => {
    const theirs = await seedToken(stores, { kind: 'personal', user: owner })
    await makeAll(project, theirs.secret)
    expect(await deleteUser(stores, owner, { endMade: true }, actsAs(owner.id))).toBe(false)
    expect(await left(project)).toEqual([1, 1, 1, 1, 1, 1])
  })
})

describe('what a token made', () => {
  const how = (keepMinted: boolean) => ({ action: 'token.leaked', keepMinted, actor: INSTANCE }) as const

  it('is listed, also what it made through another one, and nothing else', async () => {
    const others = await seedToken(stores, { kind: 'personal', user: owner })
    await makeAll(await projectOf(owner), others.secret)
    const child = mintSecret('personal')
    const made = await insertChild(child)
    await makeAll(project, child)
    const listed = (await listMinted(stores.db, own.id)).map(({ id }) => id)
    expect(listed.sort()).toEqual([made.id, ...(await idsOn(project))].sort())
  })

  it('ends with it, listeners and the dispatch target included', async () => {
    await makeAll(project, own.secret)
    await deleteToken(stores, own.id, how(false))
    expect(await left(project)).toEqual([0, 0, 0, 0, 0, 0])
  })

  it('ends with the token that minted it in turn', async () => {
    const child = mintSecret('personal')
    await insertChild(child)
    await makeAll(project, child)
    await deleteToken(stores, own.id, how(false))
    expect(await left(project)).toEqual([0, 0, 0, 0, 0, 0])
  })

  it('stays when that is wished, as made by the minter of that token, and ends with it', async () => {
    const secret = mintSecret('personal')
    const child = await insertChild(secret)
    await makeAll(project, secret)
    const others = await projectOf(owner)
    await makeAll(others, (await seedToken(stores, { kind: 'personal', user: owner })).secret)
    await deleteToken(stores, child.id, how(true))
    expect(await left(project)).toEqual([1, 1, 1, 1, 1, 1])
    await deleteToken(stores, own.id, how(false))
    expect([await left(project), await left(others)]).toEqual([
      [0, 0, 0, 0, 0, 0],
      [1, 1, 1, 1, 1, 1],
    ])
  })
})
