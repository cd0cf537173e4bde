import { describe, expect, it } from 'vitest'
import { mintSecret } from '../../../../src/domain/access/secret.ts'
import { mintLinkSecret } from '../../../../src/domain/people/sign-in-link.ts'
import type { OpenRequest } from '../../../../src/http/frame/open-request.ts'
import { seedTenant } from '../../../support/api/http.ts'
import { openTestApp, SPENT, type TestApp } from '../../../support/worker/app.ts'
import { type Ask, ask } from '../../../support/worker/client.ts'
import { passedUntilLimited } from '../../../support/worker/until-limited.ts'

type Limit = keyof OpenRequest['limits']

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'same-origin' }

/** One request that each limit counts. */
const COUNTED: Record<Limit, () => { path: string } & Ask> = {
  unknownTokens: () => ({ path: '/api/v1.1/me', token: mintSecret('personal') }),
  leakReports: () => ({ path: '/api/buildpass/v1/leaks', method: 'POST', json: { secrets: ['x'] } }),
  signIns: () => ({
    path: '/sign-in/link',
    method: 'POST',
    headers: FORM,
    body: new URLSearchParams({ secret: mintLinkSecret() }).toString(),
  }),
  exchanges: () => ({
    path: '/api/buildpass/v1/oidc/exchange',
    method: 'POST',
    json: { token: 'x', project: 'gh/acme/web' },
  }),
}
const LIMITS = Object.keys(COUNTED) as Limit[]

async function counting(limit: Limit) {
  const keys: string[] = []
  const watch: RateLimit = {
    async limit({ key }) {
      keys.push(key)
      return { success: true }
    },
  }
  const app = await openTestApp({ limits: { [limit]: watch } })
  return { app, keys }
}

function from({ ask }: TestApp, limit: Limit, address: string | null): Promise<Response> {
  const { path, headers, ...asked } = COUNTED[limit]()
  const seen: Record<string, string> = address === null ? {} : { 'CF-Connecting-IP': address }
  return ask(path, { ...asked, headers: { ...headers, ...seen } })
}

describe.each(LIMITS)('the limit of %s', (limit) => {
  it('counts all addresses of a /64 as one client, and an IPv4 address as itself', async () => {
    const { app, keys } = await counting(limit)
    const addresses = ['2001:db8:7:8::1', '2001:db8:7:8:ffff:0:0:2', '::ffff:203.0.113.7', '203.0.113.7', '203.0.113.8']
    for (const address of addresses) await from(app, limit, address)
    expect(keys).toEqual(['2001:db8:7:8::/64', '2001:db8:7:8::/64', '203.0.113.7', '203.0.113.7', '203.0.113.8'])
  })

  it('counts all who ask a local server, which sees no addresses, as one client', async () => {
    const { app, keys } = await counting(limit)
    for (const address of [null, null, 'no address']) await from(app, limit, address)
    expect(keys).toEqual(['local', 'local', 'malformed'])
  })
})

describe('unknown tokens', () => {
  it('from the many addresses of one network come to an end', async () => {
    const passed = await passedUntilLimited(300, (request) =>
      ask('/api/v1.1/me', {
        token: mintSecret('personal'),
        headers: { 'CF-Connecting-IP': `2001:db8:64:1::${request.toString(16)}` },
      }),
    )
    expect(passed).toBeGreaterThanOrEqual(300)
  })

  it('that one address spent are spent for its network, and for no other', async () => {
    const app = await openTestApp({ limits: { unknownTokens: SPENT } })
    const statusFrom = async (address: string) => (await from(app, 'unknownTokens', address)).status
    expect(await statusFrom('2001:db8:64:2::1')).toBe(401)
    expect(await statusFrom('2001:db8:64:2::2')).toBe(429)
    expect(await statusFrom('2001:db8:64:3::1')).toBe(401)
  })
})

it('the audit log keeps the whole address', async () => {
  const { admin, path } = await seedTenant()
  const headers = { 'CF-Connecting-IP': '2001:db8:64:4::beef' }
  const json = { label: 'x', scope: 'status' }
  const slug = path.replace('/api/buildpass/v1/projects/', '')
  await ask(`/api/v1.1/project/${slug}/token`, { method: 'POST', token: admin.secret, headers, json })
  const audit = await ask(`${path}/audit`, { token: admin.secret })
  expect(await audit.text()).toContain('2001:db8:64:4::beef')
})
