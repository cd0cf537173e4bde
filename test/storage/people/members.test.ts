import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { INSTANCE } from '../../../src/domain/access/actor.ts'
import type { Project, Role } from '../../../src/domain/project.ts'
import { deleteMember, demoteAdmin, putMember } from '../../../src/storage/people/members.ts'
import { seedMember, seedProject, seedUser } from '../../support/seed/seed.ts'
import { actsAs } from '../../support/worker/as-instance.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'

type Person = { readonly id: string; readonly login: string }

let stores: TestStores
let project: Project
let ada: Person
let grace: Person
beforeEach(async () => {
  stores = await openTestStores()
  project = await seedProject(stores.db)
  ada = await seedUser(stores.db)
  grace = await seedUser(stores.db)
  await seedMember(stores.db, project, ada, 'admin')
})

const put = (user: Person, role: Role, by: Person = ada) => putMember(stores, project.id, { user, role }, actsAs(by.id))

async function roleOf(user: Person, { id } = project): Promise<string | null> {
  const row = env.DB.prepare('select role from members where project_id = ? and user_id = ?')
  return (await row.bind(id, user.id).first<{ role: string }>())?.role ?? null
}

async function raiserOf(user: Person): Promise<string | null> {
  const row = env.DB.prepare('select added_by from members where project_id = ? and user_id = ?')
  return (await row.bind(project.id, user.id).first<{ added_by: string | null }>())?.added_by ?? null
}

describe('a role that is given', () => {
  it('is told of as added, then unchanged, then changed', async () => {
    expect([await put(grace, 'member'), await put(grace, 'member'), await put(grace, 'admin')]).toEqual([
      'added',
      'unchanged',
      'changed',
    ])
    expect(await roleOf(grace)).toBe('admin')
  })

  it('is not given to the last admin where it would leave the project without one, and nothing is changed', async () => {
    expect([await put(ada, 'member'), await roleOf(ada)]).toEqual(['last_admin', 'admin'])
  })

  it('is given to nobody who is gone', async () => {
    expect(await put({ id: 'gone', login: 'gone' }, 'member')).toBe('no_user')
  })

  it('is a fault of the database where that fails, and says nothing of the person', async () => {
    stores.faults.beforeD1 = () => {
      throw new Error('D1_ERROR: no disk')
    }
    await expect(put(grace, 'member')).rejects.toThrow()
  })

  it('is by whoever let the person in, or raised them to admin; no later change makes it another’s', async () => {
    const other = await seedUser(stores.db)
    await put(grace, 'member', ada)
    await put(grace, 'member', other)
    expect(await raiserOf(grace)).toBe(ada.id)
    await put(grace, 'admin', other)
    expect(await raiserOf(grace)).toBe(other.id)
    await put(grace, 'admin', ada)
    await put(grace, 'member', ada)
    expect(await raiserOf(grace)).toBe(other.id)
  })
})

describe('a role that is taken', () => {
  const demote = (user: Person) => demoteAdmin(stores, project.id, { user, endMade: false }, actsAs(ada.id))
  const remove = (user: Person) => deleteMember(stores, project.id, { user, endMade: false }, actsAs(ada.id))

  it('is that of an admin, who is a member then', async () => {
    await seedMember(stores.db, project, grace, 'admin')
    expect([await demote(grace), await roleOf(grace)]).toEqual([{ kind: 'demoted', made: [], letIn: [] }, 'member'])
  })

  it('is not that of a member, nor of nobody', async () => {
    expect(await demote(grace)).toEqual({ kind: 'no_admin' })
    await seedMember(stores.db, project, grace, 'member')
    expect([await demote(grace), await roleOf(grace)]).toEqual([{ kind: 'no_admin' }, 'member'])
  })

  it('is not the one that they have in another project', async () => {
    const elsewhere = await seedProject(stores.db)
    await seedMember(stores.db, elsewhere, grace, 'admin')
    expect(await demote(grace)).toEqual({ kind: 'no_admin' })
    expect(await remove(grace)).toEqual({ kind: 'not_a_member' })
    expect(await roleOf(grace, elsewhere)).toBe('admin')
  })

  it('is not the last admin’s', async () => {
    expect([await demote(ada), await remove(ada), await roleOf(ada)]).toEqual([
      { kind: 'last_admin' },
      { kind: 'last_admin' },
      'admin',
    ])
  })

  it('goes with the membership', async () => {
    await seedMember(stores.db, project, grace, 'member')
    expect([await remove(grace), await roleOf(grace)]).toEqual([{ kind: 'removed', made: [], letIn: [] }, null])
    expect(await deleteMember(stores, project.id, { user: grace, endMade: false }, INSTANCE)).toEqual({
      kind: 'not_a_member',
    })
  })
})
