import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, it } from 'vitest'
import { type LocalServer, makeDemoState, startLocalServer } from '../support/server/local-server.ts'

it('npm start --fresh begins anew, keeps the secrets, and shows a build that runs', async () => {
  const { demo } = inject('firstStart')
  const stateDir = makeDemoState()
  const devVars = readFileSync(join(stateDir, '.dev.vars'), 'utf8')
  const fresh = await startLocalServer({ stateDir, args: ['--fresh'], env: { DEMO_LIVE: 'on' } })
  const old = await fetch(`${fresh.origin}/api/v1.1/project/gh/acme/web`, {
    headers: { 'Circle-Token': demo.tokens.all },
  })
  expect(old.status).toBe(401)
  expect(readFileSync(join(stateDir, '.dev.vars'), 'utf8')).toBe(devVars)
  await expectLiveLog(fresh)
  // Its log has most of a minute before it.
  const { exitCode, tookMs } = await fresh.stop()
  expect(exitCode).toBe(0)
  expect(tookMs).toBeLessThan(15_000)
})

async function expectLiveLog({ output, origin, demo }: LocalServer): Promise<void> {
  const [, path = ''] = /Live log {3}\S+?(\/gh\/acme\/web\/\d+) /.exec(output()) ?? []
  const num = path.split('/').at(-1)
  const headers = { 'Circle-Token': demo.tokens.all }
  const log = (offset: number) =>
    fetch(`${origin}/api/buildpass/v1/projects/gh/acme/web/builds/${num}/steps/0/log?offset=${offset}&wait=10`, {
      headers,
    })
  const before = await log(0)
  const offset = Number(before.headers.get('X-Log-Offset'))
  expect(offset).toBeGreaterThan(0)
  expect((await (await log(offset)).text()).length).toBeGreaterThan(0)
}
