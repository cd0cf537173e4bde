import type { Project } from '../../../domain/project.ts'
import type { TestOutcome } from '../../../domain/tests/test-result.ts'
import type { TestPage } from '../../../storage/tests/test-results.ts'
import { MAX_PAGE } from '../../frame/request/input.ts'
import { countText, durationText } from '../data/measures.ts'
import { Pager } from '../parts/parts.tsx'
import { type HrefOf, type ListedTest, OUTCOMES, TestItem } from './test-item.tsx'

/** `232 tests: 1 failed, 2 skipped, 229 passed in 41s; 1 flaky`. */
export function testSummary({ counts, flaky, runTimeSeconds }: Pick<TestPage, 'counts' | 'flaky' | 'runTimeSeconds'>) {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  if (total === 0) return '0 tests'
  const parts = (Object.keys(OUTCOMES) as TestOutcome[])
    .filter((outcome) => counts[outcome] > 0)
    .map((outcome) => `${counts[outcome].toLocaleString('en-US')} ${OUTCOMES[outcome].word}`)
  const time = durationText(runTimeSeconds * 1000)
  return `${countText(total, 'test')}: ${parts.join(', ')} in ${time}${flaky > 0 ? `; ${flaky} flaky` : ''}`
}

type ListProps = {
  readonly project: Project
  readonly tests: Omit<TestPage, 'results'>
  readonly results: readonly ListedTest[]
  readonly hrefOf: HrefOf
  readonly addressOf: (page: number) => string
  readonly now: number
}

/** Test results, failures first with their messages folded; before them what the reports leave in doubt. */
export function TestList({ project, tests, results, hrefOf, addressOf, now }: ListProps) {
  const { page, pages, warnings } = tests
  return (
    <>
      {warnings.length > 0 && (
        <div class="callout warn">
          <ul>
            {warnings.map((warning) => (
              <li>{warning}</li>
            ))}
          </ul>
        </div>
      )}
      {results.length > 0 && (
        <ul class="card">
          {results.map((test, index) => (
            <TestItem
              project={project}
              test={test}
              id={`test-${index}`}
              isFirst={index === 0}
              hrefOf={hrefOf}
              now={now}
            />
          ))}
        </ul>
      )}
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

/** What is said of a build that failed while its reports have no test: a green page over that would be a lie. */
export function NoTests() {
  return (
    <p class="callout bad">
      <strong>0 tests.</strong> The build failed, and there is no test in its reports: they may never have begun.
    </p>
  )
}
