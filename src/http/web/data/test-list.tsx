import type { StatusClass } from '../../../domain/builds/build.ts'
import type { TestOutcome } from '../../../domain/tests/test-result.ts'
import type { TestOverview, TestPage } from '../../../storage/tests/test-results.ts'
import { MAX_PAGE } from '../../frame/request/input.ts'
import { Pager } from '../parts/parts.tsx'
import { StatusMark } from '../parts/status.tsx'
import { countText, durationText } from './measures.ts'

const OUTCOMES: Record<TestOutcome, { readonly word: string; readonly class: StatusClass }> = {
  failure: { word: 'failed', class: 'red' },
  error: { word: 'broke', class: 'red' },
  skipped: { word: 'skipped', class: 'stopped' },
  success: { word: 'passed', class: 'green' },
}

/** `232 tests: 1 failed, 2 skipped, 229 passed in 41s`. */
export function testSummary({ counts, runTimeSeconds }: Pick<TestPage, 'counts' | 'runTimeSeconds'>): string {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  const parts = (Object.keys(OUTCOMES) as TestOutcome[])
    .filter((outcome) => counts[outcome] > 0)
    .map((outcome) => `${counts[outcome].toLocaleString('en-US')} ${OUTCOMES[outcome].word}`)
  return `${countText(total, 'test')}: ${parts.join(', ')} in ${durationText(runTimeSeconds * 1000)}`
}

/** Test results, failures first with their messages folded. */
export function TestList({ tests, addressOf }: { tests: TestPage; addressOf: (page: number) => string }) {
  const { page, pages, results } = tests
  return (
    <>
      <ul class="card">
        {results.map((test, index) => (
          <TestItem test={test} id={`test-${index}`} isFirst={index === 0} />
        ))}
      </ul>
      {pages > 1 && (
        <Pager
          newer={page > 1 ? addressOf(page - 1) : null}
          older={page < Math.min(pages, MAX_PAGE) ? addressOf(page + 1) : null}
          words={['Previous tests', 'More tests']}
        />
      )}
    </>
  )
}

function TestItem({ test, id, isFirst }: { test: TestOverview; id: string; isFirst: boolean }) {
  const { classname, name, result, runTimeSeconds, message, file, isCut } = test
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
      {group !== 'green' && <span class={`status ${group}`}>{capitalized(word)}</span>}
      <span class="line-end">{runTimeSeconds > 0 && durationText(runTimeSeconds * 1000)}</span>
    </>
  )
  if (message === '') return <li class="line">{line}</li>
  return (
    <li>
      <details id={id} open={isFirst && group === 'red'}>
        <summary class="line">{line}</summary>
        <div class="folded">
          {file && <p class="muted mono">{file}</p>}
          <pre class="output">
            <code>
              {message}
              {isCut && '…'}
            </code>
          </pre>
        </div>
      </details>
    </li>
  )
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
