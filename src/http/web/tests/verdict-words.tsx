import type { Project } from '../../../domain/project.ts'
import type { Mute } from '../../../domain/tests/named-test.ts'
import type { Verdict } from '../../../domain/tests/verdict.ts'
import { buildPath } from '../frame/paths.ts'
import { Time } from '../parts/parts.tsx'

/** A verdict in few words, beside the failure. */
export function VerdictTag({ verdict, project }: { verdict: Verdict; project: Project }) {
  return <span class={`tag long ${TONES[verdict.verdict]}`}>{verdictWords(verdict, project.defaultBranch)}</span>
}

const TONES: Record<Verdict['verdict'], string> = { new: 'bad', also_red: '', flaky: 'warn', unknown: '' }

function verdictWords(verdict: Verdict, defaultBranch: string): string {
  switch (verdict.verdict) {
    case 'new':
      return 'New'
    case 'also_red':
      return `Also red on ${defaultBranch} since #${verdict.since.buildNum}`
    case 'flaky':
      return `Flaky, ${verdict.failed} of ${verdict.runs} runs`
    case 'unknown':
      return `Not known on ${defaultBranch}`
  }
}

/** The same as a sentence, with where to look. */
export function VerdictSentence({ verdict, project }: { verdict: Verdict; project: Project }) {
  const { defaultBranch } = project
  switch (verdict.verdict) {
    case 'new':
      return <>New: it passes on {defaultBranch}.</>
    case 'also_red':
      return (
        <>
          It fails on {defaultBranch} too, since{' '}
          <a href={buildPath(project, verdict.since.buildNum)}>#{verdict.since.buildNum}</a>.
        </>
      )
    case 'flaky':
      return (
        <>
          Flaky: it passed and failed at one commit, and failed in {verdict.failed} of its last {verdict.runs} runs.
        </>
      )
    case 'unknown':
      return <>It neither passed nor failed on {defaultBranch} before this build.</>
  }
}

/** That a test is muted, and until when. */
export function MuteTag({ mute, now }: { mute: Mute; now: number }) {
  return (
    <span class="tag">
      Muted until <Time at={mute.until} now={now} as="date" />
    </span>
  )
}

/** Who muted a test, until when and why. */
export function MuteSentence({ mute: { until, mutedBy, reason }, now }: { mute: Mute; now: number }) {
  return (
    <>
      Muted until <Time at={until} now={now} as="date" /> by {mutedBy ?? 'somebody who is gone'}: {reason}
    </>
  )
}
