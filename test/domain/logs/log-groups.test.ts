import { describe, expect, it } from 'vitest'
import { grouped, type LogNode, type MarkedBy } from '../../../src/domain/logs/log-groups.ts'

type Line = { readonly text: string }

/** `title(line, line)`, with `…` where the end of a group is not there. */
function told(lines: readonly string[], by: MarkedBy = 'others'): string {
  const tell = (nodes: readonly LogNode<Line>[]): string =>
    nodes
      .map((node) =>
        node.kind === 'line' ? node.line.text : `${node.head.text}(${tell(node.nodes)}${node.isEnded ? '' : '…'})`,
      )
      .join(', ')
  return tell(
    grouped(
      lines.map((text) => ({ text })),
      by,
    ),
  )
}

describe('the groups of a log', () => {
  it.each([
    ['GitHub', ['::group::A', 'a', '::endgroup::', 'b'], 'A(a), b'],
    [
      'GitHub, in a log with times',
      ['2026-11-29T09:00:00.1234567Z ##[group]A', 'a', '2026-11-29T09:00:01.1234567Z ##[endgroup]'],
      'A(a)',
    ],
    ['GitHub, one that has no end', ['::group::A', 'a', '::group::B', 'b'], 'A(a), B(b…)'],
    ['Azure', ['##[group]A', 'a', '##[endgroup]'], 'A(a)'],
    ['GitLab', ['\x1b[0Ksection_start:1:x[collapsed=true]\r\x1b[0KA', 'a', '\x1b[0Ksection_end:2:x\r\x1b[0K'], 'A(a)'],
    [
      'GitLab, one in another, ends and beginnings on one line',
      [
        'section_start:1:x\r\x1b[0KA',
        'section_start:1:y\r\x1b[0KB',
        'b',
        'section_end:2:y\r\x1b[0Ksection_start:3:z\r\x1b[0KC',
        'c',
        'section_end:4:z\r\x1b[0Kd',
      ],
      'A(B(b), C(c), d…)',
    ],
    ['an end of none', ['a', '::endgroup::', 'b'], 'a, b'],
    [
      'no group',
      ['--- FAIL: TestX', 'the group:: of', 'section_start'],
      '--- FAIL: TestX, the group:: of, section_start',
    ],
  ])('%s', (_, lines, expected) => {
    expect(told(lines)).toBe(expected)
  })

  it('of Buildkite end where the next one begins', () => {
    expect(told(['--- A', 'a', '+++ B', 'b', '~~~ C'], 'buildkite')).toBe('A(a), B(b), C(…)')
  })

  it('are eight deep at most', () => {
    const lines = Array.from({ length: 10 }, (_, i) => `section_start:1:x\r\x1b[0K${i}`)
    expect(told(lines)).toBe('0(1(2(3(4(5(6(7(8, 9…)…)…)…)…)…)…)…)')
  })
})
