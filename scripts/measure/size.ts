// npm run size: how large the Worker is, and what its start costs; fails above the limit.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseInvocation } from '../check/invocation.ts'
import { buildWorker, gzipKibOf, SIZE_LIMIT_KIB } from '../deploy/worker-bundle.ts'
import { median } from './compared-times.ts'

const STARTS = 9
const SETTINGS = 'compatibilityDate = "2026-10-20"'

parseInvocation('npm run size', {})
const folder = mkdtempSync(join(tmpdir(), 'buildpass-size-'))
try {
  const bundleFile = join(folder, 'bundle.js')
  await buildWorker(bundleFile)
  const gzipKib = gzipKibOf(bundleFile)
  const startMs = await measureStart()
  console.log(`raw       ${(statSync(bundleFile).size / 1024).toFixed(1)} KiB, minified
gzip      ${gzipKib.toFixed(1)} KiB, of ${SIZE_LIMIT_KIB} KiB at most
start-up  ${startMs.toFixed(1)} ms: median of ${STARTS} runs of workerd from its start to the first answer, less that of a bare Worker`)
  if (gzipKib > SIZE_LIMIT_KIB) {
    console.error(`The bundle is ${(gzipKib - SIZE_LIMIT_KIB).toFixed(1)} KiB over the limit.`)
    process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true })
}

/** In turns, so that another load on the machine weighs on both alike. */
async function measureStart(): Promise<number> {
  const bare = writeConfig('bare', '')
  const whole = writeConfig('whole', "import './bundle.js'\n", '(name = "bundle.js", esModule = embed "bundle.js"),')
  const times: { bare: number; whole: number }[] = []
  for (let run = 0; run < STARTS; run++) times.push({ bare: await timeStart(bare), whole: await timeStart(whole) })
  return median(times.map((time) => time.whole)) - median(times.map((time) => time.bare))
}

/** A Worker that answers "ok" once everything that it imports has been evaluated. */
function writeConfig(name: string, imports: string, modules = ''): string {
  writeFileSync(join(folder, `${name}.js`), `${imports}export default { fetch: () => new Response('ok') }\n`)
  const file = join(folder, `${name}.capnp`)
  writeFileSync(
    file,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (modules = [(name = "main.js", esModule = embed "${name}.js"), ${modules}], ${SETTINGS}))],
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
