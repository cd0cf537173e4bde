import type { PipelineParts } from '../../../domain/builds/pipeline-status.ts'
import {
  type RunBuild,
  type RunWorkflow,
  runsByWorkflow,
  successRates,
  type WorkflowRun,
  workflowRunsOf,
} from '../../../domain/builds/workflow-run.ts'
import { percentText } from '../parts/percent-text.ts'
import { countText, durationText } from './measures.ts'
import { DurationBars, medianMsOf, RATE_WINDOW, RateLine } from './plots.tsx'

const MAX_SHOWN = 3
const BARS = { width: 320, height: 64 }
const LINE = { width: 320, height: 32 }

type Parts = PipelineParts<RunWorkflow, RunBuild>

/** Durations and rates of success of the workflows in these pipelines; nothing while there are none. */
export function Trends({ parts, branch }: { parts: Parts; branch: string }) {
  const trends = [...runsByWorkflow(workflowRunsOf(parts))]
  if (trends.length === 0) return null
  const rest = trends.slice(MAX_SHOWN)
  return (
    <section class="section" aria-labelledby="trends">
      <h2 id="trends">
        Trends on <span class="mono">{branch}</span>
      </h2>
      <div class="trends">
        {trends.slice(0, MAX_SHOWN).map(([name, runs]) => (
          <Trend name={name} runs={runs} />
        ))}
      </div>
      <p class="muted small-text">
        Newest at the right. Filled bars passed, hollow ones failed, grey ones were stopped or still run.
      </p>
      {rest.length > 0 && (
        <details class="more">
          <summary>{countText(rest.length, 'more workflow')}</summary>
          <div class="trends">
            {rest.map(([name, runs]) => (
              <Trend name={name} runs={runs} />
            ))}
          </div>
        </details>
      )}
    </section>
  )
}

function Trend({ name, runs }: { name: string; runs: readonly WorkflowRun[] }) {
  const median = medianMsOf(runs)
  const rates = successRates(runs, RATE_WINDOW)
  const rate = rates.at(-1)
  return (
    <figure class="card trend">
      <figcaption class="row list-head">
        <strong class="clip">{name}</strong>
        <span class="muted">{countText(runs.length, 'run')}</span>
      </figcaption>
      <div>
        <p>
          <span class="trend-value">{median === null ? '–' : durationText(median)}</span>{' '}
          <span class="muted">median duration</span>
        </p>
        <DurationBars runs={runs} size={BARS} label={`Durations of ${name}`} />
      </div>
      <div>
        <p>
          <span class="trend-value">{rate === undefined ? '–' : percentText(rate)}</span>{' '}
          <span class="muted">of the last {Math.min(RATE_WINDOW, rates.length)} passed</span>
        </p>
        <RateLine runs={runs} size={LINE} label={`Success rate of ${name}`} />
      </div>
    </figure>
  )
}

/** The plot of a dashboard's row: the workflow that ran most often. */
export function SmallTrend({ parts, branch }: { parts: Parts; branch: string }) {
  const [trend] = runsByWorkflow(workflowRunsOf(parts))
  if (!trend) return null
  const [name, runs] = trend
  return <DurationBars runs={runs} size={{ width: 120, height: 28 }} label={`Durations of ${name} on ${branch}`} />
}
