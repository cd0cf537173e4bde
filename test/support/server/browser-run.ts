import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { createFakeGithub, FAKE_CLIENT } from '../sign/fake-github.ts'
import { cleanUpLocalServers, makeStateDir, startLocalServer } from './local-server.ts'

/** What the tests of the pages are given: one server for the whole run. */
export type BrowserRun = { readonly origin: string; readonly stateDir: string }

declare module 'vitest' {
  interface ProvidedContext {
    run: BrowserRun
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const stateDir = makeStateDir()
  const github = await serveFakeGithub(stateDir)
  const server = await startLocalServer({ stateDir })
  project.provide('run', { origin: server.origin, stateDir: server.stateDir })
  return async () => {
    await server.stop()
    github.close()
    await cleanUpLocalServers()
  }
}

/** GitHub, as far as signing in goes; whoever comes is an active member of the one organization that is let in. */
async function serveFakeGithub(stateDir: string): Promise<Server> {
  const github = createFakeGithub({ id: 4242, login: 'octo-ada', name: 'Ada Octo', orgs: { acme: 'active' } })
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const { method = 'GET', headers, url } = incoming
    const request = new Request(`http://${headers.host}${url}`, {
      method,
      headers: headers as Record<string, string>,
      ...(chunks.length > 0 ? { body: Buffer.concat(chunks).toString() } : {}),
    })
    const response = await github.handle(request)
    outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const settings = {
    GITHUB_URL: url,
    GITHUB_API_URL: url,
    GITHUB_CLIENT_ID: FAKE_CLIENT.id,
    GITHUB_CLIENT_SECRET: FAKE_CLIENT.secret,
    GITHUB_ALLOWED_ORGS: 'acme',
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name}="${value}"\n`)
  writeFileSync(join(stateDir, '.dev.vars'), lines.join(''), { mode: 0o600 })
  return server
}
