import { expect, it } from 'vitest'
import { deletePublisher, insertPublisher } from '../../../src/storage/tokens/publishers.ts'
import { seedProject, seedUser } from '../../support/seed/seed.ts'
import { actsAs } from '../../support/worker/as-instance.ts'
import { openTestStores } from '../../support/worker/stores.ts'

it('a form that was sent before makes no publisher again, also where the first was deleted since', async () => {
  const stores = await openTestStores()
  const [project, user] = [await seedProject(stores.db), await seedUser(stores.db)]
  const publisher = { kind: 'gitlab', issuer: 'https://gitlab.example.com', claims: { project_id: '1' } } as const
  const send = () => insertPublisher(stores, project.id, publisher, actsAs(user.id), 'o'.repeat(22))
  const made = await send()
  expect(made?.issuer).toBe(publisher.issuer)
  await expect(send()).rejects.toMatchObject({ code: 'done_before' })
  await deletePublisher(stores, project.id, made?.id ?? '', actsAs(user.id))
  await expect(send()).rejects.toMatchObject({ code: 'done_before' })
})
