import { expect, it } from 'vitest'
import { deletePublisher, insertPublisher } from '../../../src/storage/tokens/publishers.ts'
import { seedProject, seedUser } from '../../support/seed/seed.ts'
import { actsAs } from '../../support/worker/as-instance.ts'
import { openTestStores } from '../../support/worker/stores.ts'

it('a form that was sent before makes no publisher again, also where the first was deleted since', async () => {
  const stores = await openTestStores()
  const [project, user] = [await seedProject(stores.db), await seedUser(stores.db)]
  const publisher = { kind: 'gitlab', issuer: 'https://gitlab.example.com', claims: { project_id: '1' } } as const
  const send = () => insertPublisher(stores, project.id, { ...publisher, onceId: 'o'.repeat(22) }, actsAs(user.id))
  const made = await send()
  if (made.kind !== 'created') throw new Error(`it was not made: ${made.kind}`)
  expect(made.publisher.issuer).toBe(publisher.issuer)
  expect(await send()).toEqual({ kind: 'done_before' })
  await deletePublisher(stores, project.id, made.publisher.id, actsAs(user.id))
  expect(await send()).toEqual({ kind: 'done_before' })
})
