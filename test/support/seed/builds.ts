import { env } from 'cloudflare:workers'
import type { Secret } from '../../../src/domain/access/secret.ts'
import type { Project } from '../../../src/domain/project.ts'
import { slugText } from '../../../src/domain/project.ts'
import { reportBuild } from '../worker/as-instance.ts'
import { openTestStores, type TestStores } from '../worker/stores.ts'
import { reportOf } from '../worker/world.ts'
import { seedMember, seedProject, seedToken, seedUser } from './seed.ts'

export type SeededBuild = {
  readonly stores: TestStores
  readonly project: Project
  readonly secret: Secret
  readonly num: number
  readonly id: string
  /** Path of the build in our own API. */
  readonly api: string
}

/** A build of a private project, and a member's token. */
export async function seedBuild({ jobName = 'test' } = {}): Promise<SeededBuild> {
  const stores = await openTestStores()
  const project = await seedProject(stores.db)
  const user = await seedUser(stores.db)
  await seedMember(stores.db, project, user, 'member')
  const { secret } = await seedToken(stores, { kind: 'personal', user })
  const build = await seedReport(stores, project, jobName)
  const api = `/api/buildpass/v1/projects/${slugText(project)}/builds/${build.num}`
  return { stores, project, secret, num: build.num, id: build.id, api }
}

export async function seedReport(stores: TestStores, project: Project, jobName: string, branch = 'main') {
  const reported = await reportBuild(
    stores,
    project.id,
    reportOf({ jobName, workflow: { externalId: branch, name: 'ci' }, pipeline: { externalId: branch, branch } }),
  )
  if (!('build' in reported)) throw new Error(`a fresh build was not stored: ${reported.kind}`)
  return reported.build
}

/** What R2 really holds under the project, for tests that look behind the answers. */
export async function objectsOf(project: Project): Promise<readonly R2Object[]> {
  return (await env.ARTIFACTS.list({ prefix: `artifacts/${project.id}/` })).objects
}
