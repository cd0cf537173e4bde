import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RequestBars, requestsSummary } from '../../../../src/http/web/instance/traffic-plots.tsx'

const AT = Date.UTC(2026, 10, 24, 12)

describe('the plot of requests', () => {
  it('says in words what it shows', () => {
    const steps = [
      { at: AT, requests: 3, errors: 0 },
      { at: AT + 60_000, requests: 1_200, errors: 2 },
    ]
    expect(requestsSummary(steps, 'a minute')).toBe(
      'Requests a minute: at most 1,200, at 2026-11-24 12:01 UTC; 2 failed',
    )
    expect(requestsSummary([], 'a minute')).toBe('No requests yet')
  })

  it('draws every step inside its bounds, whatever was counted', () => {
    const step = fc.record({ at: fc.nat(59), requests: fc.integer({ min: 1, max: 1e9 }), errors: fc.nat(1e9) })
    fc.assert(
      fc.property(fc.uniqueArray(step, { selector: ({ at }) => at, maxLength: 60 }), (counted) => {
        const steps = counted.map(({ at, requests, errors }) => ({
          at: AT + at * 60_000,
          requests,
          errors: Math.min(errors, requests),
        }))
        const size = { width: 720, height: 96 }
        const html = (
          <RequestBars steps={steps} from={AT} until={AT + 3_600_000} stepMs={60_000} size={size} per="a minute" />
        ).toString()
        const bars = [...html.matchAll(/<rect [^>]*x="([\d.-]+)" width="([\d.-]+)" y="([\d.-]+)" height="([\d.-]+)"/g)]
        expect(bars.length).toBeGreaterThanOrEqual(steps.length)
        for (const [x = 0, width = 0, y = 0, height = 0] of bars.map((bar) => bar.slice(1).map(Number))) {
          expect(x).toBeGreaterThanOrEqual(0)
          expect(x + width).toBeLessThanOrEqual(size.width + 0.1)
          expect(y).toBeGreaterThanOrEqual(0)
          expect(y + height).toBeLessThanOrEqual(size.height + 0.1)
        }
      }),
    )
  })
})
