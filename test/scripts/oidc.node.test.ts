import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type LocalIssuer, startLocalIssuer } from '../support/server/local-issuer.ts'
import { makeDemoState } from '../support/server/local-server.ts'
import { type DemoServer, serveDemo } from '../support/server/served.ts'

// An issuer that listens for real, beside the server as `npm start` runs it: no PUBLIC_ORIGIN, so its own loopback
// address is the audience.
const PROJECT = '/api/buildpass/v1/projects/gh/acme/web'
let server: DemoServer
let issuer: LocalIssuer

beforeAll(async () => {
  issuer = await startLocalIssuer()
  const stateDir = makeDemoState()
  appendFileSync(join(stateDir, '.dev.vars'), `OIDC_ISSUERS="gitlab=${issuer.origin}"\n`)
  server = await serveDemo(stateDir)
})
afterAll(async () => {
  await issuer?.close()
  await server?.stop()
})

const issue = (claims: Record<string, unknown>) =>
  issuer.issue(issuer.origin, { aud: server.origin, project_id: '42', ...claims })

const post = (path: string, body: unknown, token?: string) =>
  fetch(server.origin + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(token ? { 'Circle-Token': token } : {}) },
    body: JSON.stringify(body),
  })

it('a job reports with nothing but its identity', async () => {
  const publisher = { kind: 'gitlab', issuer: issuer.origin, claims: { project_id: '42', ref: 'main' } }
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
