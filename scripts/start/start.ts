// npm start [-- --fresh]: the whole of Buildpass on this machine, with the demo when there is no data yet. npm run dev is
// the same, and shows a change of src/ or public/ within about three seconds.

import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createUser } from '../../src/actions/create-user.ts'
import { YEAR_MS } from '../../src/domain/day.ts'
import { hasUsers } from '../../src/storage/people/users.ts'
import { writeAssets } from '../check/assets.ts'
import { parseInvocation } from '../check/invocation.ts'
import { ScriptError, tellFailure } from '../check/script-error.ts'
import { type LocalWorker, startWorker } from '../deploy/wrangler.ts'
import { type Demo, type DemoTokens, seedDemo } from './demo.ts'
import { startLiveBuild } from './live-demo.ts'
import { askSignInLink } from './local-control.ts'
import { openLocalDatabase } from './local-database.ts'
import {
  dropUnfinishedDemo,
  emptyLocalState,
  ensureDevVars,
  findRunningServer,
  type LocalState,
  openLocalState,
  REPOSITORY,
  WRANGLER_CONFIG,
  writePrivately,
  writeServerFile,
} from './local-state.ts'

const DEMO_LOGIN = 'demo'
const READY_MS = 25_000
const STOP_MS = 2_000

let worker: LocalWorker | undefined
let isReady = false
let isStopping = false

takeSignals()
try {
  await start()
} catch (error) {
  // What was under way when the stop came cannot but fail.
  if (!isStopping) fail(error)
}

async function start(): Promise<void> {
  const { isFresh, isWatched, host, port } = chosenStart()
  const state = openLocalState()
  const running = await findRunningServer(state)
  if (running)
    throw new ScriptError(
      `Buildpass already runs on this data, as process ${running.pid}${running.origin ? ` at ${running.origin}` : ''}.`,
    )
  await requireFreePort(host, port)
  if (isFresh) emptyLocalState(state)
  dropUnfinishedDemo(state)
  ensureDevVars(state)
  process.on('exit', () => rmSync(state.serverFile, { force: true }))
  writeServerFile(state, null, null)

  const demoUserToken = await prepareDatabase(state)
  const controlKey = randomBytes(32).toString('base64url')
  const origin = await openWorker(state, { host, port, isWatched, controlKey })
  await requeue(origin)
  const demo = demoUserToken ? await makeDemo(state, origin, demoUserToken) : refreshDemo(state, origin)
  const livePath = demoUserToken && showsLiveBuild() ? await showLiveBuild(origin, demoUserToken) : null
  writeServerFile(state, origin, controlKey)
  const link = demo && (await askSignInLink(origin, controlKey, DEMO_LOGIN))
  console.log(screenFor({ origin, tokens: demo?.tokens ?? null, signInUrl: link && origin + link.path, livePath }))
  isReady = true
  if (isWatched) {
    tellOfMigrations()
    worker?.raw.on('reloadComplete', () => requeue(origin).catch((error) => console.error('Not queued again:', error)))
  }
}

/** The database is the running Worker's: what is new in migrations/ is applied by the next start. */
function tellOfMigrations(): void {
  const watcher = watch(join(REPOSITORY, 'migrations'), () => {
    watcher.close()
    console.log('migrations/ has changed: stop this (Ctrl-C) and start it again to apply it.')
  })
}

type Listening = { readonly host: string; readonly port: number; readonly isWatched: boolean }

function chosenStart(): Listening & { readonly isFresh: boolean } {
  // --fresh empties the local data first.
  const { values } = parseInvocation('npm start [-- --fresh]', {
    fresh: { type: 'boolean', default: false },
    watch: { type: 'boolean', default: false },
  })
  const port = Number(process.env.PORT || 8787)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new ScriptError(`PORT must be a number from 0 to 65535, not "${process.env.PORT}".`)
  return { isFresh: values.fresh, isWatched: values.watch, host: process.env.HOST || '127.0.0.1', port }
}

/** Wrangler would quietly take the next port. */
function requireFreePort(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new ScriptError(
          error.code === 'EADDRINUSE'
            ? `Port ${port} of ${host} is in use: stop what uses it, or name another one (PORT=8788 npm start; PORT=0 takes any free one).`
            : `Cannot listen on port ${port} of ${host}: ${error.message}.`,
        ),
      ),
    )
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve()))
  })
}

