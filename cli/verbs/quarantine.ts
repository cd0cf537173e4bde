import { readFile } from 'node:fs/promises'
import { readTestReport } from '../../src/domain/tests/formats/read-report.ts'
import {
  type CommandEnd,
  doubtOfEnd,
  doubtsOf,
  type FoundReport,
  failuresIn,
  type Ruling,
  rulingOf,
  testTitle,
} from '../../src/domain/tests/quarantine.ts'
import { MAX_TEST_REPORT_BYTES } from '../../src/domain/tests/test-result.ts'
import { findFiles } from '../files/find-files.ts'
import { askJson } from '../server/http.ts'
import { projectPath } from '../server/open-server.ts'
import type { Server } from '../server/server.ts'
import { entriesOf, judgedOf } from '../server/test-answers.ts'
import { openAbort } from '../terminal/interrupt.ts'
import { type Output, sizeText } from '../terminal/output.ts'
import { systemFailure } from '../terminal/system-error.ts'

type Asked = {
  readonly server: Server
  readonly globs: readonly string[]
  /** Called when the reports are read, which may have taken a while. */
  readonly onRead: () => void
  /** How long the server may take to judge, and what is said when it takes longer. */
  readonly limitMs: number
  readonly tooLong: (seconds: number) => Error
}

/** Whether a command that failed counts as passed, by its reports and the server's word on them; never throws. */
export async function ruleOn(end: CommandEnd, asked: Asked): Promise<Ruling> {
  try {
    const ending = doubtOfEnd(end)
    if (ending !== null) return { letsPass: false, doubts: [ending] }
    if (asked.globs.length === 0) return { letsPass: false, doubts: ['--tests does not say where the reports are'] }
    const reports = await readReports(asked.globs)
    asked.onRead()
    const doubts = doubtsOf(end, reports)
    if (doubts.length > 0) return { letsPass: false, doubts }
    return rulingOf(end, reports, await judge(asked, reports), new Date())
  } catch (error) {
    return { letsPass: false, doubts: [wordsOf(error)] }
  }
}

const MOST_TOLD = 20

/** What was let pass, or why nothing was. */
export function tellRuling(ruling: Ruling, exitCode: number, output: Output): void {
  if (!ruling.letsPass) {
    for (const doubt of ruling.doubts.slice(0, MOST_TOLD)) output.warn(`quarantine let nothing pass: ${doubt}`)
    if (ruling.doubts.length > MOST_TOLD) output.warn(`and ${ruling.doubts.length - MOST_TOLD} more doubts`)
    return
  }
  const count = ruling.failures.length
  output.warn(
    `quarantine let ${count === 1 ? '1 failed test' : `${count} failed tests`} pass; the command ended with ${exitCode}`,
  )
  for (const { mute, ...test } of ruling.failures)
    if (mute) output.warn(`let pass ${testTitle(test)}: ${muteText(mute.until, mute.mutedBy, mute.reason)}`)
}

/** `muted until 2027-02-01 by jane: see #12`. */
export function muteText(until: number, mutedBy: string | null, reason: string): string {
  const day = new Date(until).toISOString().slice(0, 10)
  return `muted until ${day}${mutedBy === null ? '' : ` by ${mutedBy}`}: ${reason}`
}

async function readReports(globs: readonly string[]): Promise<readonly FoundReport[]> {
  const { files, leftOut, problems } = await findFiles(globs, { root: '.', prefix: '' })
  const unread = (path: string, problem: string): FoundReport => ({
    path,
    modifiedAt: null,
    reading: { ok: false, problem },
  })
  const found: FoundReport[] = []
  // One after the other: there may be more than a process can have open.
  for (const { file, path, sizeBytes, modifiedMs } of files) {
    if (sizeBytes > MAX_TEST_REPORT_BYTES) {
      found.push(unread(path, `it has more than ${sizeText(MAX_TEST_REPORT_BYTES)}`))
      continue
    }
    const bytes = await readFile(file).catch((error: unknown) => wordsOf(systemFailure(error, path)))
    found.push(
      typeof bytes === 'string'
        ? unread(path, bytes)
        : { path, modifiedAt: new Date(modifiedMs), reading: readTestReport(bytes, null) },
    )
  }
  return [
    ...found,
    ...leftOut.map(({ path, reason }) => unread(path, reason)),
    ...problems.map(({ message }) => unread('--tests', message)),
  ]
}

async function judge({ server, limitMs, tooLong }: Asked, reports: readonly FoundReport[]) {
  const patience = openAbort()
  const timer = setTimeout(() => patience.abort(tooLong(limitMs / 1000)), limitMs)
  const giveUp = () => patience.abort(server.signal.reason)
  server.signal.addEventListener('abort', giveUp, { once: true })
  if (server.signal.aborted) giveUp()
  try {
    const answer = await askJson(
      { ...server, signal: patience.signal },
      {
        method: 'POST',
        path: `${projectPath(server)}/tests/judge`,
        json: {
          tests: failuresIn(reports).map(({ classname, name, file, result }) => ({
            classname,
            name,
            ...(file === null ? {} : { file }),
            outcome: result === 'error' ? 'error' : 'failed',
          })),
        },
      },
    )
    return entriesOf(answer, 'failures', judgedOf)
  } finally {
    clearTimeout(timer)
    server.signal.removeEventListener('abort', giveUp)
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
