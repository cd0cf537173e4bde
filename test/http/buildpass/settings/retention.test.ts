import { describe, expect, it } from 'vitest'
import { call, seedTenant } from '../../../support/api/http.ts'

describe("a project's retention", () => {
  it('is the default until it is set; what a change leaves out takes its default again', async () => {
    const { path, admin } = await seedTenant()
    const get = async () => (await call('GET', `${path}/retention`, { token: admin })).body
    const usual = { artifact_days: 30, build_days: 365, keep_per_branch: 3 }
    expect(await get()).toEqual(usual)
    const body = { artifact_days: 7, keep_per_branch: 0 }
    const changed = { ...usual, ...body }
    expect(await call('PUT', `${path}/retention`, { token: admin, body })).toMatchObject({ status: 200, body: changed })
    expect(await get()).toEqual(changed)
    await call('PUT', `${path}/retention`, { token: admin, body: { build_days: 90 } })
    expect(await get()).toEqual({ ...usual, build_days: 90 })
    const audit = await call('GET', `${path}/audit`, { token: admin })
    expect(audit.body).toMatchObject({ items: [{ action: 'retention.updated', detail: { build_days: 90 } }, {}] })
  })

  it.each([
    [{ artifact_days: 0 }, 'artifact_days: must be a whole number from 1 to 3650'],
    [{ build_days: 1.5 }, 'build_days: must be a whole number from 1 to 3650'],
    [{ keep_per_branch: 101 }, 'keep_per_branch: must be a whole number from 0 to 100'],
    [{ artifact_days: 31, build_days: 30 }, 'artifact_days: must not be more than build_days'],
    [{ days: 3 }, 'days: is not a known field'],
  ])('refuses %o', async (body, message) => {
    const { path, admin } = await seedTenant()
    expect(await call('PUT', `${path}/retention`, { token: admin, body })).toMatchObject({
      status: 400,
      body: { message },
    })
  })
})
