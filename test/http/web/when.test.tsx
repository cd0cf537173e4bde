import { expect, it } from 'vitest'
import { momentText, When } from '../../../src/http/web/when.tsx'

const NOW = Date.UTC(2026, 10, 24, 15, 20, 31)
const MINUTE = 60_000
const DAY = 86_400_000

it.each([
  [0, 'just now'],
  [-59_000, 'just now'],
  [500, 'just now'],
  [30_000, 'in a moment'],
  [-5 * MINUTE, '5 min ago'],
  [-119 * MINUTE, '1 h ago'],
  [-DAY, '1 day ago'],
  [2.5 * DAY, 'in 2 days'],
  [-30 * DAY, '30 days ago'],
  [-31 * DAY, '24 Oct 2026'],
])('%i ms from now is %s', (ms, text) => expect(momentText(NOW + ms, NOW)).toBe(text))

it('says the exact time on hover', () => {
  expect(String(<When at={NOW - 5 * MINUTE} now={NOW} />)).toBe(
    '<time datetime="2026-11-24T15:15:31.000Z" title="24 Nov 2026, 15:15:31 UTC" data-when="">5 min ago</time>',
  )
})
