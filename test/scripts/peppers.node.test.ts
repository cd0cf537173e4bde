import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { parsePepperList, pepperText, withNewPepper, withoutPepper } from '../../scripts/deploy/pepper-list.ts'
import { openWranglerDb } from '../../scripts/deploy/wrangler-database.ts'
import { openLocalDatabase } from '../../scripts/start/local-database.ts'
import { ensureDevVars, openLocalState } from '../../scripts/start/local-state.ts'
import { createUser } from '../../src/actions/create-user.ts'
import { importPeppers } from '../../src/domain/access/secret-hash.ts'
import { startNewLife } from '../../src/storage/edge/new-life.ts'
import { makeDemoState, makeStateDir, runNpmScript } from '../support/server/local-server.ts'
import { serveDemo } from '../support/server/served.ts'

describe('a list of peppers', () => {
  const [one] = withNewPepper([])

  it('grows at the front, under a new name', () => {
    const two = withNewPepper(one ? [one] : [])
    expect(two.map(({ id }) => id)).toEqual(['p2', 'p1'])
    expect(parsePepperList(pepperText(two))).toEqual(two)
  })

  it('loses an old one, and never the current one', () => {
    const two = withNewPepper(one ? [one] : [])
    expect(withoutPepper(two, 'p1')).toEqual([two[0]])
    expect([withoutPepper(two, 'p2'), withoutPepper(two, 'p9')]).toEqual([null, null])
  })
})

describe('npm run peppers', () => {
  it('adds a pepper with which old tokens and new ones work, and drops none that a token rests on', async () => {
    const stateDir = makeDemoState()
    const added = await runNpmScript('peppers', ['--add'], stateDir)
    expect(added.exitCode, added.output).toBe(0)
    expect(added.output).toMatch(/'p2'\s+│ 'yes'/)
    const vars = readFileSync(join(stateDir, '.dev.vars'), 'utf8')
    for (const { key } of parsePepperList(/PEPPERS="(.*)"/.exec(vars)?.[1] ?? ''))
      expect(added.output).not.toContain(key)

    const again = await serveDemo(stateDir)
    const { personal } = again.demo.tokens
    const made = await fetch(`${again.origin}/api/v1.1/user/token`, {
      method: 'POST',
      headers: { 'Circle-Token': personal, 'Content-Type': 'application/json' },
      body: JSON.stringify({ label: 'after the roll' }),
    })
    expect(made.status).toBe(201)
    const { token } = (await made.json()) as { token: string }
    for (const secret of [personal, token])
      expect((await fetch(`${again.origin}/api/v1.1/me`, { headers: { 'Circle-Token': secret } })).status).toBe(200)
    await again.stop()

    const dropped = await runNpmScript('peppers', ['--drop', 'p1'], stateDir)
    expect([dropped.exitCode, dropped.output]).toEqual([1, expect.stringContaining('tokens are hashed with "p1"')])
  })
})

describe('the database that wrangler reaches', () => {
  afterEach(() => vi.unstubAllEnvs())

  it('takes a new user, and a new epoch that ends the tokens', async () => {
    vi.stubEnv('BUILDPASS_STATE', makeStateDir())
    const local = openLocalState()
    ensureDevVars(local)
    /** As a script sees it, which makes the database and applies the migrations. */
    const stateHere = async () => {
      const { db, close } = await openLocalDatabase(local)
      const [seen] = await db.all<{ epoch: string; tokens: number }>(
        'select epoch, (select count(*) from tokens) as tokens from feed_state',
      )
      await close()
      return seen
    }
    const empty = await stateHere()
    const db = openWranglerDb(['--local', '--persist-to', local.dataFolder])
    const peppers = await importPeppers(pepperText(withNewPepper([])))
    const user = { login: 'ada', instanceRole: 'owner', tokenLabel: "Ada's", tokenExpiresAt: null } as const
    await createUser(db, peppers, Date.now(), user)
    expect(await stateHere()).toEqual({ epoch: empty?.epoch, tokens: 1 })
    await startNewLife(db, { keepTokens: false })
    const after = await stateHere()
    expect(after?.tokens).toBe(0)
    expect(after?.epoch).not.toBe(empty?.epoch)
  })
})
