import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { EXIT } from '../terminal/exit.ts'
import { exitCodeOfSignal } from '../terminal/interrupt.ts'
import { say } from '../terminal/say.ts'

// What action.yml runs: its inputs as calls of the command beside this file, one after the other.

/** Exit codes above it are those of signals. */
const SIGNALLED = 128

const input = (name: string) => process.env[`INPUT_${name.toUpperCase()}`]?.trim() ?? ''
const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

const env: NodeJS.ProcessEnv = { ...process.env, BUILDPASS_URL: input('url') || process.env.BUILDPASS_URL }
if (input('token')) {
  env.BUILDPASS_TOKEN = input('token')
  // A token that did not come from a secret is masked from here on.
  say('stdout', `::add-mask::${input('token')}\n`)
}
if (input('project')) env.BUILDPASS_PROJECT = input('project')
env.BUILDPASS_JOB = input('job') || env.BUILDPASS_JOB || matrixJobName()

let child: ChildProcess
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) process.on(signal, () => child.kill(signal))
let exitCode = 0
for (const verb of verbs()) {
  child = spawn(process.execPath, [join(import.meta.dirname, 'buildpass.mjs'), ...verb], { stdio: 'inherit', env })
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  const ended = signal ? exitCodeOfSignal(signal) : (code ?? 1)
  // The first that fails gives the exit code; only a signal keeps the others from their turn.
  exitCode ||= ended
  if (ended > SIGNALLED) break
}
process.exitCode = exitCode

function verbs(): string[][] {
  const tests = linesOf(input('tests'))
  const artifacts = linesOf(input('artifacts'))
  const strict = booleanInput('strict') ? ['--strict'] : []
  const quarantine = booleanInput('quarantine') ? ['--quarantine'] : []
  const timeout = input('report-timeout') ? ['--report-timeout', input('report-timeout')] : []
  const withTests = tests.length > 0 ? ['--tests', ...tests] : []
  const maskEnv = linesOf(input('mask-env')).flatMap((name) => ['--mask-env', name])
  const log = [...(booleanInput('log', true) ? [] : ['--no-log']), ...maskEnv]
  const stepName = input('step')
  if (stepName) {
    if (!input('run')) refuse('the input "step" needs "run": what the step runs.')
    if (tests.length + artifacts.length + quarantine.length > 0 || input('status'))
      refuse(
        'with "step" go no "tests", "artifacts", "quarantine" and "status": those are for the last step of the job.',
      )
    return [['step', ...strict, ...timeout, ...log, stepName, '--', ...shell(input('run'))]]
  }
  if (input('run') && input('status')) refuse('the inputs "run" and "status" do not go together: a run has its own.')
  if (input('run')) {
    const withArtifacts = artifacts.length > 0 ? ['--artifacts', ...artifacts] : []
    const options = [...strict, ...quarantine, ...timeout, ...log, ...withTests, ...withArtifacts]
    return [['run', ...options, '--', ...shell(input('run'))]]
  }
  if (quarantine.length > 0) refuse('the input "quarantine" needs "run": it says how that ends.')
  if (tests.length > 0 && !input('status'))
    refuse('the input "tests" needs "run" or "status": test reports are sent with the end of a build.')
  const upload = artifacts.length > 0 ? [['upload', ...strict, ...artifacts]] : []
  if (input('status')) return [...upload, ['report', 'finish', ...strict, '--status', input('status'), ...withTests]]
  return upload.length > 0 ? upload : [['report', 'start']]
}

function refuse(problem: string): void {
  say('stderr', `buildpass: ${problem}\n`)
  process.exit(EXIT.usage)
}

/** As GitHub's own toolkit reads one: what is neither is refused, for a guard that is mistyped would be off. */
function booleanInput(name: string, byDefault = false): boolean {
  const text = input(name) || String(byDefault)
  if (/^(?:true|True|TRUE)$/.test(text)) return true
  if (/^(?:false|False|FALSE)$/.test(text)) return false
  refuse(`the input "${name}" must be true or false, not "${text}".`)
  // The Workers' types of `process` do not say that nothing comes after it.
  return false
}

/** As a step's own `run` does it. */
function shell(script: string): string[] {
  return process.platform === 'win32'
    ? ['pwsh', '-NoProfile', '-Command', `$ErrorActionPreference = 'stop'\n${script}`]
    : ['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c', script]
}

/** As GitHub shows the legs of a matrix: `test (22, ubuntu-latest)`. */
function matrixJobName(): string | undefined {
  const matrix: unknown = JSON.parse(input('matrix') || 'null')
  const values = typeof matrix === 'object' && matrix !== null ? Object.values(matrix) : []
  const shown = values.map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value)))
  return shown.length > 0 ? `${process.env.GITHUB_JOB} (${shown.join(', ')})` : undefined
}
