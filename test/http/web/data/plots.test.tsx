import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BranchStatus } from '../../../../src/domain/builds/badge.ts'
import type { WorkflowRun } from '../../../../src/domain/builds/workflow-run.ts'
import {
  barsFor,
  DurationBars,
  durationSummary,
  RateLine,
  ratePoints,
  rateSummary,
} from '../../../../src/http/web/data/plots.tsx'

const SIZE = { width: 120, height: 28 }

function run(status: BranchStatus, durationMs: number | null, pipelineNumber = 1): WorkflowRun {
  return { status, durationMs, pipelineNumber, workflowName: 'ci' }
}

const runs = [run('success', 60_000, 1), run('failed', 30_000, 2), run('canceled', null, 3), run('success', 90_000, 4)]

const anyRuns = fc.array(
  fc
    .record({
      status: fc.constantFrom<BranchStatus>('success', 'failed', 'timedout', 'canceled', 'running', 'no_builds'),
      durationMs: fc.option(fc.nat(1e9)),
    })
    .map(({ status, durationMs }) => run(status, durationMs)),
  { maxLength: 60 },
)

describe('the bars', () => {
  it('stay within the drawing, do not overlap, and the newest stands at the right edge', () => {
    fc.assert(
      fc.property(anyRuns, (some) => {
        const bars = barsFor(some, SIZE)
        expect(bars).toHaveLength(some.length)
        bars.forEach((bar, i) => {
          expect(bar.x).toBeGreaterThanOrEqual(0)
          expect(bar.x + bar.width).toBeLessThanOrEqual(SIZE.width)
          expect(bar.y).toBeGreaterThanOrEqual(0)
          expect(bar.y + bar.height).toBeCloseTo(SIZE.height, 1)
          const next = bars[i + 1]
          if (next) expect(bar.x + bar.width).toBeLessThan(next.x + 0.01)
        })
        if (bars.length > 0) expect((bars.at(-1)?.x ?? 0) + (bars.at(-1)?.width ?? 0)).toBeGreaterThan(SIZE.width - 2)
      }),
    )
  })

  it('are as high as the runs lasted, and the least can be seen', () => {
    expect(barsFor(runs, { width: 150, height: 90 }).map((bar) => bar.height)).toEqual([60, 30, 2, 90])
  })

  it('say in words and by shape what they show, without a style of their own', () => {
    const html = String(<DurationBars runs={runs} size={SIZE} label="ci on main" />)
    expect(html).toContain('aria-label="ci on main: 4 runs, 2 passed, 1 failed; median 1m 00s, latest 1m 30s"')
    expect(html).toContain('<title>#2: Failed, 30s</title>')
    expect(html).toContain('<title>#3: Canceled</title>')
    expect(html.match(/class="bar bar-green"/g)).toHaveLength(2)
    expect(html.match(/class="bar bar-red"/g)).toHaveLength(1)
    expect(html).not.toMatch(/ (style|fill|stroke)=/)
  })

  it('escape a hostile name', () => {
    expect(String(<DurationBars runs={[]} size={SIZE} label={'"><script>'} />)).not.toContain('<script>')
  })
})

describe('the rate line', () => {
  it('has a point for each run that passed or failed, within the drawing', () => {
    fc.assert(
      fc.property(anyRuns, (some) => {
        for (const { x, y } of ratePoints(some, SIZE)) {
          expect(x).toBeGreaterThan(0)
          expect(x).toBeLessThan(SIZE.width)
          expect(y).toBeGreaterThanOrEqual(0)
          expect(y).toBeLessThanOrEqual(SIZE.height)
        }
      }),
    )
    expect(ratePoints(runs, SIZE).map(({ y }) => y)).toEqual([3, 14, 10.33])
  })

  it('draws nothing but the axes before the first run', () => {
    const html = String(<RateLine runs={[]} size={SIZE} label="ci" />)
    expect(html).toContain('aria-label="ci: no finished runs yet"')
    expect(html).not.toMatch(/polyline|circle/)
  })
})

it('the summaries are sentences', () => {
  expect(durationSummary([])).toBe('no runs yet')
  expect(durationSummary([run('running', null)])).toBe('1 run, 0 passed, 0 failed')
  expect(rateSummary(runs)).toBe('67% of the last 3 finished runs passed')
  expect(rateSummary([run('failed', 1)])).toBe('0% of the last 1 finished run passed')
})
