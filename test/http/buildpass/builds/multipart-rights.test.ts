import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { slugText } from '../../../../src/domain/project.ts'
import { uploads } from '../../../../src/storage/schema/schema-uploads.ts'
import { seedReport } from '../../../support/seed/builds.ts'
import { seedMember, seedProject, seedToken, seedUser } from '../../../support/seed/seed.ts'
import { openTestApp, type TestApp } from '../../../support/worker/app.ts'
import { openTestStores } from '../../../support/worker/stores.ts'
import { runUpkeepOf } from '../../../support/worker/upkeep.ts'

const GOOD = 'good'
const EVIL = 'evil'

/** An upload whose one part a member has sent, and another member who is about to be removed. */
async function scene() {
  const stores = await openTestStores()
  const project = await seedProject(stores.db)
  const build = await seedReport(stores, project, 'test')
  const members = []
  for (let i = 0; i < 2; i++) {
    const user = await seedUser(stores.db)
    await seedMember(stores.db, project, user, 'member')
    members.push({ user, token: (await seedToken(stores, { kind: 'personal', user })).secret })
  }
  const [stays, goes] = members as [(typeof members)[0], (typeof members)[0]]
  const app = await openTestApp({ stores })
  const elsewhere = await openTestApp()
  const under = `/api/buildpass/v1/projects/${slugText(project)}/builds/${build.num}/uploads`
  const begin = async (): Promise<string> => {
    const begun = await elsewhere.ask(under, {
      method: 'POST',
      token: stays.token,
      json: { path: 'large.bin', size: GOOD.length },
    })
    const upload = `${under}/${(await begun.json<{ upload_id: string }>()).upload_id}`
    expect((await sendPart(elsewhere, upload, stays.token, GOOD)).status).toBe(200)
    return upload
  }
  const upload = await begin()
  const remove = async () => {
    await env.DB.prepare('delete from members where project_id = ? and user_id = ?')
      .bind(project.id, goes.user.id)
      .run()
  }
  /** Removes them right before that transaction of their next request. */
  const removeBefore = (nth: number) => {
    let seen = 0
    stores.faults.beforeD1 = async (sqls) => {
      if (sqls.some((sql) => sql.includes('rights_gone')) && ++seen === nth) await remove()
    }
  }
  const complete = async () => {
    const completed = await elsewhere.ask(`${upload}/complete`, { method: 'POST', token: stays.token })
    const { message, url } = await completed.json<{ message?: string; url?: string }>()
    return { status: completed.status, message, bytes: url ? await bytesAt(elsewhere, url, stays.token) : null }
  }
  return { app, upload, begin, complete, remove, removeBefore, goes, stays, elsewhere }
}

function sendPart(app: TestApp, upload: string, token: string, body: BodyInit): Promise<Response> {
  return app.ask(`${upload}/1`, { method: 'PUT', token, body, headers: { 'Content-Length': String(GOOD.length) } })
}

async function bytesAt({ ask }: TestApp, url: string, token: string): Promise<string> {
  const link = await ask(new URL(url).pathname, { token })
  const to = new URL(link.headers.get('Location') ?? '')
  return (await ask(to.pathname + to.search)).text()
}

it.each([1, 2])('a part of who is removed before look %i takes the place of no other', async (nth) => {
  const { app, upload, complete, removeBefore, goes } = await scene()
  removeBefore(nth)
  expect((await sendPart(app, upload, goes.token, EVIL)).status).toBe(404)
  expect(await complete()).toEqual({ status: 201, message: undefined, bytes: GOOD })
})

it('a part of who is removed while its bytes are on their way takes the place of no other', async () => {
  const { app, upload, complete, remove, goes } = await scene()
  const { readable, writable } = new FixedLengthStream(EVIL.length)
  const slowly = async () => {
    const out = writable.getWriter()
    await out.write(new TextEncoder().encode(EVIL.slice(0, 2)))
    await remove()
    await out.write(new TextEncoder().encode(EVIL.slice(2)))
    await out.close()
  }
  const [refused] = await Promise.all([sendPart(app, upload, goes.token, readable), slowly()])
  expect(refused.status).toBe(404)
  expect(await complete()).toEqual({ status: 201, message: undefined, bytes: GOOD })
})

it('a part of who is removed between its last bytes and its row becomes nothing, and is to be sent again', async () => {
  const { app, upload, complete, removeBefore, goes, stays, elsewhere } = await scene()
  removeBefore(3)
  expect((await sendPart(app, upload, goes.token, EVIL)).status).toBe(404)
  expect(await complete()).toMatchObject({ status: 409, message: expect.stringContaining('send all parts again') })
  expect((await sendPart(elsewhere, upload, stays.token, GOOD)).status).toBe(200)
  expect(await complete()).toMatchObject({ status: 201, bytes: GOOD })
})

it.each([1, 2])('who is removed before look %i drops no parts', async (nth) => {
  const { app, upload, complete, removeBefore, goes } = await scene()
  removeBefore(nth)
  expect((await app.ask(upload, { method: 'DELETE', token: goes.token })).status).toBe(404)
  expect(await complete()).toEqual({ status: 201, message: undefined, bytes: GOOD })
})

it('an upload whose dropping was cut off takes no part, and is dropped by the next upkeep', async () => {
  const { upload, elsewhere, stays, app, goes } = await scene()
  app.stores.faults.beforeD1 = async (sqls) => {
    if (sqls.some((sql) => sql.startsWith('delete from "uploads"')))
      throw new Error('D1_ERROR: Network connection lost.')
  }
  expect((await app.ask(upload, { method: 'DELETE', token: goes.token })).status).toBe(503)
  expect((await sendPart(elsewhere, upload, stays.token, GOOD)).status).toBe(404)
  const { parts } = await (await elsewhere.ask(upload, { token: stays.token })).json<{ parts: unknown[] }>()
  expect(parts).toEqual([])
  app.stores.faults.beforeD1 = undefined
  await runUpkeepOf(app.stores, [{ task: 'idle uploads' }])
  expect((await elsewhere.ask(upload, { token: stays.token })).status).toBe(404)
})

it.each([1, 2])('who is removed before look %i drops no parts of what is an artifact already', async (nth) => {
  const { app, begin, complete, removeBefore, goes } = await scene()
  const again = await begin()
  await complete()
  removeBefore(nth)
  expect((await app.ask(`${again}/complete`, { method: 'POST', token: goes.token })).status).toBe(404)
  const [row] = (await app.stores.db.select().from(uploads)).filter(({ id }) => again.endsWith(id))
  const resumed = env.ARTIFACTS.resumeMultipartUpload(row?.objectKey ?? '', row?.r2UploadId ?? '')
  await expect(resumed.uploadPart(1, GOOD)).resolves.toMatchObject({ partNumber: 1 })
})
