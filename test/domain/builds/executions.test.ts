import { describe, expect, it } from 'vitest'
import type { Step, StepAction } from '../../../src/domain/builds/build.ts'
import { executionsOf, stepProgressOf } from '../../../src/domain/builds/executions.ts'
import { stepAction } from '../../support/seed/step-action.ts'

const step = (name: string, ...actions: Partial<StepAction>[]): Step => ({
  name,
  actions: actions.map((one) => stepAction(one)),
})
const numbers = (steps: Step[]) =>
  executionsOf(steps).map((execution) => execution.map(({ num, place }) => [num, place]))

describe('the executions of a job', () => {
  it('are its actions by index, with a gap where a node told of none', () => {
    expect(numbers([step('a', { step: 0 }, { step: 0, index: 2 }), step('b', { step: 101, index: 2 })])).toEqual([
      [[0, 0]],
      [],
      [
        [0, 0],
        [101, 1],
      ],
    ])
  })

  it('number their steps by position where two were reported with one number', () => {
    expect(numbers([step('a', { step: 7 }), step('none'), step('b', { step: 7 })])).toEqual([
      [
        [0, 0],
        [1, 2],
      ],
    ])
  })

  it('are none where nothing was reported, and no more than can be shown', () => {
    expect(executionsOf([])).toEqual([])
    expect(executionsOf([step('a', { index: Number.MAX_SAFE_INTEGER })])).toEqual([])
    expect(executionsOf([step('a', { index: 9_999 })])).toHaveLength(10_000)
  })
})

describe('a step', () => {
  it.each([
    ['success', null, 'running', ['ended', 'succeeded']],
    ['failed', null, 'failed', ['ended', 'failed']],
    ['running', null, 'running', ['started', null]],
    ['running', '2026-11-29T09:00:00Z', 'running', ['ended', null]],
    ['running', null, 'canceled', ['ended', null]],
    ['flummoxed', null, 'running', ['started', null]],
    ['flummoxed', null, 'failed', ['ended', 'flummoxed']],
  ] as const)('%s with the end %s in a build that is %s is %j', (status, end_time, build, [phase, outcome]) => {
    expect(stepProgressOf({ status, end_time }, build)).toEqual({ phase, outcome })
  })
})
