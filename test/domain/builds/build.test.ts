import { describe, expect, it } from 'vitest'
import {
  BUILD_STATUS,
  type BuildStatus,
  durationMsOf,
  eventAtOf,
  eventOrderOf,
  parseBuildFilter,
  parseReportedStatus,
  type ReportedStatus,
  stageOf,
  statusAfter,
} from '../../../src/domain/builds/build.ts'

const STATUSES = Object.keys(BUILD_STATUS) as BuildStatus[]

describe('a status', () => {
  it.for<[BuildStatus, string, string | null, string, number]>([
    ['queued', 'queued', null, 'waiting', 0],
    ['not_running', 'not_running', null, 'waiting', 0],
    ['running', 'running', null, 'blue', 1],
    ['not_run', 'not_run', null, 'stopped', 2],
    ['retried', 'finished', null, 'stopped', 2],
    ['canceled', 'finished', 'canceled', 'stopped', 2],
    ['infrastructure_fail', 'finished', 'infrastructure_fail', 'stopped', 2],
    ['timedout', 'finished', 'timedout', 'red', 2],
    ['failed', 'finished', 'failed', 'red', 2],
    ['no_tests', 'finished', 'no_tests', 'red', 2],
    ['success', 'finished', 'success', 'green', 2],
    ['fixed', 'finished', 'success', 'green', 2],
  ])(
    '%s has the lifecycle %s, the outcome %s, the class %s and the stage %i',
    ([status, lifecycle, outcome, color, stage]) => {
      expect(BUILD_STATUS[status]).toMatchObject({ lifecycle, outcome, class: color })
      expect(stageOf(status)).toBe(stage)
    },
  )

  it.each(['', 'Success', 'passed', 'toString', '__proto__', 'constructor'])('is not %j', (text) =>
    expect(parseReportedStatus(text)).toBeNull(),
  )

  it('that is reported as fixed is a success', () => expect(parseReportedStatus('fixed')).toBe('success'))

  it('has a rank of its own, so that no tie is left to chance', () => {
    const ranks = STATUSES.filter((status) => status !== 'fixed').map((status) => BUILD_STATUS[status].rank)
    expect(new Set(ranks).size).toBe(ranks.length)
  })

  it.each(STATUSES)('success after %s is fixed only if that was red', (previous) => {
    const isRed = ['failed', 'timedout', 'no_tests'].includes(previous)
    expect(statusAfter('success', previous)).toBe(isRed ? 'fixed' : 'success')
    expect(statusAfter('failed', previous)).toBe('failed')
  })

  it('success after nothing is a success', () => expect(statusAfter('success', null)).toBe('success'))
})

describe('an event', () => {
  const event = (status: ReportedStatus, at: number | null) => ({
    status,
    queuedAt: stageOf(status) === 0 ? at : 1,
    startedAt: stageOf(status) === 1 ? at : 2,
    stoppedAt: stageOf(status) === 2 ? at : 3,
    buildUrl: null,
    steps: null,
  })

  it('happened at the time that it is about, else when it came in', () => {
    for (const status of ['queued', 'running', 'failed'] as const) {
      expect(eventAtOf(event(status, 77), 99)).toBe(77)
      expect(eventAtOf(event(status, null), 99)).toBe(99)
    }
  })

  it('is ordered by stage, then time, then rank, as text too', () => {
    const events = [
      event('queued', 8.64e15),
      event('running', -8.64e15),
      event('running', -1),
      event('running', 5),
      event('success', -62_167_219_200_000),
      event('success', 0),
      event('success', 9),
      event('success', 10),
      event('failed', 10),
      event('success', 8.64e15),
    ]
    const orders = events.map((one) => eventOrderOf(one, 0))
    expect([...orders].sort()).toEqual(orders)
    expect(new Set(orders).size).toBe(orders.length)
  })
})

it.each([
  [2, 5, 3],
  [5, 2, 0],
  [null, 5, null],
  [2, null, null],
])('a build from %j to %j took %j ms', (startedAt, stoppedAt, duration) =>
  expect(durationMsOf({ startedAt, stoppedAt })).toBe(duration),
)

it.each([
  ['completed', 'completed'],
  ['successful', 'successful'],
  ['failed', 'failed'],
  ['running', 'running'],
  ['none', 'none'],
  ['None', null],
  ['Failed', null],
  ['', null],
])('the filter %j is %j', (text, filter) => expect(parseBuildFilter(text)).toBe(filter))
