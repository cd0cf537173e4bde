// A build of the demo that runs while a newcomer looks: its log grows by a line a second.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Send, senderTo, textIn } from './demo.ts'

const SLUG = 'gh/acme/web'

export type LiveBuild = {
  /** Where its page is. */
  readonly path: string
  /** Fulfilled once it has ended, as it does after a minute. */
  readonly ended: Promise<void>
}

/** Starts the build through the API of a running Worker; `lineMs` is the time between two lines. */
export async function startLiveBuild(origin: string, personal: string, lineMs = 1_000): Promise<LiveBuild> {
  const send = senderTo(origin, personal)
  const startedAt = Date.now()
  const builds = `/api/buildpass/v1/projects/${SLUG}/builds`
  const made = await send('POST', builds, buildBody(startedAt))
  const num = textIn(made, 'build_num')
  const build = `${builds}/${num}`
  const step = { key: 'npm-test', name: 'npm test', start_time: timeText(startedAt) }
  const log = `${build}/steps/${textIn(await send('POST', `${build}/steps`, step), 'step')}/log`
  const end = async () => {
    const end_time = timeText(Date.now())
    await send('POST', `${build}/steps`, { ...step, status: 'failed', exit_code: 1, end_time })
    await send('PATCH', build, { status: 'failed', stop_time: end_time })
  }
  return { path: `/${SLUG}/${num}`, ended: writeLog(send, log, lineMs).then(end) }
}

/** A line that could not be sent goes with the next one: `npm run dev` starts the Worker anew. */
async function writeLog(send: Send, log: string, lineMs: number): Promise<void> {
  const encoder = new TextEncoder()
  const bytes = encoder.encode(LIVE_LINES.map((line) => `${line}\n`).join(''))
  let sent = 0
  let printed = 0
  for (const line of LIVE_LINES) {
    printed += encoder.encode(`${line}\n`).length
    const isAnswered = await send('PUT', `${log}?offset=${sent}`, bytes.subarray(sent, printed)).then(
      () => true,
      () => false,
    )
    if (isAnswered) sent = printed
    // The server runs on without it, and ends when it is told to.
    await sleep(lineMs, undefined, { ref: false })
  }
  await send('PUT', `${log}?offset=${sent}&final=true`, bytes.subarray(sent))
}

function buildBody(startedAt: number) {
  const author = { name: 'Noor Haddad', login: 'noorh', email: 'noorh@example.com', date: timeText(startedAt - 60_000) }
  return {
    external_id: `live-${startedAt}`,
    pipeline: {
      external_id: 'live',
      branch: 'feature/live-log',
      revision: '7c1f0e6b5d3a49288e0d6c1b2f3a4d5e6f708192',
      subject: 'Charge the delivery once',
      author,
      committer: author,
      actor: { login: author.login, name: author.name },
    },
    workflow: { external_id: 'live-build-and-test', name: 'build-and-test' },
    job: { name: 'test' },
    status: 'running',
    queued_at: timeText(startedAt - 2_000),
    start_time: timeText(startedAt),
  }
}

const green = (text: string) => `\u001b[32m${text}\u001b[39m`
const red = (text: string) => `\u001b[31m${text}\u001b[39m`
const dim = (text: string) => `\u001b[2m${text}\u001b[22m`

const SUITES = ['address', 'badge', 'basket', 'checkout', 'delivery', 'invoice', 'payment', 'price'] as const
const CASES = [
  'adds a product',
  'keeps its place',
  'refuses nonsense',
  'rounds at the end',
  'says why',
  'tells the time',
]

/** What it prints: packages, tests in colours, and at the end the reason why it fails. */
export const LIVE_LINES: readonly string[] = [
  '##[group]npm ci',
  'npm warn deprecated inflight@1.0.6: This module is not supported',
  'added 214 packages, and audited 215 packages in 4s',
  'found 0 vulnerabilities',
  '##[endgroup]',
  '> web@1.4.0 test',
  '> vitest run',
  ...SUITES.flatMap((suite, i) =>
    CASES.map((name, j) =>
      suite === 'checkout' && name === 'rounds at the end'
        ? ` ${red('×')} test/${suite}.test.ts > ${name} ${dim('9ms')}`
        : ` ${green('✓')} test/${suite}.test.ts > ${name} ${dim(`${3 + ((i * 7 + j * 5) % 23)}ms`)}`,
    ),
  ),
  ` ${red('FAIL')}  test/checkout.test.ts > rounds at the end`,
  red('AssertionError: expected 17.4 to be 12.5 // Object.is equality'),
  ' ❯ test/checkout.test.ts:31:24',
  ` Test Files  ${red('1 failed')} | ${green('7 passed')} (8)`,
  `      Tests  ${red('1 failed')} | ${green('47 passed')} (48)`,
]

function timeText(ms: number): string {
  return new Date(ms).toISOString()
}