/** The migrated database, and the token of the demo's first user where there was nobody yet. */
async function prepareDatabase(state: LocalState): Promise<string | null> {
  const { db, peppers, close } = await openLocalDatabase(state)
  try {
    if (await hasUsers(db)) return null
    writeFileSync(state.unfinishedFile, '')
    const now = Date.now()
    const owner = {
      login: DEMO_LOGIN,
      instanceRole: 'owner',
      tokenLabel: 'Demo',
      tokenExpiresAt: now + YEAR_MS,
    } as const
    const made = await createUser(db, peppers, now, owner)
    if (made === 'login_taken') throw new Error('a database without users has a user "demo"')
    return made.secret
  } finally {
    await close()
  }
}

/** Where links in notices lead: a browser on this machine reaches every host that is listened on. */
function linkOriginFor(host: string, port: number): string {
  const named = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return new URL(`http://${named}:${port}`).origin
}

/** Starts the Worker and waits until it answers; gives its address. */
async function openWorker(
  state: LocalState,
  { host, port, isWatched, controlKey }: Listening & { readonly controlKey: string },
): Promise<string> {
  writeAssets()
  worker = await startWorker({
    config: WRANGLER_CONFIG,
    // What sends messages here goes on beside the queue.
    compatibilityFlags: ['queue_consumer_no_wait_for_wait_until'],
    // By the bundler that a deploy uses.
    build: { bundle: true, minify: !isWatched, custom: { command: '' } },
    envFiles: [state.devVarsFile],
    bindings: {
      LOCAL_CONTROL_KEY: { type: 'plain_text', value: controlKey },
      ...(port === 0 ? {} : { LOCAL_ORIGIN: { type: 'plain_text', value: linkOriginFor(host, port) } as const }),
      LOG_REQUESTS: { type: 'plain_text', value: 'all' },
      ...reportsOnThisMachine(state),
    },
    dev: {
      server: { hostname: host, port },
      persist: state.dataFolder,
      inspector: false,
      remote: false,
      watch: isWatched,
      logLevel: 'error',
      structuredLogsHandler: showLog,
    },
  })
  const { raw, url } = worker
  const failed = new Promise<never>((_, reject) => {
    raw.once('buildFailed', () => reject(new ScriptError('The Worker could not be built; the reason is above.')))
    raw.once('error', (event: { cause?: unknown }) => reject(event.cause ?? event))
    setTimeout(
      () => reject(new ScriptError(`The Worker did not answer within ${READY_MS / 1000} s.`)),
      READY_MS,
    ).unref()
  })
  const origin = await Promise.race([failed, url.then(localOriginOf)])
  await Promise.race([failed, fetch(origin, { method: 'HEAD', redirect: 'manual' })])
  return origin
}

/** The queue of this machine begins anew with the Worker: what waits there is queued again, from the rows that say so. */
async function requeue(origin: string): Promise<void> {
  const { ok, status } = await fetch(`${origin}/cdn-cgi/handler/scheduled?cron=${encodeURIComponent('npm start')}`)
  if (!ok) console.error(`What waited to be sent was not queued again: ${status}.`)
}

/** Reports have hosts of their own here, which browsers and curl find by themselves; not where other machines come too. */
function reportsOnThisMachine({ devVarsFile }: LocalState): Record<string, { type: 'plain_text'; value: string }> {
  const { REPORTS_ORIGIN: chosen } = process.env
  const isForOthers = /^(?:PUBLIC|REPORTS)_ORIGIN=/m.test(readFileSync(devVarsFile, 'utf8'))
  if (chosen === undefined && isForOthers) return {}
  return { REPORTS_ORIGIN: { type: 'plain_text', value: chosen ?? 'http://*.localhost' } }
}

/** The Worker's log goes to the console; while the demo is made, only what is wrong. */
function showLog({ level, message }: { level: string; message: string }): void {
  const isFault = level === 'error' || level === 'warn'
  if (isStopping || (!isFault && !isReady)) return
  process[isFault ? 'stderr' : 'stdout'].write(`${message}\n`)
}

