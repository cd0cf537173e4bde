import type { InstanceRole } from '../../../src/domain/access/grant.ts'
import type { Limits } from '../../../src/domain/access/limits/limits.ts'
import type { Scope } from '../../../src/domain/access/scope.ts'
import {
  mintSecret,
  randomBase62,
  type Secret,
  type TokenKind,
  visiblePartsOf,
} from '../../../src/domain/access/secret.ts'
import { hashSecret, storedHash } from '../../../src/domain/access/secret-hash.ts'
import { type Organization, organizationSlugOf } from '../../../src/domain/organization.ts'
import { mintSessionSecret } from '../../../src/domain/people/session.ts'
import {
  type Project,
  parseSlug,
  type Role,
  type Slug,
  slugKeyFor,
  type Visibility,
} from '../../../src/domain/project.ts'
import { findViewer, insertSession } from '../../../src/storage/people/sessions.ts'
import { members, projects, tokens, users } from '../../../src/storage/schema/schema.ts'
import type { Db, Stores } from '../../../src/storage/stores.ts'
import { limitsText } from '../../../src/storage/tokens/kept-limits.ts'

// Storage is shared by the tests of a file, so names are fresh unless a test gives one.

/** A slug from its text, for tests that know it is one. */
export function slugOf(text: string): Slug {
  const slug = parseSlug(text)
  if (!slug) throw new Error(`${text} is no slug`)
  return slug
}

export async function seedProject(
  db: Db,
  { slug = `gh/acme-${randomBase62(8)}/web`, visibility = 'private', defaultBranch = 'main' } = {} as {
    slug?: string
    visibility?: Visibility
    defaultBranch?: string
  },
): Promise<Project> {
  const project = { id: crypto.randomUUID(), ...slugOf(slug), visibility, defaultBranch, repositoryUrl: null }
  await db.insert(projects).values({ ...project, slugKey: slugKeyFor(project), createdAt: Date.now() })
  return project
}

export async function seedUser(
  db: Db,
  { login = `user-${randomBase62(8)}`, instanceRole = 'user' } = {} as { login?: string; instanceRole?: InstanceRole },
): Promise<{ id: string; login: string }> {
  const user = { id: crypto.randomUUID(), login }
  await db.insert(users).values({ ...user, name: login, instanceRole, createdAt: Date.now() })
  return user
}

export async function seedMember(db: Db, project: { id: string }, user: { id: string }, role: Role): Promise<void> {
  await db.insert(members).values({ projectId: project.id, userId: user.id, role, createdAt: Date.now() })
}

export type SeededToken = { readonly id: string; readonly secret: Secret }

export type TokenSeed = {
  secret?: Secret
  label?: string
  createdAt?: number
  expiresAt?: number | null
  limits?: Limits | null
} & (
  | { kind: 'personal'; user: { id: string } }
  | { kind: 'project'; project: { id: string }; scope: Scope }
  | { kind: 'organization'; user: { id: string }; organization: Organization; scope: Scope }
  | { kind: 'reporting'; project: { id: string }; publisherId?: string }
)

export async function seedToken(stores: Pick<Stores, 'db' | 'peppers'>, seed: TokenSeed): Promise<SeededToken> {
  const secret = seed.secret ?? mintSecret(seed.kind)
  const [hash] = await hashSecret(stores.peppers, secret)
  const id = crypto.randomUUID()
  await stores.db.insert(tokens).values({
    id,
    hash: storedHash(hash, (seed.limits ?? null) !== null),
    limits: limitsText(seed.limits ?? null),
    kind: seed.kind satisfies TokenKind,
    label: seed.label ?? 'seeded',
    expiresAt: seed.expiresAt ?? null,
    createdAt: seed.createdAt ?? Date.now(),
    ...visiblePartsOf(secret),
    ...(seed.kind === 'personal' && { userId: seed.user.id, createdBy: seed.user.id }),
    ...(seed.kind === 'project' && { projectId: seed.project.id, scope: seed.scope }),
    ...(seed.kind === 'organization' && {
      ...{ userId: seed.user.id, createdBy: seed.user.id, scope: seed.scope },
      organization: organizationSlugOf(seed.organization),
    }),
    ...(seed.kind === 'reporting' && { projectId: seed.project.id, publisherId: seed.publisherId ?? null }),
  })
  return { id, secret }
}

/** A signed-in browser of that person: the `Cookie` header it sends, and the form token of its pages. */
export async function seedSession(
  stores: Stores,
  user: { id: string },
): Promise<{ readonly id: string; readonly cookie: string; readonly formToken: string }> {
  const secret = mintSessionSecret()
  await insertSession(stores, secret, { userId: user.id, method: 'link', userAgent: 'test', from: null })
  const viewer = await findViewer(stores.db, secret, stores.now())
  if (!viewer) throw new Error('a new session is not there')
  return { id: viewer.sessionId, cookie: `__Host-session=${secret}`, formToken: viewer.formToken }
}
