import fc from 'fast-check'
import type { Permission } from '../../../src/domain/access/permission.ts'
import type { Scope } from '../../../src/domain/access/scope.ts'
import type { CacheWeather } from './centre-cache.ts'
import type { D1Weather } from './faulty-d1.ts'
import type { KvWeather } from './faulty-kv.ts'
import type { Plan } from './world.ts'

// Indexes count modulo what there is, so that any command can follow any other and a failing schedule shrinks well.

/** What can happen in the simulated world. */
export type Command =
  | {
      do: 'create'
      isolate: number
      kind: 'personal' | 'project' | 'organization'
      of: number
      scope: Scope
      limit: 'read' | 'write' | 'badges' | 'projects' | 'paths' | null
      lifeMs: number | null
      by: number | null
      triedAt: number | null
    }
  | {
      do: 'use'
      isolate: number
      token: number
      slug: number | null
      asked: Permission
      lateMs?: number
      holdMs: number
      downloads: boolean
      times: number
      everyMs: number
    }
  | { do: 'probe'; isolate: number }
  | { do: 'redeem'; isolate: number; ticket: number }
  | { do: 'delete'; isolate: number; token: number; keepMinted: boolean }
  | { do: 'rotate'; isolate: number; token: number; overlapSeconds: number }
  | { do: 'remove member'; isolate: number; user: number; project: number }
  | { do: 'set role'; isolate: number; user: number; project: number; role: 'admin' | 'member' }
  | { do: 'remove person'; isolate: number; user: number }
  | { do: 'show'; isolate: number; project: number; visibility: 'private' | 'public' }
  | { do: 'remove project'; isolate: number; project: number }
  | { do: 'recreate'; isolate: number; slug: number; user: number }
  | { do: 'prune'; isolate: number; olderThanMs: number }
  | { do: 'back up' }
  | { do: 'restore'; keepTokens: boolean; amid: number | null }
  | { do: 'advance'; ms: number }
  | { do: 'weather'; centre: number; d1?: D1Weather; kv?: KvWeather; cache?: CacheWeather }
  | { do: 'evict'; isolate: number }
  | { do: 'cancel'; request: number }

const index = fc.nat(11)
const asked = fc.constantFrom<Permission>(
  'badges:read',
  'status:read',
  'status:read',
  'artifacts:read',
  'builds:write',
  'shares:write',
  'project:admin',
)
// Around each limit of the code: the poll's ages, the bound, the lives in memory, the grace, KV's delays, its entries' life.
const ms = fc.constantFrom(
  1,
  20,
  100,
  250,
  500,
  999,
  1_000,
  2_000,
  3_999,
  4_000,
  5_000,
  7_999,
  8_000,
  9_000,
  9_999,
  10_000,
  10_001,
  30_000,
  50_000,
  59_999,
  60_000,
  61_000,
  300_000,
  600_000,
  3_600_000,
)
const holdMs = fc.constantFrom(0, 0, 0, 0, 100, 400, 900, 1_500, 1_990, 2_500)

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 14,
    arbitrary: fc.record({
      do: fc.constant('use' as const),
      isolate: index,
      token: index,
      slug: fc.option(fc.nat(1), { freq: 6 }),
      asked,
      holdMs,
      downloads: fc.boolean(),
      times: fc.constantFrom(1, 1, 1, 1, 1, 2, 8, 20),
      everyMs: fc.constantFrom(0, 0, 100, 500, 3_000),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('advance' as const), ms }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('create' as const),
      isolate: index,
      kind: fc.constantFrom<'personal' | 'project' | 'organization'>('personal', 'project', 'organization'),
      of: index,
      scope: fc.constantFrom<Scope>('status', 'view-builds', 'all'),
      limit: fc.option(
        fc.constantFrom<'read' | 'write' | 'badges' | 'projects' | 'paths'>(
          'read',
          'write',
          'badges',
          'projects',
          'paths',
        ),
      ),
      lifeMs: fc.option(fc.constantFrom(3_000, 15_000, 90_000), { freq: 2 }),
      by: fc.option(index, { freq: 2 }),
      triedAt: fc.option(index, { freq: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('probe' as const), isolate: index }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('redeem' as const), isolate: index, ticket: index }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('delete' as const),
      isolate: index,
      token: index,
      keepMinted: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('rotate' as const),
      isolate: index,
      token: index,
      overlapSeconds: fc.constantFrom(0, 1, 5, 30, 600),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('remove member' as const), isolate: index, user: index, project: index }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('set role' as const),
      isolate: index,
      user: index,
      project: index,
      role: fc.constantFrom('admin' as const, 'member' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove person' as const), isolate: index, user: index }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('show' as const),
      isolate: index,
      project: index,
      visibility: fc.constantFrom('private' as const, 'public' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove project' as const), isolate: index, project: index }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('recreate' as const), isolate: index, slug: fc.nat(1), user: index }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('prune' as const),
      isolate: index,
      olderThanMs: fc.constantFrom(-1, 0, 5_000, 60_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('back up' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('restore' as const),
      keepTokens: fc.boolean(),
      amid: fc.option(index, { freq: 2 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record(
      {
        do: fc.constant('weather' as const),
        centre: fc.nat(2),
        d1: fc.constantFrom<D1Weather>('fine', 'fine', 'slow', 'down', 'hangs', 'loses answers'),
        kv: fc.constantFrom<KvWeather>('fine', 'fine', 'slow', 'throws', 'hangs', 'malformed', 'old version'),
        cache: fc.constantFrom<CacheWeather>('fine', 'fine', 'forgets', 'slow', 'throws', 'hangs'),
      },
      { requiredKeys: ['do', 'centre'] },
    ),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('evict' as const), isolate: index }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), request: index }) },
)

export type Schedule = { readonly plan: Plan; readonly commands: readonly Command[] }

export const schedule: fc.Arbitrary<Schedule> = fc.record({
  plan: fc.record({
    seed: fc.integer(),
    centres: fc.array(
      fc.record({
        isolates: fc.integer({ min: 1, max: 2 }),
        cacheApi: fc.boolean(),
        latencyMs: fc.constantFrom(1, 20, 100, 400),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    kv: fc.record({
      visibleAfterMs: fc.constantFrom(0, 60_000, 600_000),
      reorders: fc.boolean(),
      lost: fc.constantFrom(0, 0, 0.3),
    }),
    graceMs: fc.constantFrom(60_000, 60_000, 60_000, 0),
    publicFirst: fc.boolean(),
  }),
  commands: fc.array(command, { minLength: 5, maxLength: 60, size: 'max' }),
})
