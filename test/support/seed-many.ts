import { env } from 'cloudflare:workers'

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
      select ?1 || '-' || n, ?2, ?1, ?3, 'main', ${nodeIndex}, ${path}, 1000, 'sha-256:AA==', 'text/plain', ?1 || '-' || n, 0`,
    count,
    build.id,
    project.id,
    build.num,
  )
}
