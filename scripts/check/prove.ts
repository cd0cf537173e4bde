// npm run prove [-- --minutes N]: the long proofs, whole: the simulator, hostile inputs, `kill -9`, two workerds, timing, the
// command as processes with its own limits, backups, the walks and a backlog in workerd, a large transfer, and mutants for the
// rest of the time. The last line counts them.
import { parseInvocation } from './invocation.ts'
import { runVitest } from './run-vitest.ts'
import { WALKS } from './test-files.ts'
import { runNode } from './tool.ts'

const { values } = parseInvocation('npm run prove [-- --minutes N]', { minutes: { type: 'string', default: '120' } })
const until = performance.now() + Number(values.minutes) * 60_000
const minutesLeft = () => (until - performance.now()) / 60_000

/** All of test/prove but what takes an hour. */
const SHORT = ['backup-rows', 'fuzz', 'kill', 'memory', 'same-worker', 'scale', 'sim', 'timing', 'two', 'windows'].map(
  (name) => `test/prove/${name}`,
)
/** What starts instances one after the other. */
const SCRIPTS = ['backup.node', 'start-fresh', 'wrangler-database'].map((name) => `test/prove/${name}`)
const HOSTILE_REPORTS = 'test/prove/hostile-reports.node.test.ts'

type Proved = { readonly passed: number; readonly failed: number; readonly failures?: readonly string[] }
/** With the minutes that each takes on two cores: what there is no time for is not begun, and said. */
const PROOFS: readonly { readonly name: string; readonly minutes: number; readonly run: () => Promise<Proved> }[] = [
  {
    name: 'simulator, hostile inputs, kill, memory, two workerds, timing, the same Worker by each deploy',
    minutes: 5.5,
    run: () => tests('node', SHORT),
  },
  { name: 'replicas that lag', minutes: 4, run: () => tests('node', ['test/prove/replicas']) },
  {
    name: 'the command, a process for each, answers of no shape and downloads whole',
    minutes: 6,
    run: () => tests('node', ['test/cli']),
  },
  {
    name: 'backups of an instance in use by the scripts, a fresh start, the database by wrangler',
    minutes: 2,
    run: () => tests('node', SCRIPTS),
  },
  {
    name: 'the tests of npm run test:fast, which need no workerd',
    minutes: 1,
    run: () => vitest(['-c', 'scripts/check/fast.config.ts']),
  },
  { name: 'a large transfer', minutes: 1, run: () => script('bench/large-transfer.ts', '--mib', '256') },
  {
    name: 'walks, simulator, hostile inputs and a week of notices in workerd',
    minutes: 10,
    run: () => tests('worker', ['test/prove', ...WALKS]),
  },
  {
    name: 'a backlog, and what is kept, in workerd',
    minutes: 3,
    run: () => tests('worker-alone', ['test/actions/run-daily-tasks', 'test/storage/upkeep/retention']),
  },
  { name: 'hostile reports in Chromium', minutes: 50, run: () => tests('node', [HOSTILE_REPORTS]) },
  {
    name: 'mutants',
    minutes: 3,
    run: () => script('scripts/mutants/mutants.ts', '--minutes', Math.max(1, minutesLeft() - 1).toFixed(1)),
  },
]

let passed = 0
let failed = 0
for (const { name, minutes, run } of PROOFS) {
  if (minutesLeft() < minutes) {
    console.log(`not tried, for lack of time: ${name}`)
    continue
  }
  const proved = await run()
  passed += proved.passed
  failed += proved.failed
  for (const failure of proved.failures ?? []) console.log(`FAILED  ${failure}`)
  console.log(`${proved.failed === 0 ? 'ok    ' : 'FAILED'}  ${name}`)
}
console.log(`${passed} proofs passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

function tests(project: string, files: readonly string[]): Promise<Proved> {
  return vitest([`--project=${project}`, ...files])
}

function vitest(args: readonly string[]): Promise<Proved> {
  return runVitest([...args, '--reporter=dot'], { env: { PROVE: 'all' } })
}

async function script(file: string, ...args: readonly string[]): Promise<Proved> {
  const isGood = (await runNode(['--no-warnings', file, ...args])) === 0
  return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1 }
}
