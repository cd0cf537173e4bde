import { connect } from 'node:net'
import { beforeAll, describe, expect, it } from 'vitest'
import { type LocalServer, startLocalServer } from '../support/server/local-server.ts'

let server: LocalServer
beforeAll(async () => {
  server = await startLocalServer()
})

const BUILD = '/api/buildpass/v1/projects/gh/acme/web/builds/1'
const DIGEST = `Repr-Digest: sha-256=:${Buffer.alloc(32).toString('base64')}:`
const JSON_TYPE = 'Content-Type: application/json'
const FORM_TYPE = 'Content-Type: application/x-www-form-urlencoded'
const READS = {
  'an artifact': ['PUT', `${BUILD}/artifacts/a.bin`],
  'an artifact with its digest': ['PUT', `${BUILD}/artifacts/b.bin`, DIGEST],
  'a part of a large file': ['PUT', `${BUILD}/uploads/:upload/1`],
  'a JUnit report': ['PUT', `${BUILD}/tests`, 'Content-Type: application/xml'],
  'tests as JSON': ['PUT', `${BUILD}/tests`, JSON_TYPE],
  'a build report': ['POST', '/api/buildpass/v1/projects/gh/acme/web/builds', JSON_TYPE],
  'a form': ['POST', '/sign-in/link', FORM_TYPE],
  'a webhook': ['POST', '/webhooks/gh/acme/web/github', JSON_TYPE],
} as const satisfies Record<string, readonly [string, string, string?]>
type Case = keyof typeof READS

/** One request as bytes on a socket; what came back until the connection closed. */
function send(name: Case, framing: string, body: string | Buffer, andThen: 'wait' | 'break off'): Promise<string> {
  const [method, path, header] = READS[name] as readonly [string, string, string?]
  const { hostname, port } = new URL(server.origin)
  const head = [
    `${method} ${path.replace(':upload', upload)} HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    `Circle-Token: ${server.demo.tokens.personal}`,
    'Connection: close',
    framing,
    ...(header ? [header] : []),
  ]
  return new Promise((done) => {
    let answer = ''
    const socket = connect(Number(port), hostname, () => {
      socket.write(`${head.join('\r\n')}\r\n\r\n`)
      socket.write(body)
      if (andThen === 'break off') setTimeout(() => socket.resetAndDestroy(), 100)
    })
    socket.on('data', (chunk) => {
      answer += chunk
    })
    // A connection that is reset is what this is about.
    socket.on('error', () => undefined)
    socket.on('close', () => done(answer))
  })
}

let upload = ''
beforeAll(async () => {
  const begun = await fetch(`${server.origin}${BUILD}/uploads`, {
    method: 'POST',
    headers: { 'Circle-Token': server.demo.tokens.personal },
    body: JSON.stringify({ path: 'large.bin', size: 50_000 }),
  })
  upload = ((await begun.json()) as { upload_id: string }).upload_id
})

/** The lines that the Worker wrote since then. */
function linesSince(length: number): readonly { event: string; status?: number }[] {
  const lines = server.output().slice(length).split('\n')
  return lines.filter((line) => line.startsWith('{"event"')).map((line) => JSON.parse(line))
}

describe.each(Object.keys(READS) as Case[])('%s that its client breaks off', (name) => {
  it('is one line in the log, of status 499, and no fault', async () => {
    const before = server.output().length
    await send(name, 'Content-Length: 50000', 'x'.repeat(1_000), 'break off')
    const lines = () => linesSince(before).map(({ event, status }) => [event, status])
    await expect.poll(lines).toEqual([['request', 499]])
  })
})

describe.each([
  ['a build report', 2],
  ['a form', 2],
  ['a webhook', 6],
  ['tests as JSON', 17],
] as const)('%s over its limit', (name, mebibytes) => {
  const bytes = Buffer.alloc(mebibytes * 1024 * 1024, 'x')
  it('is 413, in chunks', async () => {
    const chunks = Array.from({ length: bytes.length / 65_536 }, () => `10000\r\n${'x'.repeat(65_536)}\r\n`)
    const answer = await send(name, 'Transfer-Encoding: chunked', `${chunks.join('')}0\r\n\r\n`, 'wait')
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
  })

  it('is 413, with its length', async () => {
    expect(await send(name, `Content-Length: ${bytes.length}`, bytes, 'wait')).toMatch(/^HTTP\/1\.1 413 /)
  })
})
