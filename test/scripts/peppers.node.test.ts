import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { readTool } from '../../scripts/check/tool.ts'
import { parsePepperList, pepperText, withNewPepper, withoutPepper } from '../../scripts/deploy/pepper-list.ts'
import { openWranglerDb } from '../../scripts/deploy/wrangler-database.ts'
import { createUser } from '../../src/actions/create-user.ts'
import { importPeppers } from '../../src/domain/access/secret-hash.ts'
import { startNewLife } from '../../src/storage/edge/new-life.ts'
import { type LocalServer, makeStateDir, runNpmScript, startLocalServer } from '../support/server/local-server.ts'

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
  let server: LocalServer
  beforeAll(async () => {
    server = await startLocalServer()
    await server.stop()
  })

  it('adds a pepper with which old tokens and new ones work, and drops none that a token rests on', async () => {
    const added = await runNpmScript('peppers', ['--add'], server.stateDir)
    expect(added.exitCode, added.output).toBe(0)
    expect(added.output).toMatch(/'p2'\s+│ 'yes'/)
    const vars = readFileSync(join(server.stateDir, '.dev.vars'), 'utf8')
    for (const { key } of parsePepperList(/PEPPERS="(.*)"/.exec(vars)?.[1] ?? ''))
      expect(added.output).not.toContain(key)

    const again = await startLocalServer({ stateDir: server.stateDir })
    const { personal } = server.demo.tokens
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

    const dropped = await runNpmScript('peppers', ['--drop', 'p1'], server.stateDir)
    expect([dropped.exitCode, dropped.output]).toEqual([1, expect.stringContaining('tokens are hashed with "p1"')])
  })
})

describe('the database that wrangler reaches', () => {
  it('takes a new user, and a new epoch that ends the tokens', async () => {
    const where = ['--local', '--persist-to', makeStateDir()]
    expect((await readTool('wrangler', ['d1', 'migrations', 'apply', 'DB', ...where])).exitCode).toBe(0)
    const db = openWranglerDb(where)
    const state = async () => {
      const rows = await db.all<{ epoch: string; tokens: number }>(
        'select epoch, (select count(*) from tokens) as tokens from feed_state',
      )
      return rows[0]
    }
    const peppers = await importPeppers(pepperText(withNewPepper([])))
    const user = { login: 'ada', instanceRole: 'owner', tokenLabel: "Ada's", tokenExpiresAt: null } as const
    await createUser(db, peppers, Date.now(), user)
    const before = await state()
    expect(before?.tokens).toBe(1)
    await startNewLife(db, { keepTokens: false })
    const after = await state()
    expect(after?.tokens).toBe(0)
    expect(after?.epoch).not.toBe(before?.epoch)
  })
})
