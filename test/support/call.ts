import { SELF } from 'cloudflare:test'
import type { Project, Role } from '../../src/domain/project.ts'
import type { Scope } from '../../src/domain/scope.ts'
import { type SeededToken, seedMember, seedToken, seedUser } from './seed.ts'
import type { TestStores } from './stores.ts'

const ORIGIN = 'https://builds.example.com'

/** One request to the Worker; `token` as header, `json` as body. */
export function call(
  path: string,
  { token, json, method, headers }: { token?: string; json?: unknown; method?: string; headers?: HeadersInit } = {},
): Promise<Response> {
  const all = new Headers(headers)
  if (token) all.set('Circle-Token', token)
  if (json !== undefined) all.set('Content-Type', 'application/json')
  return SELF.fetch(ORIGIN + path, {
    method: method ?? (json === undefined ? 'GET' : 'POST'),
    headers: all,
    redirect: 'manual',
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  })
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers whose shape they assert.
type JsonAnswer = { status: number; body: any }

/** The status and the JSON of an answer. */
export async function callJson(path: string, options?: Parameters<typeof call>[1]): Promise<JsonAnswer> {
  const response = await call(path, options)
  return { status: response.status, body: await response.json() }
}

/** A person with a role on the project, and their token. */
export async function seedPerson(stores: TestStores, project: Project, role: Role = 'member') {
  const user = await seedUser(stores.db)
  await seedMember(stores.db, project, user, role)
  const { secret } = await seedToken(stores, { kind: 'personal', user })
  return { user, token: secret as string }
}

export function seedProjectToken(stores: TestStores, project: Project, scope: Scope): Promise<SeededToken> {
  return seedToken(stores, { kind: 'project', project, scope })
}
