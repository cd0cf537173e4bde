import type { Project } from '../../../domain/project.ts'
import type { HistoryRun } from '../../../domain/tests/test-history.ts'
import { clipped } from '../../../domain/tests/test-result.ts'
import type { RunOutcome } from '../../../domain/tests/test-runs.ts'
import { durationText } from '../data/measures.ts'
import { buildPath } from '../frame/paths.ts'
import { shortRevision } from '../parts/short-revision.ts'
import { RUN_WORDS } from './run-words.ts'

/** Runs of a test, the newest first: a box with a sign and a colour for each, which leads to its build. */
export function RunStrip({ project, runs }: { project: Project; runs: readonly HistoryRun[] }) {
  const ends = (Object.keys(RUN_WORDS) as RunOutcome[]).map((outcome) => ({
    outcome,
    count: runs.filter((run) => run.outcome === outcome).length,
  }))
  return (
    <>
      <ol class="strip">
        {runs.map((run) => (
          <li>
            <a class={`run ${run.outcome}`} href={buildPath(project, run.buildNum)} title={titleOf(run)}>
              <span class="unseen">
                #{run.buildNum} {RUN_WORDS[run.outcome].word}
              </span>
            </a>
          </li>
        ))}
      </ol>
      <ul class="row legend small-text">
        {ends
          .filter(({ count }) => count > 0)
          .map(({ outcome, count }) => (
            <li>
              <span class={`run ${outcome}`} /> {count} {RUN_WORDS[outcome].word}
            </li>
          ))}
      </ul>
    </>
  )
}

const MAX_BRANCH = 60

function titleOf({ outcome, buildNum, jobName, branch, revision, runTimeSeconds, at, actor }: HistoryRun): string {
  const place = [...(branch === null ? [] : [clipped(branch, MAX_BRANCH)]), shortRevision(revision)]
  return [
    `#${buildNum} ${clipped(jobName, MAX_BRANCH)}: ${RUN_WORDS[outcome].word}`,
    place.join(' @ '),
    durationText(runTimeSeconds * 1000),
    `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    ...(actor === null ? [] : [clipped(actor, MAX_BRANCH)]),
  ].join(' · ')
}
