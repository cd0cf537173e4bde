import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { EXIT } from '../terminal/exit.ts'
import { exitCodeOfSignal } from '../terminal/interrupt.ts'
import { say } from '../terminal/say.ts'

// What action.yml runs: its inputs as one call of the command beside this file.

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

const child = spawn(process.execPath, [join(import.meta.dirname, 'buildpass.mjs'), ...verb()], {
  stdio: 'inherit',
  env,
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) process.on(signal, () => child.kill(signal))
child.once('close', (code, signal) => {
  process.exitCode = signal ? exitCodeOfSignal(signal) : (code ?? 1)
})

function verb(): string[] {
  const tests = linesOf(input('tests'))
  const artifacts = linesOf(input('artifacts'))
  const strict = booleanInput('strict') ? ['--strict'] : []
  const timeout = input('report-timeout') ? ['--report-timeout', input('report-timeout')] : []
  if (input('run'))
    return [
      'run',
      ...strict,
      ...timeout,
      ...(tests.length > 0 ? ['--tests', ...tests] : []),
      ...(artifacts.length > 0 ? ['--artifacts', ...artifacts] : []),
      '--',
      ...shell(input('run')),
    ]
  if (input('status'))
    return [
      'report',
      'finish',
      ...strict,
      '--status',
      input('status'),
      ...(tests.length > 0 ? ['--tests', ...tests] : []),
    ]
  if (artifacts.length > 0) return ['upload', ...strict, ...artifacts]
  return ['report', 'start']
}

/** As GitHub's own toolkit reads one: what is neither is refused, for a guard that is mistyped would be off. */
function booleanInput(name: string): boolean {
  const text = input(name)
  if (/^(?:true|True|TRUE)$/.test(text)) return true
  if (/^(?:|false|False|FALSE)$/.test(text)) return false
  say('stderr', `buildpass: the input "${name}" must be true or false, not "${text}".\n`)
  process.exit(EXIT.usage)
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
