import { describe, expect, it } from 'vitest'
import { breachesOf, type Judged, NO_POLICY, type Policy } from '../../../src/domain/access/policy.ts'
import { DAY_MS } from '../../../src/domain/day.ts'

const token = (kind: Judged['kind'], days: number | null, limits: Judged['limits'] = null): Judged => ({
  ...{ kind, createdAt: 1_000, limits },
  expiresAt: days === null ? null : 1_000 + days * DAY_MS,
})

describe('a token', () => {
  it.each<readonly [Partial<Policy>, Judged, readonly string[]]>([
    [{}, token('personal', null), []],
    [{ personalDays: 90 }, token('personal', null), ['life']],
    [{ personalDays: 90 }, token('personal', 91), ['life']],
    [{ personalDays: 90 }, token('personal', 90), []],
    [{ personalDays: 90 }, token('project', null), []],
    [{ projectDays: 90 }, token('personal', null), []],
    [{ projectDays: 90 }, token('project', null), ['life']],
    [{ projectDays: 90 }, token('organization', 91), ['life']],
    [{ personalDays: 1, projectDays: 1, cidrs: ['10.0.0.0/8'] }, token('reporting', null), []],
    [{ cidrs: ['10.0.0.0/8'] }, token('personal', null), ['networks']],
    [{ cidrs: ['10.0.0.0/8'] }, token('personal', null, {}), ['networks']],
    [{ cidrs: ['10.0.0.0/8'] }, token('project', 1, { cidrs: ['10.1.0.0/16'] }), []],
    [{ cidrs: ['10.0.0.0/8'] }, token('project', 1, { cidrs: ['10.1.0.0/16', '11.0.0.0/8'] }), ['networks']],
    [{ cidrs: ['10.0.0.0/8'], personalDays: 1 }, token('personal', 2, { cidrs: ['0.0.0.0/0'] }), ['life', 'networks']],
    // What this version cannot read opens nothing here, from anywhere.
    [{ cidrs: ['10.0.0.0/8'] }, token('project', 1, 'unreadable'), []],
  ])('under %j, %j goes against it in %j', (policy, judged, breaches) => {
    expect(breachesOf({ ...NO_POLICY, ...policy }, judged)).toEqual(breaches)
  })
})
