import type { Child } from 'hono/jsx'
import type { StatusClass } from '../../../domain/builds/build.ts'
import type { Project } from '../../../domain/project.ts'
import type { TestOutcome } from '../../../domain/tests/test-result.ts'
import type { Verdict } from '../../../domain/tests/verdict.ts'
import type { KnownTest } from '../../../storage/tests/answers/known-tests.ts'
import type { TestOverview } from '../../../storage/tests/test-results.ts'
import { Coloured } from '../data/coloured.tsx'
import { durationText } from '../data/measures.ts'
import { testPath } from '../frame/paths.ts'
import { StatusMark } from '../parts/status.tsx'
import { TestName } from './test-name.tsx'
import { MuteSentence, MuteTag, VerdictSentence, VerdictTag } from './verdict-words.tsx'

export const OUTCOMES: Record<TestOutcome, { readonly word: string; readonly class: StatusClass }> = {
  failure: { word: 'failed', class: 'red' },
  error: { word: 'broke', class: 'red' },
  skipped: { word: 'skipped', class: 'stopped' },
  success: { word: 'passed', class: 'green' },
}

/** A test of a build, and what is known of it beside its report. */
export type ListedTest = TestOverview & {
  /** Null where the project has no number for it: then it has no page. */
  readonly known: KnownTest | null
  /** Null where it did not fail, or was not judged. */
  readonly verdict: Verdict | null
}

type ItemProps = {
  readonly project: Project
  readonly test: ListedTest
  readonly id: string
  readonly isFirst: boolean
  readonly hrefOf: HrefOf
  readonly now: number
}

/** A test; what it said, its failed attempts and its attachments are folded. */
export function TestItem({ project, test, id, isFirst, hrefOf, now }: ItemProps) {
  const { result, runTimeSeconds, message, file, isCut, isFlaky, attempts, attachments, known, verdict } = test
  const { word, class: group } = OUTCOMES[result]
  const href = known && testPath(project, known.id)
  const mute = known?.mute ?? null
  const isFolded = message !== '' || attempts.length > 0 || attachments.length > 0 || verdict !== null
  const line = (
    <>
      <span class={`status ${group}`}>
        <StatusMark class={group} />
        <span class="unseen">{word}:</span>
      </span>
      <span class="line-name judged">
        {href && !isFolded ? (
          <a class="plain clamp" href={href}>
            <TestName test={test} />
          </a>
        ) : (
          <span class="clamp">
            <TestName test={test} />
          </span>
        )}
        {(verdict || mute) && (
          <span class="tags">
            {verdict && <VerdictTag verdict={verdict} project={project} />}
            {mute && <MuteTag mute={mute} now={now} />}
          </span>
        )}
      </span>
      {isFlaky && <span class="tag warn">Flaky</span>}
      {group !== 'green' && <span class={`status ${group}`}>{capitalized(word)}</span>}
      <span class="line-end">{runTimeSeconds > 0 && durationText(runTimeSeconds * 1000)}</span>
    </>
  )
  if (!isFolded) return <li class="line">{line}</li>
  return (
    <li>
      <details id={id} open={isFirst && group === 'red'}>
        <summary class="line">{line}</summary>
        <div class="folded">
          {verdict && (
            <p>
              <VerdictSentence verdict={verdict} project={project} />
            </p>
          )}
          {mute && (
            <p>
              <MuteSentence mute={mute} now={now} />
            </p>
          )}
          {href && (
            <p>
              <a href={href}>{mute ? 'Its last runs, and its mute' : 'Its last runs'}</a>
            </p>
          )}
          {file && <p class="muted mono">{file}</p>}
          {message !== '' && <Output text={message} isCut={isCut} />}
          {attempts.map(({ result, message, isCut }, index) => (
            <>
              <p class="muted">
                Attempt {index + 1} {OUTCOMES[result].word}
              </p>
              {message !== '' && <Output text={message} isCut={isCut} />}
            </>
          ))}
          <Attachments paths={attachments} hrefOf={hrefOf} />
        </div>
      </details>
    </li>
  )
}

/** Where the file is to which a report gives a path, if the build has such an artifact. */
export type HrefOf = (path: string) => string | null

function Attachments({ paths, hrefOf }: { paths: readonly string[]; hrefOf: HrefOf }): Child {
  if (paths.length === 0) return null
  return (
    <ul>
      {paths.map((path) => {
        const href = hrefOf(path)
        return <li class="mono">{href ? <a href={href}>{path}</a> : path}</li>
      })}
    </ul>
  )
}

function Output({ text, isCut }: { text: string; isCut: boolean }) {
  return (
    <pre class="output">
      <code>
        <Coloured text={text} />
        {isCut && '…'}
      </code>
    </pre>
  )
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
