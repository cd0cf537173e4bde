import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { isForeignKeyViolation, isOutage, isUniqueViolation } from '../../src/storage/constraint.ts'
import { openTestStores } from '../support/worker/stores.ts'

type Stores = Awaited<ReturnType<typeof openTestStores>>

async function errorOf(work: (stores: Stores) => Promise<unknown>): Promise<unknown> {
  const stores = await openTestStores()
  return work(stores).then(
    () => null,
    (error) => error,
  )
}

const member = sql`insert into members (project_id, user_id, role, created_at) values ('absent', 'absent', 'admin', 0)`
const feed = sql`insert into feed_state (id, epoch, newest_seq, low_water) values (1, 'x', 0, 0)`

describe('what D1 says of a failed statement', () => {
  it.each<[string, (stores: Stores) => Promise<unknown>, { foreign: boolean; unique: boolean; outage: boolean }]>([
    ['a missing parent', ({ db }) => db.run(member).execute(), { foreign: true, unique: false, outage: false }],
    ['a value that is taken', ({ db }) => db.run(feed).execute(), { foreign: false, unique: true, outage: false }],
    [
      'a mistake of ours',
      ({ db }) => db.run(sql`select nothing from nowhere`).execute(),
      { foreign: false, unique: false, outage: false },
    ],
    [
      'a lost connection',
      (stores) => {
        stores.faults.beforeD1 = async () => {
          throw new Error('D1_ERROR: Network connection lost.')
        }
        return stores.db.run(sql`select 1`).execute()
      },
      { foreign: false, unique: false, outage: true },
    ],
    [
      'an overload',
      () => Promise.reject(new Error('D1_ERROR: D1 DB is overloaded. Requests queued for too long.')),
      { foreign: false, unique: false, outage: true },
    ],
    [
      'an error that is none of D1',
      () => Promise.reject(new TypeError('x is undefined')),
      { foreign: false, unique: false, outage: false },
    ],
  ])('is told apart: %s', async (_, work, expected) => {
    const error = await errorOf(work)
    expect(error).toBeInstanceOf(Error)
    expect({
      foreign: isForeignKeyViolation(error),
      unique: isUniqueViolation(error),
      outage: isOutage(error),
    }).toEqual(expected)
  })
})
