import { describe, expect, it } from 'vitest'
import { type BranchBuild, branchBuildsOf } from '../../../src/domain/builds/branch-builds.ts'

function build(num: number, beganAt: number, status: BranchBuild['status']): BranchBuild {
  const of = { jobName: 'test', workflowId: `w${num}`, attempt: 1, branch: 'main', revision: 'a', login: null }
  return { ...of, num, beganAt, status, createdAt: num, pushedAt: num }
}

describe('a green build on a branch', () => {
  it.each([
    ['is fixed after a red one that came and began before it', [build(1, 1, 'failed')], 'fixed'],
    [
      'is fixed after a red one, though a green one that began later came earlier',
      [build(1, 9, 'success'), build(2, 1, 'failed')],
      'fixed',
    ],
    // As lists of builds say it: `previousWhere` in src/storage/builds/builds.ts.
    [
      'is no fix where the last that came before it was green',
      [build(1, 5, 'failed'), build(2, 3, 'success')],
      'success',
    ],
    ['is no fix of a red one that came later', [build(1, 3, 'success'), build(9, 5, 'failed')], 'success'],
    ['is no fix of a red one that began later', [build(1, 9, 'failed')], 'success'],
  ] as const)('%s', (_, others, status) => {
    const [branch] = branchBuildsOf([...others, build(3, 6, 'success')])
    expect(branch?.recent.find(({ num }) => num === 3)?.status).toBe(status)
  })
})