/** The address under which this machine reaches it; one that listens everywhere is named by its loopback. */
function localOriginOf(url: URL): string {
  const local = new URL(url)
  if (local.hostname === '0.0.0.0') local.hostname = '127.0.0.1'
  if (local.hostname === '[::]') local.hostname = '[::1]'
  return local.origin
}

async function makeDemo(state: LocalState, origin: string, personal: string): Promise<Demo> {
  console.log('Making the demo projects …')
  const demo = await seedDemo(origin, personal)
  writeDemo(state, demo)
  rmSync(state.unfinishedFile)
  return demo
}

/** The demo that an earlier start made, at today's address; null where people brought their own data. */
function refreshDemo(state: LocalState, origin: string): Demo | null {
  if (!existsSync(state.demoFile)) return null
  const demo: Demo = { ...JSON.parse(readFileSync(state.demoFile, 'utf8')), origin }
  writeDemo(state, demo)
  return demo
}

function writeDemo(state: LocalState, demo: Demo): void {
  writePrivately(state.demoFile, `${JSON.stringify(demo, null, 2)}\n`)
}

/** Measurements and tests look at a demo in which nothing moves. */
function showsLiveBuild(): boolean {
  return process.env.DEMO_LIVE !== 'off'
}

/** Has a build of the demo run for a minute; gives its page. */
async function showLiveBuild(origin: string, personal: string): Promise<string> {
  const { path, ended } = await startLiveBuild(origin, personal)
  ended.catch((error) => {
    // What was under way when the stop came cannot but fail.
    if (!isStopping) console.error('The live build of the demo broke off:', error)
  })
  return path
}

type Shown = {
  readonly origin: string
  readonly tokens: DemoTokens | null
  readonly signInUrl: string | null
  readonly livePath: string | null
}

function screenFor({ origin, tokens, signInUrl, livePath }: Shown): string {
  if (!tokens) {
    return `
  Buildpass runs at ${origin}   (Ctrl-C stops it)

  There is no demo, since the database has users of its own. To sign in:
    npm run sign-in-link -- <login>
`
  }
  const { status, all, personal } = tokens
  return `
  Buildpass runs at ${origin}   (Ctrl-C stops it; npm start -- --fresh begins anew)

  Sign in    ${signInUrl}
             (works once, for 15 minutes; another one: npm run sign-in-link -- ${DEMO_LOGIN})
${livePath ? `  Live log   ${origin}${livePath}   (grows for a minute from now)\n` : ''}
  Badge      curl '${origin}/gh/acme/web.svg?circle-token=${status}'
  Builds     curl -H 'Circle-Token: ${all}' '${origin}/api/v1.1/project/gh/acme/web?limit=3'
  Artifacts  curl -H 'Circle-Token: ${all}' '${origin}/api/v1.1/project/gh/acme/web/latest/artifacts?branch=main'
  Yourself   curl -H 'Circle-Token: ${personal}' '${origin}/api/v1.1/me'

  The tokens of the demo are in ${shownPath('.local/demo.json')}; the data stays until you say --fresh.
`
}

function shownPath(file: string): string {
  return process.env.BUILDPASS_STATE ? `${process.env.BUILDPASS_STATE.replace(/\/$/, '')}/${file}` : file
}

/** Ctrl-C and friends put the Worker away and end with 0; a second one changes nothing. */
function takeSignals(): void {
  const signals: readonly string[] = ['SIGINT', 'SIGTERM', 'SIGHUP']
  // Miniflare adds listeners that exit at once with 130 or 143; ours replaces them.
  process.on('newListener', (event: string | symbol, listener: () => void) => {
    if (typeof event === 'string' && signals.includes(event) && listener !== stop)
      setImmediate(() => process.removeListener(event, listener))
  })
  for (const signal of signals) process.on(signal, stop)
}

function stop(): void {
  if (isStopping) return
  isStopping = true
  // Exiting kills workerd, should it not have ended in time.
  setTimeout(() => process.exit(0), STOP_MS)
  Promise.resolve(worker?.dispose())
    .catch((error) => console.error('The Worker did not stop by itself:', error))
    .finally(() => process.exit(0))
}

function fail(error: unknown): void {
  tellFailure(error)
  process.exit(1)
}
