import { existsSync, readFileSync } from 'node:fs'
import type { CliRun } from './cli.ts'

const SAMPLE_MS = 20

/** The most memory that a command had until it ended, in KiB, and how it ended. On Linux alone. */
export async function mostMemoryOf({ child, ended }: CliRun) {
  let mostKb = 0
  const sampling = setInterval(() => {
    const file = `/proc/${child.pid}/status`
    const status = existsSync(file) ? readFileSync(file, 'utf8') : ''
    mostKb = Math.max(mostKb, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0))
  }, SAMPLE_MS)
  return { ended: await ended.finally(() => clearInterval(sampling)), mostKb }
}
