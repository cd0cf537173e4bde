import type { PlotSize } from '../data/plots.tsx'

/** What was counted in one step of time. */
export type PlotStep = { readonly at: number; readonly requests: number; readonly errors: number }

/** Requests over a time, a bar for each step; the failed ones hollow, at the foot. */
export function RequestBars(props: {
  steps: readonly PlotStep[]
  from: number
  until: number
  stepMs: number
  size: PlotSize
  /** What one step is, as `a minute`. */
  per: string
}) {
  const { steps, from, until, stepMs, size, per } = props
  const { width, height } = size
  const most = Math.max(1, ...steps.map(({ requests }) => requests))
  const slot = (width * stepMs) / (until - from)
  return (
    <svg class="plot full" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={requestsSummary(steps, per)}>
      <path class="plot-axis" d={`M0 ${height - 0.5}H${width}`} />
      {steps.map(({ at, requests, errors }) => {
        const left = Math.max(0, ((at - from) / (until - from)) * width)
        const x = tenth(left + slot * 0.1)
        const right = Math.min(width, left + slot * 0.9)
        const bar = { x, width: tenth(Math.max(1, right - x)) }
        const heightOf = (count: number) => tenth(Math.max(2, (count / most) * height))
        return (
          <g>
            <title>{`${timeText(at)}: ${requests} requests, ${errors} failed`}</title>
            <rect class="plot-dot" {...bar} y={tenth(height - heightOf(requests))} height={heightOf(requests)} />
            {errors > 0 && (
              <rect class="bar bar-red" {...bar} y={tenth(height - heightOf(errors))} height={heightOf(errors)} />
            )}
          </g>
        )
      })}
    </svg>
  )
}

/** The plot in words. */
export function requestsSummary(steps: readonly PlotStep[], per: string): string {
  const [first, ...others] = steps
  if (!first) return 'No requests yet'
  const peak = others.reduce((most, step) => (step.requests > most.requests ? step : most), first)
  const failed = steps.reduce((sum, { errors }) => sum + errors, 0)
  return `Requests ${per}: at most ${peak.requests.toLocaleString('en-US')}, at ${timeText(peak.at)}; ${failed.toLocaleString('en-US')} failed`
}

/** The share of the largest value, as a bar beside the number. */
export function ShareBar({ share }: { share: number }) {
  return (
    <svg class="plot" viewBox="0 0 120 8" width="120" height="8" aria-hidden="true">
      <rect class="plot-dot" width={tenth(Math.max(1, share * 120))} height="8" rx="2" />
    </svg>
  )
}

function timeText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

function tenth(pixels: number): number {
  return Math.round(pixels * 10) / 10
}
