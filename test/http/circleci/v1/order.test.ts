import { describe, expect, it } from 'vitest'
import { slugText } from '../../../../src/domain/project.ts'
import { seedProject } from '../../../support/seed/seed.ts'
import { reportBuild } from '../../../support/worker/as-instance.ts'
import { seedPerson } from '../../../support/worker/call.ts'
import { askJson } from '../../../support/worker/client.ts'
import { openTestStores } from '../../../support/worker/stores.ts'
import { reportOf } from '../../../support/worker/world.ts'

const at = (hour: number) => Date.UTC(2026, 0, 10, hour)

/** A project to which the red build of the newer commit was reported before the green one of the older commit. */
async function outOfOrder() {
  const stores = await openTestStores()
  const project = await seedProject(stores.db)
  const { token } = await seedPerson(stores, project)
  const report = (name: string, hour: number, status: 'success' | 'failed') =>
    reportBuild(
      stores,
      project.id,
      reportOf({
        status,
        startedAt: at(hour),
        stoppedAt: at(hour) + 60_000,
        pipeline: { externalId: name },
        workflow: { externalId: name, name: 'ci' },
      }),
    )
  await report('newer', 12, 'failed')
  await report('older', 10, 'success')
  return { token, slug: slugText(project), repo: project.repo, org: project.org }
}

describe('a build that was heard of late', () => {
  it('is not called fixed after one that ran later', async () => {
    const { token, slug } = await outOfOrder()
    const [late] = await askJson(`/api/v1.1/project/${slug}?limit=1`, { token })
    expect([late.build_num, late.status, late.previous]).toEqual([2, 'success', null])
  })

  it('is not the last one of its branch', async () => {
    const { token, org } = await outOfOrder()
    const projects = await askJson('/api/v1.1/projects', { token })
    const { main } = projects.find(({ username }: { username: string }) => username === org).branches
    expect([main.recent_builds[0].status, main.last_non_success.build_num, main.last_success.status]).toEqual([
      'failed',
      1,
      'success',
    ])
  })
})
