import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { parsePepperList, pepperText, withNewPepper, withoutPepper } from '../../scripts/deploy/pepper-list.ts'
import { openWranglerDb } from '../../scripts/deploy/wrangler-database.ts'
import { openLocalState } from '../../scripts/start/local-state.ts'
import { createUser } from '../../src/actions/create-user.ts'
import { importPeppers } from '../../src/domain/access/secret-hash.ts'
import { makeDemoState, runNpmScript } from '../support/server/local-server.ts'
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

  // What scripts see of it, and a new epoch, in test/prove.
  it('takes a new user with a token', async () => {
    vi.stubEnv('BUILDPASS_STATE', makeDemoState())
    const db = openWranglerDb(['--local', '--persist-to', openLocalState().dataFolder])
    const peppers = await importPeppers(pepperText(withNewPepper([])))
    const user = { login: 'ada', instanceRole: 'owner', tokenLabel: "Ada's", tokenExpiresAt: null } as const
    await createUser(db, peppers, Date.now(), user)
    const tokens = await db.all(
      sql`select t.label from tokens as t join users as u on u.id = t.user_id where u.login = 'ada'`,
    )
    expect(tokens).toEqual([{ label: "Ada's" }])
  })
})
