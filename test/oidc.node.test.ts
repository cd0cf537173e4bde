import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type LocalServer, makeStateDir, startLocalServer } from './support/local-server.ts'

// An issuer that listens for real, beside the server as `npm start` runs it: no PUBLIC_ORIGIN, so its own loopback
// address is the audience.
const PROJECT = '/api/buildpass/v1/projects/gh/acme/web'
let server: LocalServer
let issuer: string
let closeIssuer = () => {}
let issue: (claims: Record<string, unknown>) => Promise<string>

beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256' }
  const http = createServer((request, response) => {
    response.statusCode = request.url === '/oauth/discovery/keys' ? 200 : 404
    response.end(JSON.stringify({ keys: [jwk] }))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  closeIssuer = () => http.close()
  issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const stateDir = makeStateDir()
  writeFileSync(join(stateDir, '.dev.vars'), `OIDC_ISSUERS="gitlab=${issuer}"\n`)
  server = await startLocalServer({ stateDir })
  issue = (claims) =>
    new SignJWT({ jti: crypto.randomUUID(), project_id: '42', ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .setIssuer(issuer)
      .setSubject('project_path:acme/web:ref_type:branch:ref:main')
      .setAudience(server.origin)
      .setIssuedAt()
      .setExpirationTime('5 minutes')
      .sign(privateKey)
})
afterAll(async () => {
  closeIssuer()
  await server.stop()
})

const post = (path: string, body: unknown, token?: string) =>
  fetch(server.origin + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(token ? { 'Circle-Token': token } : {}) },
    body: JSON.stringify(body),
  })

it('a job reports with nothing but its identity', async () => {
  const publisher = { kind: 'gitlab', issuer, claims: { project_id: '42', ref: 'main' } }
  expect((await post(`${PROJECT}/publishers`, publisher, server.demo.tokens.personal)).status).toBe(201)
  const exchanged = await post('/api/buildpass/v1/oidc/exchange', {
    token: await issue({ ref: 'main' }),
    project: 'gh/acme/web',
  })
  expect(exchanged.status).toBe(201)
  const { token } = (await exchanged.json()) as { token: string }
  const report = {
    external_id: 'keyless 1',
    pipeline: { external_id: 'keyless', branch: 'main', revision: 'c0ffee' },
    workflow: { external_id: 'keyless', name: 'ci' },
    job: { name: 'test' },
    status: 'success',
  }
  expect((await post(`${PROJECT}/builds`, report, token)).status).toBe(201)
  const renewed = await post('/api/buildpass/v1/oidc/renew', {}, token)
  expect(renewed.status).toBe(201)

  const elsewhere = await post('/api/buildpass/v1/oidc/exchange', {
    token: await issue({ ref: 'feature' }),
    project: 'gh/acme/web',
  })
  expect([elsewhere.status, await elsewhere.text()]).toEqual([403, expect.stringContaining('is \\"feature\\"')])
})
