import { describe, expect, it } from 'vitest'
import { RUN_STATUS } from '../../../src/domain/builds/progress.ts'
import { parseRunFilter } from '../../../src/domain/builds/run-filter.ts'

const ANY = { branch: null, revision: null, progress: null }

describe('a filter of runs', () => {
  it.each([
    ['', ANY],
    ['pipeline.git.branch == "main"', { ...ANY, branch: 'main' }],
    ['pipeline.git.revision=="f00d"', { ...ANY, revision: 'f00d' }],
    [
      'pipeline.git.branch == "main" and pipeline.status == "failed"',
      { ...ANY, branch: 'main', progress: { phase: 'ended', outcome: 'failed' } },
    ],
    ['pipeline.status == "failing"', { ...ANY, progress: { phase: 'started', outcome: 'failed' } }],
    ['pipeline.status == "running"', { ...ANY, progress: { phase: 'started', outcome: null } }],
    ['pipeline.status == "on_hold"', { ...ANY, progress: 'none' }],
    // As Go quotes it.
    [String.raw`pipeline.git.branch == "a\"b\\c and d"`, { ...ANY, branch: 'a"b\\c and d' }],
    [String.raw`pipeline.git.branch == "\u00fc\t\x41\U0001f600"`, { ...ANY, branch: 'ü\tA😀' }],
  ])('%s is read', (text, filter) => {
    expect(parseRunFilter(text)).toEqual({ kind: 'filter', filter })
  })

  it('takes each status that there is', () => {
    for (const status of RUN_STATUS.keys()) expect(parseRunFilter(`pipeline.status == "${status}"`).kind).toBe('filter')
  })

  it.each([
    ' ',
    'main',
    'pipeline.git.branch == main',
    'pipeline.git.branch != "main"',
    'pipeline.git.branch == "main',
    'pipeline.git.branch == "main" or pipeline.status == "failed"',
    'pipeline.git.branch == "main" and',
    'pipeline.git.branch == "main" and ',
    'pipeline.git.branch == "main"pipeline.status == "failed"',
    'pipeline.git.branch == "main" and pipeline.git.branch == "other"',
    'pipeline.git.tag == "v1"',
    'pipeline.status == "green"',
    'constructor == "x"',
    'pipeline.status == "toString"',
    String.raw`pipeline.git.branch == "\q"`,
    String.raw`pipeline.git.branch == "\xff"`,
    String.raw`pipeline.git.branch == "\ud800"`,
  ])('%s is refused', (text) => {
    expect(parseRunFilter(text)).toEqual({ kind: 'bad', problem: expect.any(String) })
  })

  it('of great length takes no longer than its length', () => {
    const began = performance.now()
    for (const text of ['"', '\\', ' ', '\\"', 'a', 'pipeline.status == "x" and '])
      parseRunFilter(`pipeline.git.branch == "${text.repeat(100_000)}`)
    expect(performance.now() - began).toBeLessThan(5_000)
  })
})
