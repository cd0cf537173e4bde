import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createRecentMap } from '../../../src/domain/formats/recent-map.ts'
import { drawBadge } from '../../../src/http/badges/drawing.ts'

it('a badge that was drawn before is the one that would be drawn now', () => {
  const kept = createRecentMap<ReturnType<typeof drawBadge>>(20)
  const shown = ({ body, etag, headers }: ReturnType<typeof drawBadge>) => [body, etag, [...headers]]
  fc.assert(
    fc.property(
      fc.constantFrom('success', 'fixed', 'failed', 'queued', 'not_running', 'invalid_token', 'unknown'),
      fc.oneof(fc.constantFrom('build', 'Build', ' build', 'a b', ''), fc.string({ unit: 'grapheme' })),
      fc.constantFrom('svg', 'shield', 'flat-square', 'json'),
      fc.constantFrom('private, no-cache', 'public, max-age=30', 'no-store'),
      (status, label, form, cacheControl) => {
        const more = { name: cacheControl, headers: (etag: string) => ({ 'Cache-Control': cacheControl, ETag: etag }) }
        const fresh = drawBadge(createRecentMap(1), { status, label, form }, more)
        expect(shown(drawBadge(kept, { status, label, form }, more))).toEqual(shown(fresh))
        expect(shown(drawBadge(kept, { status, label, form }, more))).toEqual(shown(fresh))
      },
    ),
  )
})
