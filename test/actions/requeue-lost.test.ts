import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { requeueAll, requeueLost } from '../../src/actions/requeue-lost.ts'
import { type Project, slugText } from '../../src/domain/project.ts'
import { forgottenQuery } from '../../src/storage/notices/outbox.ts'
import { seedProject } from '../support/seed/seed.ts'
import { seedBuild } from '../support/seed/seed-builds.ts'
import { seedChannel, titlesIn } from '../support/worker/channels.ts'
import { openOutside } from '../support/worker/outside.ts'
import { createQueue } from '../support/worker/play-queue.ts'
import { scansOf } from '../support/worker/query-plan.ts'
import { openTestStores, type TestStores } from '../support/worker/stores.ts'

const MINUTE = 60_000

let stores: TestStores
let project: Project
let slug: string

beforeEach(async () => {
  stores = await openTestStores()
  project = await seedProject(stores.db)
  slug = slugText(project)
})

afterEach(() => {
  vi.restoreAllMocks()
})

/** The default branch turns to the other colour. */
async function turn(to: 'red' | 'green') {
  const status = to === 'red' ? 'failed' : 'success'
  await seedBuild(stores, project, { status, branch: 'main', beganAt: stores.clock.now })
}

it('a channel is told all that waited when the queue lost everything, in its order', async () => {
  let isUp = false
  const outside = await openOutside(() => new Response(null, { status: isUp ? 200 : 503 }))
  const queue = createQueue(stores, outside)
  await seedChannel(stores, outside, project.id, { kind: 'slack' })
  for (const colour of ['green', 'red', 'green'] as const) {
    await turn(colour)
    await queue.pass(4_000)
  }
  // Reported, and not yet looked at.
  await turn('red')
  const lost = () => {
    stores.queued.splice(0)
    stores.checks.splice(0)
    queue.waiting.splice(0)
  }
  lost()
  isUp = true
  const before = outside.sent.length
  stores.clock.advance(1)
  await requeueAll(stores)
  await queue.pass(MINUTE)
  expect(outside.sent.slice(before).flatMap(titlesIn)).toEqual([
    `main of ${slug} broke`,
    `main of ${slug} is fixed`,
    `main of ${slug} broke`,
  ])
  // The same without anybody who says so.
  await turn('green')
  lost()
  await queue.pass(9 * MINUTE)
  await requeueLost(stores)
  expect(stores.checks).toEqual([])
  await queue.pass(2 * MINUTE)
  await requeueLost(stores)
  await queue.pass(MINUTE)
  expect(outside.sent.slice(before).flatMap(titlesIn).slice(3)).toEqual([`main of ${slug} is fixed`])
  expect(queue.waiting).toEqual([])
  await requeueAll(stores)
  expect([...stores.queued, ...stores.checks]).toEqual([])
})

it('finds what was lost by index', async () => {
  const query = forgottenQuery(stores.db, stores.now(), null)
  expect(await scansOf(stores.db, query)).toEqual([])
})
