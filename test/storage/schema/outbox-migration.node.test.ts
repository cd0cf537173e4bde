import { expect, it } from 'vitest'
import { openBefore } from '../../support/server/before-migration.ts'

it('messages that wait come through the making of notices as they were, in their order, and go on ending with their askers', () => {
  const { db, upgrade } = openBefore('0025')
  db.exec(`insert into users (id, login, name, instance_role, created_at) values ('u', 'u', 'u', 'user', 1);
    insert into projects (id, slug_key, vcs, org, repo, visibility, default_branch, created_at) values ('p', 'gh/a/b', 'gh', 'a', 'b', 'private', 'main', 1);
    insert into members (project_id, user_id, role, created_at) values ('p', 'u', 'admin', 1);
    insert into listeners (id, project_id, config, sealed, created_at) values ('l', 'p', '{"kind":"webhook","url":"https://x.example"}', 's', 1);`)
  const insert =
    db.prepare(`insert into outbox (id, project_id, workflow_id, listener_id, event, subject, told, asker, state, created_at)
    values (?, 'p', 'w', ?, 'build.finished', 's', 'failed', ?, 'pending', 1)`)
  for (const id of ['z', 'a', 'm']) insert.run(id, 'l', null)
  insert.run('asked', null, JSON.stringify({ userId: 'u', tokenId: null }))
  const before = db.prepare('select * from outbox order by rowid').all()
  upgrade()
  const after = db.prepare('select * from outbox order by rowid').all()
  expect(after).toEqual(before.map((row) => ({ ...row, notice_id: null, user_id: null })))
  expect(db.prepare('pragma foreign_key_check').all()).toEqual([])
  db.exec(`delete from members where user_id = 'u'`)
  expect(db.prepare(`select state from outbox where id = 'asked'`).get()).toEqual({ state: 'refused' })
  // A version of before writes as it did.
  insert.run('later', 'l', null)
  db.exec(`delete from projects where id = 'p'`)
  expect(db.prepare('select count(*) as n from outbox').get()).toEqual({ n: 0 })
})
