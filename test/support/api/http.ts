import { env } from 'cloudflare:workers'
import { importPeppers } from '../../../src/domain/access/secret-hash.ts'
import type { Project, Visibility } from '../../../src/domain/project.ts'
import { openPrimary } from '../../../src/storage/stores.ts'
import { type SeededToken, seedMember, seedProject, seedToken, seedUser } from '../seed/seed.ts'
import { ask } from '../worker/client.ts'

/** A project of the Worker under test, with an admin and a member who hold a personal token each. */
export type Tenant = {
  readonly project: Project
  /** Where its settings are. */
  readonly path: string
  readonly admin: SeededToken
  readonly member: SeededToken
}

export async function seedTenant(slug?: string, visibility: Visibility = 'private'): Promise<Tenant> {
  const db = openPrimary(env.DB)
  const stores = { db, peppers: await importPeppers(env.PEPPERS) }
  const project = await seedProject(db, { ...(slug ? { slug } : {}), visibility })
  const person = async (role: 'admin' | 'member') => {
    const user = await seedUser(db)
    await seedMember(db, project, user, role)
    return seedToken(stores, { kind: 'personal', user })
  }
  const path = `/api/buildpass/v1/projects/${project.vcs}/${project.org}/${project.repo}`
  return { project, path, admin: await person('admin'), member: await person('member') }
}

export type Answer = { readonly status: number; readonly headers: Headers; readonly body: unknown }

type Call = {
  readonly token?: { readonly secret: string }
  /** Text goes as it is, anything else as JSON. */
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

/** One request to the whole Worker, and its answer read. */
export async function call(method: string, path: string, { token, body, headers = {} }: Call = {}): Promise<Answer> {
  const sent = typeof body === 'string' ? { body } : { json: body }
  const response = await ask(path, { method, token: token?.secret ?? null, headers, ...sent })
  return { status: response.status, headers: response.headers, body: parsed(await response.text()) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text // Not every answer is JSON.
  }
}
