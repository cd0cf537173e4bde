import { SELF } from 'cloudflare:test'
import { expect, it } from 'vitest'
import { seedToken, seedUser } from '../support/seed/seed.ts'
import { ORIGIN, requestInitOf } from '../support/worker/client.ts'
import { openTestStores } from '../support/worker/stores.ts'
import { shareOf } from './share.ts'

// After some 700 pairs V8 has made the code its fastest: what two requests share must hold in that state too.
const PAIRS = shareOf(2_000)

it('two requests that need the same look-up at the same moment are both answered, however hot the isolate is', async () => {
  const { db, peppers } = await openTestStores()
  const { secret } = await seedToken({ db, peppers }, { kind: 'personal', user: await seedUser(db) })
  const askOnce = async (url: string) => {
    const response = await SELF.fetch(url, requestInitOf({ token: secret }))
    await response.body?.cancel()
    return response.status
  }
  for (let pair = 0; pair < PAIRS; pair++) {
    const url = `${ORIGIN}/api/buildpass/v1/projects/gh/nobody/r${pair}`
    expect(await Promise.all([askOnce(url), askOnce(url)])).toEqual([404, 404])
  }
}, 120_000)
