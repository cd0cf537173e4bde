import type { Child } from 'hono/jsx'
import type { StatusClass } from '../../../domain/builds/build.ts'
import type { TestOutcome } from '../../../domain/tests/test-result.ts'
import type { TestOverview } from '../../../storage/tests/test-results.ts'
import { StatusMark } from '../parts/status.tsx'
import { Coloured } from './coloured.tsx'
import { durationText } from './measures.ts'

export const OUTCOMES: Record<TestOutcome, { readonly word: string; readonly class: StatusClass }> = {
  failure: { word: 'failed', class: 'red' },
  error: { word: 'broke', class: 'red' },
  skipped: { word: 'skipped', class: 'stopped' },
  success: { word: 'passed', class: 'green' },
}

/** A test; what it said, its failed attempts and its attachments are folded. */
export function TestItem(props: { test: TestOverview; id: string; isFirst: boolean; hrefOf: HrefOf }) {
  const { test, id, isFirst, hrefOf } = props
  const { classname, name, result, runTimeSeconds, message, file, isCut, isFlaky, attempts, attachments } = test
  const { word, class: group } = OUTCOMES[result]
  const line = (
    <>
      <span class={`status ${group}`}>
        <StatusMark class={group} />
        <span class="unseen">{word}:</span>
      </span>
      <span class="line-name">
        {classname && <span class="muted">{classname} › </span>}
        {name}
      </span>
      {isFlaky && <span class="tag warn">Flaky</span>}
      {group !== 'green' && <span class={`status ${group}`}>{capitalized(word)}</span>}
      <span class="line-end">{runTimeSeconds > 0 && durationText(runTimeSeconds * 1000)}</span>
    </>
  )
  if (message === '' && attempts.length === 0 && attachments.length === 0) return <li class="line">{line}</li>
  return (
    <li>
      <details id={id} open={isFirst && group === 'red'}>
        <summary class="line">{line}</summary>
        <div class="folded">
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
