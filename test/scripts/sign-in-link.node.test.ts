import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { makeStateDir, openSharedServer, runNpmScript } from '../support/server/local-server.ts'
import { SIGN_IN_LINK } from '../support/server/prepared.ts'

describe('npm run sign-in-link', () => {
  it('makes the first person an owner, and prints the link alone on its line', async () => {
    const stateDir = makeStateDir()
    const { exitCode, output } = await runNpmScript('sign-in-link', ['ada'], stateDir)
    expect([exitCode, output]).toEqual([0, expect.stringMatching(new RegExp(`^${SIGN_IN_LINK.source}$`, 'm'))])
    expect(output).toContain('Made ada, an owner, being the first user here.')
    const second = await runNpmScript('sign-in-link', ['noor'], stateDir)
    expect(second.output).toContain('Made noor, a user.')
    const again = await runNpmScript('sign-in-link', ['Ada'], stateDir)
    expect(again.output).toContain('Signs in as ada')
    expect(again.output).not.toContain('Made')
  })

  it.each([
    [1, ['--remote', 'ada'], 'This checkout does not know the resources of the environment'],
    [2, ['a b'], 'must be 1 to 39 letters'],
    [2, ['ada', '--local'], "Unknown option '--local'"],
    [2, [], 'Usage: npm run sign-in-link'],
  ] as const)('ends with %i and a reason for %j', async (code, args, reason) => {
    const { exitCode, output } = await runNpmScript('sign-in-link', args, makeStateDir())
    expect([exitCode, output]).toEqual([code, expect.stringContaining(reason)])
  })
})

describe('npm start', () => {
  it('prints a link that works, and gives scripts of the same person another one while it runs', async () => {
    const { origin, stateDir, output: shown } = await openSharedServer('read')
    const printed = SIGN_IN_LINK.exec(shown)?.[0] ?? ''
    expect(inject('firstStart').linkPage).toContain('Sign in as demo')
    const { exitCode, output } = await runNpmScript('sign-in-link', ['Demo'], stateDir)
    expect(output).toContain('Signs in as demo')
    expect(output).not.toContain('Made')
    const link = SIGN_IN_LINK.exec(output)?.[0] ?? ''
    expect([exitCode, link.startsWith(origin)]).toEqual([0, true])
    expect(await (await fetch(link)).text()).toContain('Sign in as demo')
    expect(printed).not.toBe(link)

    const file = join(stateDir, '.local/server.json')
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600')
    const { controlKey } = JSON.parse(readFileSync(file, 'utf8'))
    const ask = (key: string) =>
      fetch(`${origin}/local/sign-in-links`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Local-Control': key },
        body: '{"login":"demo"}',
      })
    expect((await ask(`${controlKey}x`)).status).toBe(404)
    expect((await ask('')).status).toBe(404)
    expect((await ask(controlKey)).status).toBe(201)
  })
})
