import type { Child } from 'hono/jsx'
import type { Project } from '../../../domain/project.ts'
import type { NamedTest } from '../../../domain/tests/named-test.ts'
import type { Ran } from '../../../domain/tests/test-insights.ts'
import type { TestInsights } from '../../../storage/tests/answers/test-insights.ts'
import type { MutedTest } from '../../../storage/tests/answers/test-mutes.ts'
import { durationText } from '../data/measures.ts'
import { buildPath, testPath } from '../frame/paths.ts'
import { EventTime } from '../parts/event-time.tsx'
import { Time } from '../parts/parts.tsx'
import { shareText } from './run-words.ts'

/** What stands out, and what is muted. */
export type TestLists = TestInsights & { readonly muted: readonly MutedTest[] }

export type ListName = keyof TestLists

type ListRow = { readonly test: NamedTest; readonly href: string; readonly figure: Child }
type Place = { readonly project: Project; readonly now: number }

type List<N extends ListName> = {
  readonly title: string
  readonly hint: string
  readonly none: string
  readonly figure: (entry: TestLists[N][number], place: Place) => Child
}

/** The lists in their order on the page. */
export const LISTS: { readonly [N in ListName]: List<N> } = {
  flaky: {
    title: 'Flaky',
    hint: 'Passed and failed at one commit within 14 days, on any branch.',
    none: 'No test did.',
    figure: ({ failed, runs }) => `failed ${shareText(failed, runs)}`,
  },
  mostFailing: {
    title: 'Most failing',
    hint: 'By how often they failed.',
    none: 'No test failed.',
    figure: ({ failed, runs }) => `failed ${shareText(failed, runs)}`,
  },
  slowest: {
    title: 'Slowest',
    hint: 'By their mean time, which is within 14%.',
    none: 'No test ran.',
    figure: ({ meanSeconds }) => durationText(meanSeconds * 1000),
  },
  added: {
    title: 'New',
    hint: 'First seen in these pipelines.',
    none: 'No test was added.',
    figure: ({ since }, place) => <RanIn word="since" ran={since} {...place} />,
  },
  vanished: {
    title: 'Vanished',
    hint: 'Ran before, and not in the newest pipeline that is complete.',
    none: 'No test vanished.',
    figure: ({ last }, place) => <RanIn word="last in" ran={last} {...place} />,
  },
  muted: {
    title: 'Muted',
    hint: 'Their failures are expected, on all branches.',
    none: 'No test is muted.',
    figure: ({ mute }, { now }) => (
      <>
        until <Time at={mute.until} now={now} as="date" />: {mute.reason}
      </>
    ),
  },
}

function RanIn({ word, ran, project, now }: Place & { word: string; ran: Ran }) {
  return (
    <>
      {word} <a href={buildPath(project, ran.buildNum)}>#{ran.buildNum}</a>, <EventTime at={ran.at} now={now} />
    </>
  )
}

/** The rows of all lists. */
export function listedOf(
  lists: TestLists,
  place: Place,
): readonly { readonly name: ListName; readonly rows: readonly ListRow[] }[] {
  const rowsOf = <N extends ListName>(name: N) => ({
    name,
    rows: lists[name].map(
      (entry: TestLists[N][number]): ListRow => ({
        test: entry.test,
        href: testPath(place.project, entry.test.id),
        figure: LISTS[name].figure(entry, place),
      }),
    ),
  })
  return (Object.keys(LISTS) as ListName[]).map(rowsOf)
}
