// npm test [-- <filter> … [-t <name>]]: the checks, then every test, or only those whose file has one of these in its path,
// or whose own name has that in it; the last line counts them.
import { openPool } from '../../cli/pool.ts'
import { parseInvocation } from './invocation.ts'
import { runVitest } from './run-vitest.ts'
import { runNode } from './tool.ts'

/** Runs of vitest, each of which keeps one core busy at most: the longest first, and none so long that it is left alone at the end. */
const LANES: readonly (readonly string[])[] = [
  // On two cores vitest plays one file at a time: these mostly wait for what they started, and are the longest.
  ['--project=node', '--maxWorkers=3'],
  ['--project=worker', '--shard=1/2'],
  ['--project=browser'],
  ['--project=worker', '--shard=2/2'],
  ['--project=worker-alone'],
  ['--project=walks', '--project=domain'],
]
/** One more than cores, for what waits. */
const LANES_AT_ONCE = 3

const { positionals: filters, values } = parseInvocation(
  'npm test [-- <filter> … [-t <name>]]',
  { testNamePattern: { type: 'string', short: 't' } },
  [0, 100],
)
const names = values.testNamePattern === undefined ? [] : [values.testNamePattern]
if (names.includes('')) {
  console.error('-t wants a part of a name.')
  process.exit(2)
}
const isPart = filters.length + names.length > 0
// A test that passes need not show what the Worker logged.
const SHOWN = ['--silent=passed-only', '--reporter=default']
const pool = openPool(LANES_AT_ONCE)
const checking = isPart ? Promise.resolve(0) : pool(() => runNode(['scripts/check/check.ts']))
const lanes = isPart
  ? [
      await runVitest([...filters, ...names.map((name) => `-t=${name}`), '--passWithNoTests', ...SHOWN], {
        mayBeEmpty: true,
      }),
    ]
  : await Promise.all(LANES.map((lane) => pool(() => runVitest([...lane, ...SHOWN]))))
const isChecked = (await checking) === 0
const sumOf = (count: 'passed' | 'failed' | 'skipped') => lanes.reduce((sum, counts) => sum + counts[count], 0)
const failed = sumOf('failed') + (isChecked ? 0 : 1)
// Once more, where whoever has the end of a long log finds them.
if (!isChecked) console.log('FAILED  npm run check: it counts as one failed')
for (const failure of lanes.flatMap(({ failures }) => failures)) console.log(`FAILED  ${failure}`)
console.log(`${sumOf('passed')} passed, ${failed} failed${sumOf('skipped') > 0 ? `, ${sumOf('skipped')} skipped` : ''}`)
const isEmpty = sumOf('passed') + failed + sumOf('skipped') === 0
if (isEmpty) console.error(`No test has ${[...filters, ...names].join(' or ')} in its path or name.`)
process.exitCode = failed > 0 || isEmpty ? 1 : 0
