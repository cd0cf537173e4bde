import { successRates, verdictOf, type WorkflowRun } from '../../../domain/builds/workflow-run.ts'
import { percentText } from '../parts/percent-text.ts'
import { STATUS_WORD } from '../parts/status.tsx'
import { countText, durationText } from './measures.ts'

/** The size of a drawing, in CSS pixels. */
export type PlotSize = { readonly width: number; readonly height: number }

/** How many verdicts a success rate looks back. */
export const RATE_WINDOW = 10

/** Fewer runs than these keep the bars as thin as these would. */
const MIN_SLOTS = 15
const GAP = 2
/** Of a run without a duration, and the least of any: what is there can be seen. */
const STUB_HEIGHT = 2

export type Bar = {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly run: WorkflowRun
}

/** A bar for each run, as high as it lasted, the newest at the right edge. */
export function barsFor(runs: readonly WorkflowRun[], { width, height }: PlotSize): readonly Bar[] {
  const slot = width / Math.max(runs.length, MIN_SLOTS)
  const longestMs = Math.max(1, ...runs.map((run) => run.durationMs ?? 0))
  return runs.map((run, i) => {
    const barHeight = Math.max(STUB_HEIGHT, ((run.durationMs ?? 0) / longestMs) * height)
    const x = width - (runs.length - i) * slot
    return {
      x: rounded(x + GAP / 2),
      y: rounded(height - barHeight),
      width: rounded(Math.max(1, slot - GAP)),
      height: rounded(barHeight),
      run,
    }
  })
}

/** How long the runs took: filled bars passed, hollow ones failed, grey ones were stopped or run still. */
export function DurationBars({ runs, size, label }: { runs: readonly WorkflowRun[]; size: PlotSize; label: string }) {
  const { width, height } = size
  return (
    <svg
      class="plot"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label={`${label}: ${durationSummary(runs)}`}
    >
      <path class="plot-axis" d={`M0 ${height - 0.5}H${width}`} />
      {barsFor(runs, size).map(({ x, y, width: barWidth, height: barHeight, run }) => {
        const isHollow = verdictOf(run) === 'red' && barHeight > STUB_HEIGHT
        // The line of a hollow bar lies inside the bar's bounds.
        const inset = isHollow ? 0.75 : 0
        return (
          <rect
            class={`bar bar-${verdictOf(run) ?? 'none'}`}
            x={rounded(x + inset)}
            y={rounded(y + inset)}
            width={rounded(Math.max(0.5, barWidth - 2 * inset))}
            height={rounded(barHeight - 2 * inset)}
          >
            <title>{runText(run)}</title>
          </rect>
        )
      })}
    </svg>
  )
}

/** The rate of success over time, from none at the bottom to all at the top. */
export function RateLine({ runs, size, label }: { runs: readonly WorkflowRun[]; size: PlotSize; label: string }) {
  const { width, height } = size
  const points = ratePoints(runs, size)
  const last = points.at(-1)
  return (
    <svg
      class="plot"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label={`${label}: ${rateSummary(runs)}`}
    >
      <path class="plot-axis" d={`M0 ${height - 0.5}H${width}`} />
      <path class="plot-grid" d={`M0 ${DOT}H${width}M0 ${height / 2}H${width}`} />
      {points.length > 1 && <polyline class="plot-line" points={points.map(({ x, y }) => `${x},${y}`).join(' ')} />}
      {last && <circle class="plot-dot" cx={last.x} cy={last.y} r={DOT} />}
    </svg>
  )
}

const DOT = 3

/** The success rate after each run that passed or failed, at the same horizontal places as the bars. */
export function ratePoints(runs: readonly WorkflowRun[], size: PlotSize): readonly { x: number; y: number }[] {
  const rates = successRates(runs, RATE_WINDOW)
  const judged = barsFor(runs, size).filter((bar) => verdictOf(bar.run) !== null)
  const room = size.height - 2 * DOT
  return judged.map((bar, i) => ({
    x: rounded(bar.x + bar.width / 2),
    y: rounded(DOT + (1 - (rates[i] ?? 0)) * room),
  }))
}

/** The plot in words: `12 runs, 10 passed, 2 failed; median 5m 12s, latest 5m 40s`. */
export function durationSummary(runs: readonly WorkflowRun[]): string {
  if (runs.length === 0) return 'no runs yet'
  const passed = runs.filter((run) => verdictOf(run) === 'green').length
  const failed = runs.filter((run) => verdictOf(run) === 'red').length
  const counts = [countText(runs.length, 'run'), `${passed} passed`, `${failed} failed`].join(', ')
  const median = medianMsOf(runs)
  const latest = runs.findLast((run) => run.durationMs !== null)?.durationMs ?? null
  if (median === null || latest === null) return counts
  return `${counts}; median ${durationText(median)}, latest ${durationText(latest)}`
}

/** `80 % of the last 10 finished runs passed`. */
export function rateSummary(runs: readonly WorkflowRun[]): string {
  const rates = successRates(runs, RATE_WINDOW)
  const last = rates.at(-1)
  if (last === undefined) return 'no finished runs yet'
  const window = Math.min(RATE_WINDOW, rates.length)
  return `${percentText(last)} of the last ${countText(window, 'finished run')} passed`
}

export function medianMsOf(runs: readonly WorkflowRun[]): number | null {
  const durations = runs.flatMap((run) => run.durationMs ?? []).toSorted((a, b) => a - b)
  const upper = durations[Math.floor(durations.length / 2)]
  const lower = durations[Math.ceil(durations.length / 2) - 1]
  return upper === undefined || lower === undefined ? null : (upper + lower) / 2
}

function runText({ pipelineNumber, status, durationMs }: WorkflowRun): string {
  const lasted = durationMs === null ? '' : `, ${durationText(durationMs)}`
  return `#${pipelineNumber}: ${STATUS_WORD[status]}${lasted}`
}

function rounded(pixels: number): number {
  return Math.round(pixels * 100) / 100
}
