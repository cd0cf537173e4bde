// npm run audit: known problems of the libraries that are deployed. Fails on a high or critical one, and not on a
// registry that cannot be asked: that says nothing about the libraries. `--strict` fails on that too.
import { spawnSync } from 'node:child_process'
import { REPOSITORY } from '../start/local-state.ts'
import { parseInvocation } from './invocation.ts'

type Report = { readonly metadata?: { readonly vulnerabilities?: Readonly<Record<string, number>> } }

const { values } = parseInvocation('npm run audit [-- --strict]', { strict: { type: 'boolean', default: false } })
// Offline this must cost seconds, not npm's minutes of retries.
const ask = ['audit', '--json', '--omit=dev', '--omit=optional', '--fetch-retries=0', '--fetch-timeout=20000']
const { stdout } = spawnSync('npm', ask, { cwd: REPOSITORY, encoding: 'utf8', timeout: 60_000 })
const counts = countsIn(stdout)
if (!counts) {
  console.log(`WARNING: not audited. The registry did not say what it knows of these libraries${reasonIn(stdout)}.`)
  process.exitCode = values.strict ? 1 : 0
} else {
  const grave = (counts.high ?? 0) + (counts.critical ?? 0)
  console.log(
    `Known problems of what is deployed: ${Object.entries(counts)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ')}.`,
  )
  process.exitCode = grave > 0 ? 1 : 0
}

/** Null for an answer without counts, as an unreachable registry gives. */
function countsIn(text: string): Readonly<Record<string, number>> | null {
  try {
    const { metadata }: Report = JSON.parse(text)
    return metadata?.vulnerabilities ?? null
  } catch {
    return null
  }
}

/** The first line of npm's own words, where it has some. */
function reasonIn(text: string): string {
  try {
    const { message }: { message?: unknown } = JSON.parse(text)
    return typeof message === 'string' ? ` (${message.split('\n', 1)[0]})` : ''
  } catch {
    return ''
  }
}
