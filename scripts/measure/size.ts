// npm run size: what the Worker is made of, and how long its start takes beside a bare Hono's; fails where that is too long.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parseInvocation } from '../check/invocation.ts'
import { buildWorker } from '../deploy/worker-bundle.ts'
import { packagesIn } from './bundle-packages.ts'
import { median } from './compared-times.ts'

const STARTS = 15
/** How many times as long as a bare Hono Worker ours may take from nothing to its first answer. */
const START_LIMIT = 3.0
const SETTINGS = 'compatibilityDate = "2026-10-20"'

parseInvocation('npm run size', {})
const folder = mkdtempSync(join(tmpdir(), 'buildpass-size-'))
try {
  const metafile = await buildWorker(join(folder, 'ours.js'))
  await buildWorker(join(folder, 'hono.js'), { entry: 'bench/bare-hono.ts' })
  const bytes = readFileSync(join(folder, 'ours.js'))
  for (const { name, sizeBytes, from } of packagesIn(metafile))
    console.log(`${kib(sizeBytes)}  ${name.padEnd(14)} ${from ? `asked for by ${from}` : ''}`.trimEnd())
  console.log(`${kib(bytes.length)}  minified, ${kib(gzipSync(bytes, { level: 9 }).length).trim()} gzip\n`)
  const { hono, ours } = await measureStarts()
  const ratio = ours / hono
  console.log(`start-up  ${ours.toFixed(0)} ms, a bare Hono Worker ${hono.toFixed(0)} ms: ${ratio.toFixed(2)} times as long, ${START_LIMIT} at most
          medians of ${STARTS} starts of workerd to the first answer, in turns`)
  if (ratio > START_LIMIT) {
    console.error('The start takes too long.')
    process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true })
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1).padStart(7)} KiB`
}

/** In turns, so that another load on the machine weighs on both alike. */
async function measureStarts(): Promise<{ hono: number; ours: number }> {
  const configs = { hono: writeConfig('hono'), ours: writeConfig('ours') }
  const times: { hono: number; ours: number }[] = []
  for (let run = 0; run < STARTS; run++)
    times.push({ hono: await timeStart(configs.hono), ours: await timeStart(configs.ours) })
  return { hono: median(times.map((time) => time.hono)), ours: median(times.map((time) => time.ours)) }
}

/** A Worker that answers "ok" once everything in the bundle has been evaluated. */
function writeConfig(name: string): string {
  writeFileSync(
    join(folder, `${name}-main.js`),
    `import './${name}.js'\nexport default { fetch: () => new Response('ok') }\n`,
  )
  const file = join(folder, `${name}.capnp`)
  writeFileSync(
    file,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (modules = [(name = "main.js", esModule = embed "${name}-main.js"), (name = "${name}.js", esModule = embed "${name}.js")], ${SETTINGS}))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
`,
  )
  return file
}

async function timeStart(config: string): Promise<number> {
  const { default: workerd }: { default: string } = createRequire(import.meta.url)('workerd')
  const startedAt = performance.now()
  const child = spawn(workerd, ['serve', '--control-fd=3', config], { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] })
  try {
    const response = await fetch(`http://127.0.0.1:${await portOf(child)}/`)
    if ((await response.text()) !== 'ok') throw new Error(`workerd answered ${response.status}`)
    return performance.now() - startedAt
  } finally {
    child.kill('SIGKILL')
  }
}

/** workerd tells on its control pipe when and where it listens. */
function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`workerd ended with ${code}`)))
    child.stdio[3]?.on('data', (chunk: Buffer) => {
      const match = /"event":"listen","socket":"http","port":(\d+)/.exec(chunk.toString())
      if (match) resolve(Number(match[1]))
    })
  })
}
