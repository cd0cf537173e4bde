// node bench/large-transfer.ts [--mib 1024]: a large file up and down through `npm start` by the command, with the
// memory of every process that takes part while it goes.
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseInvocation } from '../scripts/check/invocation.ts'
import { startLocalServer } from '../test/support/server/local-server.ts'

const MIB = 1024 ** 2
const { values } = parseInvocation('node bench/large-transfer.ts [--mib 1024]', {
  mib: { type: 'string', default: '1024' },
})
const sizeMib = Number(values.mib)

const folder = mkdtempSync(join(tmpdir(), 'buildpass-large-'))
const server = await startLocalServer({ stateDir: join(folder, 'server') })
try {
  const file = join(folder, 'large.bin')
  const digest = await makeFile(file)
  const serverPids = [process.pid, ...descendantsOf(process.pid)].filter((pid) => commandOf(pid).includes('workerd'))
  console.log(`${sizeMib} MiB; ${serverPids.length} workerd processes; resident memory in MiB every 2 s`)

  const job = ['--branch', 'bench', '--revision', 'c'.repeat(40), '--id', 'bench']
  const up = await measured('upload', ['upload', 'large.bin', ...job, '--json'])
  const build = String(JSON.parse(up).build_num)
  await measured('download', ['download', '--build', build, '--to', 'down', '--json'])
  const same = (await digestOf(join(folder, 'down/large.bin'))) === digest
  console.log(`digest    ${same ? 'equal' : 'DIFFERENT'} (${digest})`)
  process.exitCode = same ? 0 : 1

  async function measured(name: string, args: readonly string[]): Promise<string> {
    const env = {
      ...process.env,
      BUILDPASS_URL: server.origin,
      BUILDPASS_PROJECT: 'gh/acme/web',
      BUILDPASS_TOKEN: server.demo.tokens.personal,
      XDG_STATE_HOME: join(folder, 'state'),
    }
    const child = spawn(process.execPath, [join(import.meta.dirname, '../bin/buildpass.mjs'), ...args], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const startedAt = performance.now()
    let stdout = ''
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    let stderr = ''
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    const samples: number[][] = [serverPids.map(residentMib)]
    const cliSamples: number[] = []
    const timer = setInterval(() => {
      samples.push(serverPids.map(residentMib))
      cliSamples.push(residentMib(child.pid ?? 0))
    }, 2_000)
    const code = await new Promise((resolve) => child.once('close', resolve))
    clearInterval(timer)
    samples.push(serverPids.map(residentMib))
    const seconds = (performance.now() - startedAt) / 1000
    console.log(`\n${name}  ${seconds.toFixed(1)} s, ${(sizeMib / seconds).toFixed(1)} MiB/s, exit code ${code}`)
    for (const i of serverPids.keys()) console.log(`  workerd ${i + 1}  ${samples.map((one) => one[i]).join(' ')}`)
    console.log(`  command    ${cliSamples.join(' ')}`)
    if (code !== 0) throw new Error(`${name} failed: ${stderr}\nThe server said:\n${server.output().slice(-3_000)}`)
    return stdout
  }
} finally {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}

/** Random bytes, a fresh block for every 16 MiB of them. */
async function makeFile(file: string): Promise<string> {
  const handle = await open(file, 'w')
  const hash = createHash('sha256')
  for (let left = sizeMib * MIB; left > 0; ) {
    const block = randomBytes(Math.min(left, 16 * MIB))
    await handle.write(block)
    hash.update(block)
    left -= block.length
  }
  await handle.close()
  return hash.digest('hex')
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest('hex')
}

function descendantsOf(pid: number): number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(Number(name)) === pid)
    .map(Number)
  return children.flatMap((child) => [child, ...descendantsOf(child)])
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s*(\d+)/m.exec(procFile(pid, 'status'))?.[1] ?? 0)
}

function commandOf(pid: number): string {
  return procFile(pid, 'cmdline').split('\0')[0] ?? ''
}

function residentMib(pid: number): number {
  return Math.round(Number(/^VmRSS:\s*(\d+)/m.exec(procFile(pid, 'status'))?.[1] ?? 0) / 1024)
}

function procFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return '' // It has ended meanwhile.
  }
}
