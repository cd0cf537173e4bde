import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { slugText } from '../../../../src/domain/project.ts'
import { seedProject } from '../../../support/seed/seed.ts'
import { callJson, seedPerson } from '../../../support/worker/call.ts'
import { askUrl } from '../../../support/worker/client.ts'
import { openTestStores } from '../../../support/worker/stores.ts'

async function seedAdmin() {
  const stores = await openTestStores()
  const project = await seedProject(stores.db)
  const { token } = await seedPerson(stores, project, 'admin')
  const slug = slugText(project)
  return { stores, project, token, v1: `/api/v1.1/project/${slug}/envvar`, v2: `/api/v2/project/${slug}/envvar` }
}

describe('environment variables', () => {
  it('are set with 201, masked on every read, and removed with 200, under v1.1', async () => {
    const { token, v1 } = await seedAdmin()
    const masked = { name: 'FOO', value: 'xxxx1234' }
    expect(await callJson(v1, { token, json: { name: 'FOO', value: 'top-secret-1234' } })).toEqual({
      status: 201,
      body: masked,
    })
    expect(await callJson(v1, { token })).toEqual({ status: 200, body: [masked] })
    expect(await callJson(`${v1}/FOO`, { token })).toEqual({ status: 200, body: masked })
    expect(await callJson(`${v1}/FOO`, { token, method: 'DELETE' })).toEqual({ status: 200, body: { message: 'ok' } })
    expect((await callJson(`${v1}/FOO`, { token })).status).toBe(404)
    expect((await callJson(`${v1}/FOO`, { token, method: 'DELETE' })).status).toBe(404)
  })

  it('likewise under v2 and the older v1', async () => {
    const { token, v1, v2 } = await seedAdmin()
    expect((await callJson(v2, { token, json: { name: 'FOO', value: 'bar' } })).body).toEqual({
      name: 'FOO',
      value: 'xxxx',
    })
    expect((await callJson(v2, { token })).body).toEqual({
      items: [{ name: 'FOO', value: 'xxxx' }],
      next_page_token: null,
    })
    const old = v1.replace('/api/v1.1/project/gh/', '/api/v1/project/')
    expect((await callJson(old, { token })).body).toEqual([{ name: 'FOO', value: 'xxxx' }])
    expect((await callJson(`${v2}/FOO`, { token, method: 'DELETE' })).status).toBe(200)
  })

  it('of one name in two projects are two: one is removed, the other stays', async () => {
    const [one, other] = [await seedAdmin(), await seedAdmin()]
    for (const { token, v1 } of [one, other]) await callJson(v1, { token, json: { name: 'FOO', value: 'bar' } })
    expect((await callJson(`${one.v1}/FOO`, { token: one.token, method: 'DELETE' })).status).toBe(200)
    expect((await callJson(`${one.v1}/FOO`, { token: one.token })).status).toBe(404)
    expect((await callJson(`${other.v1}/FOO`, { token: other.token })).status).toBe(200)
  })

  it('of one name are set anew', async () => {
    const { token, v1 } = await seedAdmin()
    await callJson(v1, { token, json: { name: 'FOO', value: 'first-value-0001' } })
    await callJson(v1, { token, json: { name: 'FOO', value: 'second-value-0002' } })
    expect((await callJson(v1, { token })).body).toEqual([{ name: 'FOO', value: 'xxxx0002' }])
  })

  it('may come as curl sends them without a Content-Type of JSON', async () => {
    const { token, v1 } = await seedAdmin()
    for (const body of ['{"name":"FOO","value":"bar"}', 'name=FOO&value=bar']) {
      const headers = { 'Circle-Token': token, 'Content-Type': 'application/x-www-form-urlencoded' }
      const response = await askUrl(`https://builds.test${v1}`, { method: 'POST', headers, body })
      expect([response.status, await response.json()]).toEqual([201, { name: 'FOO', value: 'xxxx' }])
    }
  })

  it.each([
    [{ name: '2FOO', value: 'x' }, 'name'],
    [{ name: 'A-B', value: 'x' }, 'name'],
    [{ value: 'x' }, 'name'],
    [{ name: 'FOO' }, 'value'],
    [{ name: 'FOO', value: 7 }, 'value'],
    [{ name: 'FOO', value: 'x'.repeat(32_769) }, 'value'],
  ])('that break a rule are 400 and name the field', async (json, path) => {
    const { token, v1 } = await seedAdmin()
    const { status, body } = await callJson(v1, { token, json })
    expect([status, body.errors[0].path]).toEqual([400, path])
    expect((await callJson(v1, { token })).body).toEqual([])
  })

  it('are two hundred a project at most', async () => {
    const { project, token, v1 } = await seedAdmin()
    const rows = Array.from({ length: 200 }, (_, i) =>
      env.DB.prepare("insert into env_vars values (?, ?, 'v1.x.y.z', 0)").bind(project.id, `V${i}`),
    )
    await env.DB.batch(rows)
    expect((await callJson(v1, { token, json: { name: 'MORE', value: 'x' } })).status).toBe(409)
    expect((await callJson(v1, { token, json: { name: 'V0', value: 'x' } })).status).toBe(201)
  })

  it('are an admin’s alone', async () => {
    const { stores, project, v1 } = await seedAdmin()
    const { token } = await seedPerson(stores, project, 'member')
    expect((await callJson(v1, { token })).status).toBe(403)
  })
})
