import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Asked,
  type Limits,
  limitsOpen,
  opensAlike,
  standingOf,
  widerThan,
} from '../../../../src/domain/access/limits/limits.ts'

const ASKED: readonly Asked[] = [
  ...(['runs:list', 'badges:read', 'status:read', 'artifacts:read', 'output:read', 'account:read'] as const),
  ...(['builds:write', 'shares:write', 'project:admin', 'account:admin', 'projects:create', 'instance:admin'] as const),
]
const openTo = (limits: Limits | null) => ASKED.filter((asked) => limitsOpen(limits, asked))

describe('what limits leave open', () => {
  it.each<readonly [Limits | null, readonly Asked[]]>([
    [null, ASKED],
    [{}, ASKED],
    [{ access: 'admin' }, ASKED],
    [{ access: 'write' }, ASKED.slice(0, 8)],
    [{ access: 'read' }, ASKED.slice(0, 6)],
    [{ only: 'badges' }, ['badges:read']],
    [{ projects: ['p'] }, ASKED.filter((asked) => !/^(instance:|projects:)/.test(asked))],
    [{ cidrs: ['10.0.0.0/8'], notBefore: 5 }, ASKED],
    [{ branches: ['main'] }, ASKED],
    [{ paths: ['*.txt'] }, ASKED.filter((asked) => asked !== 'output:read')],
  ])('by %j', (limits, open) => {
    expect(openTo(limits)).toEqual(open)
  })
})

describe('a token', () => {
  it.each<readonly [Limits | null, string, number, string]>([
    [null, 'local', 0, 'stands'],
    [{ access: 'read' }, 'local', 0, 'stands'],
    [{ cidrs: ['10.0.0.0/8'] }, '10.9.8.7', 0, 'stands'],
    [{ cidrs: ['10.0.0.0/8'] }, '11.9.8.7', 0, 'elsewhere'],
    [{ cidrs: ['10.0.0.0/8'] }, 'local', 0, 'elsewhere'],
    [{ cidrs: [] }, '10.9.8.7', 0, 'elsewhere'],
    [{ notBefore: 5 }, 'local', 4, 'too_early'],
    [{ notBefore: 5 }, 'local', 5, 'stands'],
    // From elsewhere nobody learns that there is such a token.
    [{ cidrs: ['10.0.0.0/8'], notBefore: 5 }, '11.9.8.7', 4, 'elsewhere'],
  ])('with %j, used from %s at %i: %s', (limits, address, now, standing) => {
    expect(standingOf(limits, address, now)).toBe(standing)
    if (standing !== 'stands') expect(opensAlike(limits)).toBe(false)
  })
})

describe('a token that another one makes', () => {
  it.each<readonly [Limits | null, Limits | null, ReturnType<typeof widerThan>, 'personal' | 'project']>([
    [null, null, null, 'personal'],
    [{ access: 'read' }, null, null, 'personal'],
    [null, { access: 'admin' }, null, 'personal'],
    [null, { access: 'write' }, 'access', 'personal'],
    [{ access: 'admin' }, { access: 'read' }, 'access', 'personal'],
    [{ access: 'read' }, { access: 'write' }, null, 'personal'],
    [null, { cidrs: ['10.0.0.0/8'] }, 'cidrs', 'personal'],
    [{ cidrs: ['10.1.0.0/16'] }, { cidrs: ['10.0.0.0/8'] }, null, 'personal'],
    [{ cidrs: ['10.1.0.0/16', '11.0.0.0/16'] }, { cidrs: ['10.0.0.0/8'] }, 'cidrs', 'personal'],
    [{ cidrs: ['0.0.0.0/0'] }, { cidrs: ['10.0.0.0/8'] }, 'cidrs', 'personal'],
    [{ cidrs: ['10.1.0.0/16', '2001:db8::/48'] }, { cidrs: ['10.0.0.0/8', '2001:db8::/32'] }, null, 'personal'],
    [{ cidrs: ['::/0'] }, { cidrs: ['0.0.0.0/0'] }, 'cidrs', 'personal'],
    [null, { notBefore: 5 }, null, 'personal'],
    [null, { projects: ['p'] }, 'projects', 'personal'],
    [{ access: 'read' }, { projects: ['p'] }, 'projects', 'personal'],
    [{ projects: ['p'] }, { projects: ['p', 'q'] }, null, 'personal'],
    [{ projects: ['p', 'r'] }, { projects: ['p', 'q'] }, 'projects', 'personal'],
    // A project token of a project that its maker reaches.
    [null, { projects: ['p'] }, null, 'project'],
    [null, { projects: ['p'], cidrs: ['10.0.0.0/8'] }, 'cidrs', 'project'],
  ])('with %j, by one with %j, is wider in: %s (%s)', (limits, maker, wider, kind) => {
    expect(widerThan(limits, maker, kind)).toBe(wider)
  })

  it('opens nothing, and stands nowhere, where its maker does not', () => {
    const networks = fc.constantFrom(
      '10.0.0.0/8',
      '10.1.0.0/16',
      '10.1.2.0/24',
      '192.0.2.0/24',
      '0.0.0.0/0',
      '2001:db8::/32',
      '::/0',
    )
    const made = fc.record(
      {
        access: fc.constantFrom<NonNullable<Limits['access']>>('read', 'write', 'admin'),
        projects: fc.subarray(['p', 'q', 'r'], { minLength: 1 }),
        cidrs: fc.array(networks, { minLength: 1, maxLength: 3 }),
      },
      { requiredKeys: [] },
    )
    const addresses = ['10.1.2.3', '10.200.0.1', '192.0.2.1', '8.8.8.8', '2001:db8::1', '2620:fe::fe', 'local']
    fc.assert(
      fc.property(made, made, (limits, maker) => {
        if (widerThan(limits, maker, 'personal')) return
        for (const asked of openTo(limits)) expect(openTo(maker)).toContain(asked)
        for (const address of addresses)
          if (standingOf(limits, address, 0) === 'stands') expect(standingOf(maker, address, 0)).toBe('stands')
      }),
      { numRuns: 1_000 },
    )
  })
})
