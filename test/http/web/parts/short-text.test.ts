import { expect, it } from 'vitest'
import { percentText } from '../../../../src/http/web/parts/percent-text.ts'
import { shortRevision } from '../../../../src/http/web/parts/short-revision.ts'

it.each([
  ['4b825dc642cb6eb9a060e54bf8d69288fbee4904', '4b825dc'],
  ['release-2026.11', 'release-2026.11'],
  ['r123456789', 'r123456789'],
  ['x'.repeat(200), 'x'.repeat(40)],
])('of the revision %s a page says %s', (revision, short) => {
  expect(shortRevision(revision)).toBe(short)
})

it.each([
  [0, '0%'],
  [0.004, '<1%'],
  [0.5, '50%'],
  [0.996, '>99%'],
  [1, '100%'],
])('a part of %d is %s: neither none nor all where it is not', (part, text) => {
  expect(percentText(part)).toBe(text)
})
