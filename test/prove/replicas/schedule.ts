import fc from 'fast-check'
import type { D1Weather } from '../sim/faulty-d1.ts'
import { MAX_CENTRES, MAX_REPLICAS, type Plan, type Reader } from './world.ts'

// Indexes count modulo what there is, so that any command can follow any other and a failing schedule shrinks well.

/** What can happen in the simulated world. Of requests: how much time passes after they were sent. */
export type Command =
  | { do: 'read'; isolate: number; reader: Reader; what: 'badge' | 'list' | 'build'; of: number; thenMs: number }
  | { do: 'report'; isolate: number; branch: number; status: 'running' | 'success' | 'failed'; thenMs: number }
  | { do: 'end build'; isolate: number; build: number; status: 'success' | 'failed'; thenMs: number }
  | { do: 'delete token' | 'remove member' | 'add member'; isolate: number; thenMs: number }
  | { do: 'show'; isolate: number; visibility: 'public' | 'private'; thenMs: number }
  | { do: 'advance'; ms: number }
  | { do: 'weather'; centre: number; replica: number; weather: D1Weather; lagMs: number }
  | { do: 'evict'; isolate: number }

const index = fc.nat(11)
// Around each limit of the code: what is kept, the poll's ages, the bound, the lives of the notes and of memory.
const ms = fc.constantFrom(1, 100, 500, 1_000, 3_000, 4_000, 5_000, 5_001, 7_999, 8_000, 9_000, 9_999, 10_000, 15_000)
const thenMs = fc.constantFrom(0, 0, 20, 400, 1_500, 2_500, 4_500, 7_400)
const status = fc.constantFrom('success' as const, 'failed' as const)

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 16,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      isolate: index,
      reader: fc.constantFrom<Reader>('project', 'project', 'project', 'member', 'member', 'nobody'),
      what: fc.constantFrom('badge' as const, 'badge' as const, 'list' as const, 'build' as const),
      of: fc.constantFrom(0, 0, 0, 1, 2),
      thenMs,
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('advance' as const), ms }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('report' as const),
      isolate: index,
      branch: fc.nat(1),
      status: fc.constantFrom('running' as const, 'success' as const, 'failed' as const),
      thenMs,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('end build' as const), isolate: index, build: fc.nat(3), status, thenMs }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('delete token' as const, 'remove member' as const, 'add member' as const),
      isolate: index,
      thenMs,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('show' as const),
      isolate: index,
      visibility: fc.constantFrom('public' as const, 'private' as const),
      thenMs,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('weather' as const),
      centre: fc.nat(MAX_CENTRES - 1),
      replica: fc.nat(MAX_REPLICAS - 1),
      weather: fc.constantFrom<D1Weather>('fine', 'fine', 'slow', 'down', 'hangs', 'loses answers'),
      lagMs: fc.constantFrom(0, 3_000, 60_000, 600_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('evict' as const), isolate: index }) },
)

export type Schedule = { readonly plan: Plan; readonly commands: readonly Command[] }

export const schedule: fc.Arbitrary<Schedule> = fc.record({
  plan: fc.record({
    seed: fc.integer(),
    centres: fc.array(
      fc.record({
        isolates: fc.constantFrom(1, 2, 3),
        replicas: fc.integer({ min: 1, max: MAX_REPLICAS }),
        cacheApi: fc.constantFrom(true, true, false),
        latencyMs: fc.constantFrom(1, 20, 100, 400),
        lagMs: fc.constantFrom(0, 60_000, 600_000),
      }),
      { minLength: 1, maxLength: MAX_CENTRES },
    ),
  }),
  commands: fc.array(command, { minLength: 5, maxLength: 60, size: 'max' }),
})
