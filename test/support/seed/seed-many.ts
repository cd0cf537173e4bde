import { env } from 'cloudflare:workers'
import type { TokenHolder } from '../../../src/domain/access/token.ts'

/** Rows by the thousand, made in the database itself: `n` counts from 1. */
export async function seedMany(sql: string, count: number, ...params: readonly unknown[]): Promise<void> {
  const counted = `with recursive counter(n) as (select 1 union all select n + 1 from counter where n < ${count})`
  await env.DB.prepare(sql.replace('select ', `${counted} select `).concat(' from counter'))
    .bind(...params)
    .run()
}

/** Files of a build at `path`, an SQL expression over `n`, a byte for each thousand of it. */
export function seedManyArtifacts(
  build: { readonly id: string; readonly num: number },
  project: { readonly id: string },
  count: number,
  { path, nodeIndex = '0' }: { readonly path: string; readonly nodeIndex?: string },
): Promise<void> {
  return seedMany(
    `insert into artifacts (id, project_id, build_id, build_num, branch, node_index, path, size_bytes, digest, content_type, object_key, created_at)
      select ?1 || '-' || n, ?2, ?1, ?3, 'main', ${nodeIndex}, ${path}, 1000, 'sha256:' || printf('%064x', n), 'text/plain', ?1 || '-' || n, 0`,
    count,
    build.id,
    project.id,
    build.num,
  )
}

/** Tokens of a person or project called `Token 00001` and so on, the oldest first. */
export function seedManyTokens(
  holder: Exclude<TokenHolder, { kind: 'organization' }> & { readonly createdBy?: string },
  count: number,
  label = `'Token ' || substr('0000' || n, -5)`,
): Promise<void> {
  const [userId, projectId] = holder.kind === 'personal' ? [holder.userId, null] : [null, holder.projectId]
  return seedMany(
    `insert into tokens (id, kind, hash, user_id, project_id, scope, label, prefix, last_four, created_by, created_at)
      select printf('%08x', n) || substr(?1, 9), ?2, ?1 || '-' || n, ?3, ?4, ?5, ${label}, 'bpp_ABCD', 'wxyz', ?6, 1700000000000 + n * 1000`,
    count,
    crypto.randomUUID(),
    holder.kind,
    userId,
    projectId,
    projectId && 'status',
    holder.createdBy ?? userId,
  )
}

/** Projects of one organization with that person as a member. */
export async function seedManyProjects(user: { readonly id: string }, count: number): Promise<void> {
  const org = `many-${crypto.randomUUID().slice(0, 8)}`
  await seedMany(
    `insert into projects (id, slug_key, vcs, org, repo, visibility, default_branch, created_at)
      select ?1 || n, 'gh/' || ?1 || '/p' || n, 'gh', ?1, 'p' || n, 'private', 'main', n`,
    count,
    org,
  )
  await seedMany(
    `insert into members (project_id, user_id, role, created_at) select ?1 || n, ?2, 'member', n`,
    count,
    org,
    user.id,
  )
}

/** Members of a project called `person-001-…` and so on. */
export async function seedManyMembers(project: { readonly id: string }, count: number): Promise<void> {
  const run = crypto.randomUUID().slice(0, 8)
  await seedMany(
    `insert into users (id, login, name, instance_role, created_at)
      select ?1 || n, 'person-' || substr('00' || n, -3) || '-' || ?1, 'Person ' || n, 'user', n`,
    count,
    run,
  )
  await seedMany(
    `insert into members (project_id, user_id, role, created_at) select ?2, ?1 || n, 'member', n`,
    count,
    run,
    project.id,
  )
}

/** Pipelines on `branch`, an SQL expression over `n`. */
export function seedManyPipelines(project: { readonly id: string }, count: number, branch: string): Promise<void> {
  return seedMany(
    `insert into pipelines (id, project_id, number, external_id, branch, revision, created_at)
      select ?1 || '-' || n, ?1, 1000 + n, 'many-' || n, ${branch}, 'f00d', 0`,
    count,
    project.id,
  )
}
