import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { DemoTokens } from '../../../scripts/start/demo.ts'
import { makeStateDir, runNpmScript } from './local-server.ts'
import { type DemoServer, serveDemo } from './served.ts'

const WEB = '/api/v1.1/project/gh/acme/web'
const BUILD = '/api/buildpass/v1/projects/gh/acme/web/builds/1'
const LOG = `${BUILD}/steps/0/log`

/** The reads that a restored instance must answer as the one before: who asks is a name of the demo's tokens. */
const READS: readonly (readonly [path: string, token: string])[] = [
  ['/gh/acme/web.svg', 'status'],
  ['/gh/acme/web.json', 'status'],
  ['/gh/acme/web/tree/main.svg?style=shield', 'all'],
  ['/gh/acme/docs.svg', 'none'],
  [`${WEB}?limit=100`, 'all'],
  [`${WEB}?limit=100&offset=100`, 'all'],
  [`${WEB}?filter=failed`, 'all'],
  [`${WEB}/tree/main?filter=successful`, 'all'],
  [`${WEB}/1`, 'all'],
  [`${WEB}/1/tests`, 'all'],
  [`${WEB}/2/artifacts`, 'all'],
  [`${WEB}/latest/artifacts?branch=main`, 'viewBuilds'],
  ['/api/v1.1/project/gh/acme/docs?limit=100', 'none'],
  ['/api/v1.1/project/gh/acme/secret?limit=100', 'otherProjectAll'],
  ['/api/v1.1/me', 'personal'],
  ['/api/v1.1/projects', 'personal'],
  ['/api/v1.1/recent-builds?limit=100', 'personal'],
  ['/api/v1.1/user/token', 'personal'],
  [`${WEB}/token`, 'personal'],
  ['/api/buildpass/v1/projects/gh/acme/web', 'personal'],
  ['/api/buildpass/v1/projects/gh/acme/web/members', 'personal'],
  ['/api/buildpass/v1/projects/gh/acme/web/audit?limit=100', 'personal'],
  ['/api/buildpass/v1/projects/gh/acme/web/tests', 'personal'],
  ['/api/buildpass/v1/projects/gh/acme/web/tests/muted', 'personal'],
  [LOG, 'all'],
  [`${LOG}/condensed`, 'all'],
  ['/api/buildpass/v1/token', 'status'],
  ['/gh/acme/web.svg', 'expired'],
  ['/gh/acme/web.svg', 'otherProjectAll'],
]

export type Answers = Record<string, { readonly status: number; readonly body: string }>

