import { describe, expect, it } from 'vitest'
import { openTestApp } from '../../support/worker/app.ts'
import { reportBuild } from '../../support/worker/as-instance.ts'
import { openTestStores } from '../../support/worker/stores.ts'
import { reportOf, seedLog, seedWorld } from '../../support/worker/world.ts'

type BuildJson = {
  readonly steps: readonly { readonly actions: readonly { has_output: boolean; output_url: string | null }[] }[]
}
type Output = readonly { readonly type: string; readonly time: string; readonly message: string }[]

/** A private project with a build of two steps, of which the second has a log. */
async function open() {
  const app = await openTestApp({ stores: await openTestStores() })
  const world = await seedWorld(app.stores, 'private')
  const reported = await reportBuild(app.stores, world.project.id, reportOf({ status: 'failed' }))
  if (!('build' in reported)) throw new Error('no build')
  const { num, id } = reported.build
  const api = `/api/buildpass/v1/projects/${world.slug}/builds/${num}`
  const { member, all } = world.secrets
  await app.ask(`${api}/steps`, { method: 'POST', token: member, json: { key: 'quiet', name: 'true' } })
  const step = await seedLog(app.stores, id, '> vitest\r\n\u001b[31mred\u001b[0m é\n')
  const put = (offset: number, body: string, query = '') =>
    app.ask(`${api}/steps/${step}/log?offset=${offset}${query}`, { method: 'PUT', token: member, body })
  const build = (token: string | null = all, path = `/api/v1.1/project/${world.slug}/${num}`) =>
    app.ask(path, { token })
  const urls = async (token: string | null = all, path?: string) =>
    (await (await build(token, path)).json<BuildJson>()).steps.map(({ actions: [action] }) => [
      action?.has_output,
      action?.output_url,
    ])
  const url = async (token: string | null = all) => {
    const [, [, given] = []] = await urls(token)
    if (typeof given !== 'string') throw new Error(`no output_url: ${given}`)
    return given.replace('https://builds.test', '')
  }
  return { app, world, num, api, step, put, build, urls, url }
}

describe('the output_url of a step', () => {
  it('stands where the step has a log, in v1.1 and in our own API, and nowhere else', async () => {
    const { urls, api, world } = await open()
    for (const path of [undefined, api])
      expect(await urls(world.secrets.all, path)).toEqual([
        [false, null],
        [true, expect.stringMatching(/^https:\/\/builds\.test\/output\/log\/[\w-]+\.[\w-]{43}$/)],
      ])
  })

  it('gives what was printed as an array of CircleCI’s, without any token', async () => {
    const { app, url, put } = await open()
    app.stores.clock.advance(5_000)
    const first = '> vitest\r\n\u001b[31mred\u001b[0m é\n'
    await put(new TextEncoder().encode(first).length, 'more\n')
    await put(0, 'warning: old\n', '&stream=stderr')
    const response = await app.ask(await url())
    expect([response.status, response.headers.get('Content-Type'), response.headers.get('X-Terminal')]).toEqual([
      200,
      'application/json; charset=utf-8',
      'false',
    ])
    const now = new Date(app.stores.now()).toISOString()
    const then = new Date(app.stores.now() - 5_000).toISOString()
    expect(await response.json<Output>()).toEqual([
      { type: 'out', time: then, message: first },
      { type: 'out', time: now, message: 'more\n' },
      { type: 'err', time: now, message: 'warning: old\n' },
    ])
  })

  it('keeps a character whole that came in two pieces, and says once nothing more comes', async () => {
    const { app, api, urls, world } = await open()
    const at = `${api}/steps/0/log`
    const put = (offset: number, body: Uint8Array, query = '') =>
      app.ask(`${at}?offset=${offset}${query}`, { method: 'PUT', token: world.secrets.member, body })
    const bytes = new TextEncoder().encode('数\n')
    await put(0, bytes.subarray(0, 2))
    await put(2, bytes.subarray(2), '&final=true')
    await app.stores.settled()
    const [[, given] = []] = await urls()
    const response = await app.ask(String(given).replace('https://builds.test', ''))
    expect(response.headers.get('X-Terminal')).toBe('true')
    expect((await response.json<Output>()).map(({ message }) => message).join('')).toBe('数\n')
  })

  it('of a log that printed nothing gives an empty array', async () => {
    const { app, api, urls, world } = await open()
    await app.ask(`${api}/steps/0/log?offset=0&final=true`, { method: 'PUT', token: world.secrets.member, body: '' })
    const [[, given] = []] = await urls()
    expect(await (await app.ask(String(given).replace('https://builds.test', ''))).json()).toEqual([])
  })

  it('is not shown with a Status token, which reads the build', async () => {
    const { urls, world } = await open()
    expect(await urls(world.secrets.status)).toEqual([
      [false, null],
      [false, null],
    ])
  })

  it('stays the same for minutes, so that the build is not read again for it', async () => {
    const { app, build } = await open()
    app.stores.clock.advance(600_000 - (app.stores.clock.now % 600_000))
    const first = await build()
    app.stores.clock.advance(9 * 60_000)
    expect((await build()).headers.get('ETag')).toBe(first.headers.get('ETag'))
    app.stores.clock.advance(60_000)
    expect((await build()).headers.get('ETag')).not.toBe(first.headers.get('ETag'))
  })

  it('opens for an hour at least, and not for long beyond', async () => {
    const { app, url } = await open()
    const given = await url()
    app.stores.clock.advance(60 * 60_000 - 1)
    expect((await app.ask(given)).status).toBe(200)
    app.stores.clock.advance(10 * 60_000)
    expect((await app.ask(given)).status).toBe(403)
  })

  it('ends at once with the token that it was made for', async () => {
    const { app, url, world } = await open()
    const given = await url(world.secrets.member)
    expect((await app.ask(given)).status).toBe(200)
    const ended = await app.ask('/api/buildpass/v1/token', { method: 'DELETE', token: world.secrets.member })
    expect([ended.status, (await app.ask(given)).status]).toEqual([200, 403])
  })

  it('ends with the membership of the person who asked', async () => {
    const { app, url, world } = await open()
    const given = await url(world.secrets.member)
    const { login } = world.users.member
    const removed = await app.ask(`/api/buildpass/v1/projects/${world.slug}/members/${login}`, {
      method: 'DELETE',
      token: world.secrets.admin,
    })
    expect([removed.status, (await app.ask(given)).status]).toEqual([200, 403])
  })

  it.each([
    ['of a download', (_own: string, download: string) => `/output/log/${download.split('/')[2]}`, 403],
    ['of an output, as a download', (own: string) => `/download/${own.split('/')[3]}/report.txt`, 403],
    ['changed by a letter', (own: string) => own.replace(/log\/./, 'log/f'), 403],
    ['as it was given', (own: string) => own, 200],
  ])('with the signature %s is answered with %3$i', async (_, change, status) => {
    const { app, url, world } = await open()
    const listed = `/output/job/${world.build.id}/artifacts/0/out/report.txt`
    const led = await app.ask(listed, { token: world.secrets.all })
    const download = (led.headers.get('Location') ?? '').replace('https://builds.test', '')
    expect((await app.ask(change(await url(), download))).status).toBe(status)
  })
})
