import { SELF } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import type { Project, Visibility } from '../../src/domain/project.ts'
import { importPeppers } from '../../src/domain/secret-hash.ts'
import { openDb } from '../../src/storage/stores.ts'
import { type SeededToken, seedMember, seedProject, seedToken, seedUser } from './seed.ts'

export const ORIGIN = 'https://builds.example.com'

/** A project of the Worker under test, with an admin and a member who hold a personal token each. */
export type Tenant = {
  readonly project: Project
  readonly path: string
  readonly admin: SeededToken
  readonly member: SeededToken
}

export async function seedTenant(slug?: string, visibility: Visibility = 'private'): Promise<Tenant> {
  const db = openDb(env.DB)
  const stores = { db, peppers: await importPeppers(env.PEPPERS) }
  const project = await seedProject(db, { ...(slug ? { slug } : {}), visibility })
  const [admin, member] = await Promise.all(
    (['admin', 'member'] as const).map(async (role) => {
      const user = await seedUser(db)
      await seedMember(db, project, user, role)
      return seedToken(stores, { kind: 'personal', user })
    }),
  )
  if (!admin || !member) throw new Error('two people were to be seeded')
  return { project, path: `/api/buildpass/v1/projects/${project.vcs}/${project.org}/${project.repo}`, admin, member }
}

export type Answer = { readonly status: number; readonly headers: Headers; readonly body: unknown }

/** Asks the whole Worker; bodies that are not bytes or text go as JSON. */
export async function ask(
  method: string,
  path: string,
  {
    token,
    body,
    headers = {},
  }: { token?: SeededToken | { secret: string } | undefined; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array
  const response = await SELF.fetch(ORIGIN + path, {
    method,
    headers: {
      ...(token ? { 'Circle-Token': token.secret } : {}),
      ...(body !== undefined && !isRaw ? { 'Content-Type': 'application/json' } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isRaw ? (body as string) : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: parsed(text) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text // Not every answer is JSON.
  }
}