export async function answersOf({ origin }: { origin: string }, tokens: Record<string, string>): Promise<Answers> {
  const answers: Answers = {}
  for (const [path, holder] of READS) {
    const headers: Record<string, string> = holder === 'none' ? {} : { 'Circle-Token': tokens[holder] ?? '' }
    const response = await fetch(origin + path, { headers })
    // When a token was used last, or refused, changes with each look, the address with each start, and a ticket every ten minutes.
    const body = (await response.text())
      .replaceAll(origin, 'ORIGIN')
      .replace(/"last_used_at":(?:null|"[^"]*")/g, '')
      .replace(/\{[^{}]*"action":"token\.refused_expired"[^{}]*\},?/g, '')
      .replace(/\/output\/log\/[\w.-]+/g, '/output/log/TICKET')
    answers[`${holder} ${path}`] = { status: response.status, body }
  }
  return answers
}

/** The bytes of every artifact of the newest build of main, by path. */
export async function artifactsOf({ origin }: { origin: string }, token: string): Promise<Record<string, string>> {
  const headers = { 'Circle-Token': token }
  const listed = await fetch(`${origin}${WEB}/latest/artifacts?branch=main`, { headers })
  const bytes: Record<string, string> = {}
  for (const { path, url } of (await listed.json()) as { path: string; url: string }[])
    bytes[path] = Buffer.from(await (await fetch(url, { headers })).arrayBuffer()).toString('base64')
  return bytes
}

async function muteATest({ origin }: { origin: string }, token: string): Promise<void> {
  const tests = `${origin}/api/buildpass/v1/projects/gh/acme/web/tests`
  const headers = { 'Circle-Token': token, 'Content-Type': 'application/json' }
  const listed = (await (await fetch(tests, { headers })).json()) as { tests: { id: number }[] }
  const until = new Date(Date.now() + 30 * 86_400_000).toISOString()
  const body = JSON.stringify({ reason: 'waits for a fix', until })
  const muted = await fetch(`${tests}/${listed.tests[0]?.id}/mute`, { method: 'PUT', headers, body })
  expect(muted.status, await muted.text()).toBe(200)
}

async function logAStep({ origin }: { origin: string }, token: string): Promise<void> {
  const headers = { 'Circle-Token': token, 'Content-Type': 'application/json' }
  const body = JSON.stringify({ key: 'make', name: 'make', status: 'failed', exit_code: 2 })
  const told = await fetch(`${origin}${BUILD}/steps`, { method: 'POST', headers, body })
  expect(told.ok, await told.text()).toBe(true)
  for (const [offset, text] of [
    [0, 'a.c:1:2: error: no\n'],
    [19, 'make: *** [all] Error 1\n'],
  ] as const) {
    const sent = await fetch(`${origin}${LOG}?offset=${offset}${offset === 0 ? '' : '&final=true'}`, {
      method: 'PUT',
      headers: { 'Circle-Token': token, 'Content-Type': 'application/octet-stream' },
      body: text,
    })
    expect(sent.ok, await sent.text()).toBe(true)
  }
}

export type BackedUp = {
  /** The demo, a muted test and a step with a log: what was backed up. */
  readonly stateDir: string
  readonly folder: string
  readonly tokens: DemoTokens
  /** What it answered, and the bytes of its artifacts. */
  readonly before: Answers
  readonly artifacts: Readonly<Record<string, string>>
  /** A new instance with the same secrets, as a person would set it up, and the backup restored into it. */
  readonly restored: (args: readonly string[]) => Promise<DemoServer>
}

/** A backup of an instance that was in use, made by `npm run backup`. */
export async function backUpDemo(): Promise<BackedUp> {
  const own = await serveDemo()
  const { stateDir, demo } = own
  const { tokens } = demo
  await muteATest(own, tokens.personal)
  await logAStep(own, tokens.personal)
  const before = await answersOf(own, tokens)
  const artifacts = await artifactsOf(own, tokens.all)
  await own.stop()
  const folder = join(makeStateDir(), 'backup')
  const { exitCode, output } = await runNpmScript('backup', [folder], stateDir)
  expect(exitCode, output).toBe(0)
  return {
    ...{ stateDir, folder, tokens, before, artifacts },
    async restored(args) {
      const into = makeStateDir()
      copyFileSync(join(stateDir, '.dev.vars'), join(into, '.dev.vars'))
      const ended = await runNpmScript('restore', [folder, ...args], into)
      expect(ended.exitCode, ended.output).toBe(0)
      // The demo's own file tells the test's server where it listens.
      mkdirSync(join(into, '.local'), { recursive: true })
      writeFileSync(join(into, '.local/demo.json'), JSON.stringify(demo))
      return serveDemo(into)
    },
  }
}

/** The objects that a backup lists. */
function keysIn(folder: string): readonly string[] {
  const lines = readFileSync(join(folder, 'objects.ndjson'), 'utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line).key)
}

/**
 * Harms four objects of a backup, each in another way: what the next one says of it, and that it took no harmed one over and
 * the others as they are.
 */
export function harmed(folder: string) {
  const [longer = '', other = '', gone = '', asFolder = '', whole = ''] = keysIn(folder)
  const harm = (key: string, change: (bytes: Buffer) => Buffer | null) => {
    const file = join(folder, 'r2', key)
    const changed = change(readFileSync(file))
    if (changed) writeFileSync(file, changed)
    else rmSync(file)
  }
  harm(longer, (bytes) => Buffer.concat([bytes, Buffer.from('x')]))
  harm(other, (bytes) => Buffer.from(bytes.map((byte) => byte ^ 1)))
  harm(gone, () => null)
  harm(asFolder, () => null)
  mkdirSync(join(folder, 'r2', asFolder))
  const numberOf = (at: string, key: string) => statSync(join(at, 'r2', key)).ino
  return {
    said: `Of ${folder}, 4 objects are missing or damaged, and were fetched again: r2/${longer}, r2/`,
    expectTaken(next: string) {
      expect(numberOf(next, whole)).toBe(numberOf(folder, whole))
      expect(numberOf(next, other)).not.toBe(numberOf(folder, other))
    },
  }
}
