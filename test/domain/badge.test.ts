import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  badgeFor,
  badgeJson,
  type PipelineBuild,
  parseBadgeStyle,
  pipelineStatusFor,
  showableText,
} from '../../src/domain/badge.ts'
import { BUILD_STATUS, isOver, type ReportedStatus } from '../../src/domain/build.ts'

const STATUSES = Object.keys(BUILD_STATUS).filter((status): status is ReportedStatus => status !== 'fixed')
const OVER = STATUSES.filter(isOver)

/** A pipeline of different jobs, one for each status. */
function pipelineOf(...statuses: ReportedStatus[]): PipelineBuild[] {
  return statuses.map((status, index) => build(index + 1, `job-${index}`, status))
}

function build(num: number, jobName: string, status: ReportedStatus, workflowName = 'ci'): PipelineBuild {
  return { num, jobName, workflowName, status }
}

describe('pipelineStatusFor', () => {
  it('says so when there are no builds', () => expect(pipelineStatusFor([])).toBe('no_builds'))

  it.each(OVER)('is %s when its only build is', (status) => expect(pipelineStatusFor(pipelineOf(status))).toBe(status))

  it.each<[ReportedStatus[], string]>([
    [['success', 'success'], 'success'],
    [['success', 'failed'], 'failed'],
    [['success', 'timedout'], 'timedout'],
    [['canceled', 'no_tests', 'infrastructure_fail'], 'no_tests'],
    [['timedout', 'failed', 'no_tests'], 'failed'],
    [['success', 'infrastructure_fail', 'canceled'], 'infrastructure_fail'],
    [['success', 'canceled'], 'canceled'],
    [['success', 'not_run'], 'success'],
    [['running'], 'running'],
    [['queued'], 'queued'],
    [['not_running'], 'queued'],
    [['queued', 'not_running'], 'queued'],
    [['queued', 'running'], 'running'],
    [['queued', 'success'], 'running'],
    [['not_running', 'not_run'], 'running'],
    [['failed', 'running'], 'running'],
    [['failed', 'queued'], 'running'],
  ])('of %j is %s', (statuses, expected) => {
    expect(pipelineStatusFor(pipelineOf(...statuses))).toBe(expected)
    expect(pipelineStatusFor(pipelineOf(...statuses.toReversed()))).toBe(expected)
  })

  it('counts only the newest run of a job, in whatever order the runs come', () => {
    const runs = [build(1, 'test', 'failed'), build(9, 'test', 'success'), build(4, 'test', 'running')]
    expect(pipelineStatusFor(runs)).toBe('success')
    expect(pipelineStatusFor(runs.toReversed())).toBe('success')
    expect(pipelineStatusFor([...runs, build(12, 'test', 'queued')])).toBe('queued')
  })

  it('tells jobs of one name in two workflows apart', () => {
    expect(pipelineStatusFor([build(1, 'test', 'failed', 'ci'), build(2, 'test', 'success', 'nightly')])).toBe('failed')
    expect(pipelineStatusFor([build(1, 'b\nc', 'failed', 'a'), build(2, 'c', 'success', 'a\nb')])).toBe('failed')
  })

  it('is red exactly if all is over and something is red', () => {
    const statuses = fc.array(fc.constantFrom(...STATUSES), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(statuses, (some) => {
        const answer = pipelineStatusFor(pipelineOf(...some))
        const red = some.some((status) => BUILD_STATUS[status].class === 'red')
        expect(answer).not.toBe('no_builds')
        if (answer === 'no_builds') return
        expect(BUILD_STATUS[answer].class === 'red').toBe(some.every(isOver) && red)
        expect(isOver(answer)).toBe(some.every(isOver))
      }),
    )
  })
})

describe('badgeJson', () => {
  it('is what shields.io reads', () => {
    expect(badgeJson(badgeFor('failed'))).toEqual({
      schemaVersion: 1,
      label: 'build',
      message: 'failing',
      color: expect.stringMatching(/^#[0-9a-f]{6}$/),
      isError: false,
    })
  })

  it('calls a refusal an error, and takes a label', () => {
    expect(badgeJson(badgeFor('invalid_token', 'deploy\n'))).toMatchObject({
      label: 'deploy',
      message: 'invalid token',
      isError: true,
    })
  })
})

describe('showableText', () => {
  it.each([
    ['build', 'build'],
    ['  two \t words \n', 'two words'],
    ['nul\0bell\u0007', 'nul␣U+0000bell␣U+0007'],
    ['half \ud83d a pair', 'half ␣U+D83D a pair'],
    ['\u202eniam', '␣U+202Eniam'],
    ['\u3000', ''],
    ['👨‍👩‍👧 测试', '👨‍👩‍👧 测试'],
    ['', ''],
  ])('makes %j into %j', (text, expected) => expect(showableText(text)).toBe(expected))

  it('cuts at 100 characters, not in the middle of one', () => {
    expect(showableText('a'.repeat(100))).toBe('a'.repeat(100))
    expect(showableText('a'.repeat(101))).toBe(`${'a'.repeat(99)}…`)
    expect(showableText('🚀'.repeat(100))).toBe('🚀'.repeat(100))
    expect(showableText('🚀'.repeat(101))).toBe(`${'🚀'.repeat(99)}…`)
  })

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const once = showableText(text)
        expect(showableText(once)).toBe(once)
        expect([...once].length).toBeLessThanOrEqual(100)
        expect(once).not.toMatch(/\p{Cc}/u)
      }),
    )
  })
})

it.each([
  ['svg', 'svg'],
  ['shield', 'shield'],
  ['flat-square', 'flat-square'],
  ['plastic', 'shield'],
  [undefined, 'shield'],
])('reads style %s as %s', (text, style) => expect(parseBadgeStyle(text)).toBe(style))
