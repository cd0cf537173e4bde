import { expect, it } from 'vitest'
import { INSTANCE } from '../../../src/domain/access/actor.ts'
import { deleteToken } from '../../../src/storage/tokens/token-ends.ts'
import { barrier } from '../../support/seed/present.ts'
import { seedToken } from '../../support/seed/seed.ts'
import { openTestApp } from '../../support/worker/app.ts'
import { openTestStores } from '../../support/worker/stores.ts'
import { seedWorld } from '../../support/worker/world.ts'

it('a download that was being signed while its token ended is refused', async () => {
  const isolate = await openTestStores()
  const app = await openTestApp({ stores: isolate })
  const { project, slug } = await seedWorld(isolate, 'private')
  const token = await seedToken(isolate, { kind: 'project', project, scope: 'view-builds' })
  const path = `/api/v1.1/project/${slug}/1/artifacts/0/out/report.txt`
  expect((await app.ask(path, { token: token.secret })).status).toBe(302)
  await isolate.settled()
  const gate = barrier()
  isolate.faults.afterD1 = gate.pass
  const asked = app.ask(path, { token: token.secret })
  await gate.reached
  isolate.faults.afterD1 = undefined
  // The asker is let in already, and the artifact's row is on its way; the end comes to this isolate's feed meanwhile.
  const actor = INSTANCE
  await deleteToken(isolate, token.id, { action: 'token.deleted', keepMinted: true, actor })
  gate.open()
  const redirect = await asked
  expect(redirect.status).toBe(302)
  const { pathname } = new URL(redirect.headers.get('Location') ?? '')
  expect((await app.ask(pathname)).status).toBe(403)
})
