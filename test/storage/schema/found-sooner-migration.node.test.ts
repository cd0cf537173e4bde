import { expect, it } from 'vitest'
import { openBefore } from '../../support/server/before-migration.ts'

it('builds of before an upgrade are known by their artifacts and packs, as those are that come', () => {
  const { db, upgrade } = openBefore('0027')
  db.exec(`insert into projects (id, slug_key, vcs, org, repo, visibility, default_branch, last_build_num, created_at)
      values ('p', 'gh/a/b', 'gh', 'a', 'b', 'private', 'main', 5003, 1);
    insert into pipelines (id, project_id, number, external_id, revision, created_at) values ('l', 'p', 1, 'l', 'a', 1);
    insert into workflows (id, project_id, pipeline_id, external_id, name, created_at) values ('w', 'p', 'l', 'w', 'ci', 1);`)
  const build = (num: number) =>
    db.exec(`insert into builds (id, project_id, pipeline_id, workflow_id, build_num, external_id, job_name, status, class, stage, event_at, rank, created_at)
      values ('b${num}', 'p', 'l', 'w', ${num}, 'b${num}', 'test', 'success', 'green', 2, 1, 1, 1)`)
  const artifact = (num: number) =>
    db.exec(`insert into artifacts (id, project_id, build_id, build_num, node_index, path, size_bytes, digest, content_type, object_key, created_at)
      values ('a${num}', 'p', 'b${num}', ${num}, 0, 'a.txt', 1, 'sha256:0', 'text/plain', 'k${num}', 1)`)
  const pack = (num: number) =>
    db.exec(`insert into packs (id, project_id, build_id, build_num, node_index, name, size_bytes, digest, object_key, file_count, unpacked_bytes, created_at)
      values ('k${num}', 'p', 'b${num}', ${num}, 0, 'a.zip', 1, 'sha256:0', 'z${num}', 1, 1, 1)`)
  for (const num of [1, 4, 5, 6]) build(num)
  for (const num of [1, 4]) artifact(num)
  pack(5)
  upgrade()
  const known = () =>
    db
      .prepare('select build_num as num from builds where kept = 1 order by num')
      .all()
      .map(({ num }) => num)
  // The first is older than the newest 5,000.
  expect(known()).toEqual([4, 5])
  for (const num of [7, 8, 9]) build(num)
  artifact(7)
  pack(8)
  expect(known()).toEqual([4, 5, 7, 8])
})
