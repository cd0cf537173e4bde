import type { Scope } from '../../../src/domain/access/scope.ts'
import type { Project, Role } from '../../../src/domain/project.ts'
import { type SeededToken, seedMember, seedToken, seedUser } from '../seed/seed.ts'
import { type Ask, ask } from './client.ts'
import type { TestStores } from './stores.ts'

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers whose shape they assert.
type JsonAnswer = { status: number; body: any }

/** The status and the JSON of an answer; a body makes it a POST unless a method is named. */
export async function callJson(path: string, options: Ask = {}): Promise<JsonAnswer> {
  const response = await ask(path, { method: options.json === undefined ? 'GET' : 'POST', ...options })
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
