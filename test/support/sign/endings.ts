import { env } from 'cloudflare:workers'
import type { Furnished } from '../seed/furnished.ts'

/** Somebody whose right ends while another isolate still goes by what it knew. */
export type Doer = 'admin' | 'member' | 'owner' | 'reporting'

/** How a right ends, as another isolate's commit has it end: in the database alone. */
export const ENDINGS: Record<string, (world: Furnished, doer: Doer) => Promise<unknown>> = {
  'their token was ended': ({ secrets }, doer) =>
    run('delete from tokens where last_four = ? and kind in (?, ?)', secrets[doer]?.slice(-4), 'personal', 'reporting'),
  'their session was ended': ({ sessions }, doer) =>
    run('delete from sessions where id = ?', sessions[doer === 'reporting' ? 'member' : doer].id),
  'they were removed from the project': ({ project, users }, doer) =>
    run('delete from members where project_id = ? and user_id = ?', project.id, idOf(users, doer)),
  'they were made a mere member': ({ project, users }, doer) =>
    run("update members set role = 'member' where project_id = ? and user_id = ?", project.id, idOf(users, doer)),
  'they were removed from the instance': ({ users }, doer) => run('delete from users where id = ?', idOf(users, doer)),
  'they are no owner any more': ({ users }, doer) =>
    run("update users set instance_role = 'user' where id = ?", idOf(users, doer)),
  'they may not create there any more': ({ users }, doer) =>
    run('delete from org_creators where user_id = ?', idOf(users, doer)),
  'the publisher was ended': ({ publisherId }) => run('delete from publishers where id = ?', publisherId),
  'the webhook was ended': ({ webhook }) => run('delete from webhooks where id = ?', webhook.id),
}

function idOf(users: Furnished['users'], doer: Doer): string {
  return doer === 'reporting' ? '' : users[doer].id
}

function run(sql: string, ...values: unknown[]): Promise<unknown> {
  return env.DB.prepare(sql)
    .bind(...values)
    .run()
}

/** Has `end` run once, right before the first transaction that leaves something behind. */
export function endBeforeWrite({ stores }: Furnished, end: () => Promise<unknown>): () => boolean {
  let ended = false
  stores.faults.beforeD1 = async (sqls) => {
    if (ended || !sqls.some((sql) => sql.includes('rights_gone'))) return
    ended = true
    await end()
  }
  return () => ended
}
