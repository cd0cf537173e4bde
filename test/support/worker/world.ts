import { eq } from 'drizzle-orm'
import { keepPack } from '../../../src/actions/uploads/keep-pack.ts'
import { INSTANCE } from '../../../src/domain/access/actor.ts'
import { mintSecret } from '../../../src/domain/access/secret.ts'
import type { Build, BuildReport } from '../../../src/domain/builds/build.ts'
import { type Project, slugText, type Visibility } from '../../../src/domain/project.ts'
import { keepStep } from '../../../src/storage/builds/build-steps.ts'
import { appendToLog } from '../../../src/storage/logs/append-log.ts'
import { testNames } from '../../../src/storage/schema/schema-tests.ts'
import { seedMember, seedProject, seedToken, seedUser } from '../seed/seed.ts'
import { storedZip } from '../seed/zips.ts'
import { keepUpload, replaceTestResults, reportBuild } from './as-instance.ts'
import type { TestStores } from './stores.ts'

/** A report as a CI would send it, with what the test is about put over it. */
export function reportOf(
  over: Partial<Omit<BuildReport, 'pipeline'>> & { pipeline?: Partial<BuildReport['pipeline']> } = {},
): BuildReport {
  const { pipeline = {}, ...build } = over
  return {
    externalId: crypto.randomUUID(),
    jobName: 'test',
    status: 'success',
    queuedAt: null,
    startedAt: null,
    stoppedAt: null,
    buildUrl: null,
    steps: null,
    workflow: { externalId: 'w1', name: 'build-and-test' },
    ...build,
    pipeline: {
      externalId: 'p1',
      branch: 'main',
      tag: null,
      revision: 'f00d',
      subject: null,
      body: null,
      author: null,
      committer: null,
      actor: null,
      pullRequests: [],
      ...pipeline,
    },
  }
}

/** Stores an artifact as an upload does. */
export async function seedArtifact(
  stores: TestStores,
  project: Project,
  build: { id: string; num: number },
  { path, text, nodeIndex = 0 }: { path: string; text: string; nodeIndex?: number },
) {
  const bytes = new TextEncoder().encode(text)
  const kept = await keepUpload(
    stores,
    { projectId: project.id, buildId: build.id, num: build.num },
    {
      path,
      nodeIndex,
      sizeBytes: bytes.length,
      contentType: 'text/plain',
      sha256: null,
      overwrite: false,
      body: new Blob([bytes]).stream(),
    },
  )
  if (kept.kind !== 'created') throw new Error(`the artifact was not created: ${kept.kind}`)
  return kept.artifact
}

/** Adds a pack with these files to a build. */
export async function seedPack(
  stores: TestStores,
  project: Project,
  build: { id: string; num: number },
  files: Readonly<Record<string, string>>,
) {
  const zip = storedZip(files)
  const target = { projectId: project.id, buildId: build.id, num: build.num }
  const pack = { name: 'seeded', nodeIndex: 0, sizeBytes: zip.length, sha256: null, overwrite: false }
  const kept = await keepPack(stores, target, { ...pack, body: new Blob([zip]).stream() }, INSTANCE)
  if (kept.kind !== 'created') throw new Error(`the pack was not created: ${kept.kind}`)
  return kept.pack
}

/** Adds a step to a build, with what it printed so far. */
export async function seedLog(stores: TestStores, buildId: string, text: string): Promise<number> {
  const said = { status: 'running', start_time: null, end_time: null, exit_code: null }
  const kept = await keepStep(stores, buildId, { key: crypto.randomUUID(), name: 'npm test', ...said }, INSTANCE)
  if (kept.kind !== 'kept') throw new Error(`the step was not kept: ${kept.kind}`)
  const chunk = { offset: 0, bytes: Uint8Array.from(new TextEncoder().encode(text)), isFinal: false, cutNewlines: null }
  const appended = await appendToLog(stores, { buildId, step: kept.step, stream: 'stdout' }, chunk, INSTANCE)
  if (appended.kind !== 'appended') throw new Error(`the log was not kept: ${appended.kind}`)
  return kept.step
}

export const ASKERS = [
  'none',
  'malformed',
  'unknown',
  'deleted',
  'expired',
  'status',
  'view-builds',
  'all',
  'other all',
  'reporting',
  'other reporting',
  'stranger',
  'member',
  'admin',
  'owner',
  // With limits: of the admin, and of the Status token.
  'read',
  'write',
  'only badges',
  'elsewhere',
  'too early',
  'projects',
  'other projects',
  // Of the All token: for the branch and the paths that there are, and for other branches.
  'these parts',
  'other branches',
  // For the organization: by an admin of the project, and by a mere member.
  'an organization’s',
  'an organization’s by a member',
  // Of the owner.
  'an owner’s read',
  'an owner’s write',
] as const
export type Asker = (typeof ASKERS)[number]

export type World = {
  readonly slug: string
  readonly project: Project
  readonly build: Build
  /** The number of its test. */
  readonly testId: number
  readonly users: Record<'stranger' | 'member' | 'admin' | 'owner', { readonly id: string; readonly login: string }>
  readonly secrets: Record<Asker, string | null>
}

/** A project with one build, one artifact and one test result, and one of each who may ask for them. */
export async function seedWorld(stores: TestStores, visibility: Visibility): Promise<World> {
  const { db } = stores
  const project = await seedProject(db, { visibility })
  const other = await seedProject(db)
  const users = {
    stranger: await seedUser(db),
    member: await seedUser(db),
    admin: await seedUser(db),
    owner: await seedUser(db, { instanceRole: 'owner' }),
  }
  await seedMember(db, project, users.member, 'member')
  await seedMember(db, project, users.admin, 'admin')
  const reported = await reportBuild(stores, project.id, reportOf())
  if (!('build' in reported)) throw new Error(`the first build was not stored: ${reported.kind}`)
  const { build } = reported
  await seedArtifact(stores, project, build, { path: 'out/report.txt', text: 'hello' })
  await seedLog(stores, build.id, 'ok\n')
  await replaceTestResults(stores, build.id, '', [
    { classname: 'a', name: 'b', result: 'success', runTimeSeconds: 0.5, message: '', file: null, source: 'unit' },
  ])
  const [test] = await db.select({ id: testNames.id }).from(testNames).where(eq(testNames.projectId, project.id))
  const secretOf = async (seed: Parameters<typeof seedToken>[1]) => (await seedToken(stores, seed)).secret
  const secrets = {
    none: null,
    malformed: 'bpp_not-a-token',
    unknown: mintSecret('project'),
    // The row of a deleted token is gone: for the Worker it is one that it never knew.
    deleted: mintSecret('personal'),
    expired: await secretOf({ kind: 'project', project, scope: 'all', expiresAt: stores.now() - 1_000 }),
    status: await secretOf({ kind: 'project', project, scope: 'status' }),
    'view-builds': await secretOf({ kind: 'project', project, scope: 'view-builds' }),
    all: await secretOf({ kind: 'project', project, scope: 'all' }),
    'other all': await secretOf({ kind: 'project', project: other, scope: 'all' }),
    reporting: await secretOf({ kind: 'reporting', project }),
    'other reporting': await secretOf({ kind: 'reporting', project: other }),
    stranger: await secretOf({ kind: 'personal', user: users.stranger }),
    member: await secretOf({ kind: 'personal', user: users.member }),
    admin: await secretOf({ kind: 'personal', user: users.admin }),
    owner: await secretOf({ kind: 'personal', user: users.owner }),
    read: await secretOf({ kind: 'personal', user: users.admin, limits: { access: 'read' } }),
    write: await secretOf({ kind: 'personal', user: users.admin, limits: { access: 'write' } }),
    'an owner’s read': await secretOf({ kind: 'personal', user: users.owner, limits: { access: 'read' } }),
    'an owner’s write': await secretOf({ kind: 'personal', user: users.owner, limits: { access: 'write' } }),
    'only badges': await secretOf({ kind: 'project', project, scope: 'status', limits: { only: 'badges' } }),
    projects: await secretOf({ kind: 'personal', user: users.admin, limits: { projects: [project.id] } }),
    'other projects': await secretOf({ kind: 'personal', user: users.admin, limits: { projects: [other.id] } }),
    'these parts': await secretOf({
      ...{ kind: 'project', project, scope: 'all' },
      limits: { branches: ['ma*'], paths: ['out/**'] },
    }),
    'an organization’s': await secretOf({
      ...{ kind: 'organization', user: users.admin, organization: project, scope: 'all' },
    }),
    'an organization’s by a member': await secretOf({
      ...{ kind: 'organization', user: users.member, organization: project, scope: 'all' },
    }),
    'other branches': await secretOf({ kind: 'project', project, scope: 'all', limits: { branches: ['release/*'] } }),
    elsewhere: await secretOf({ kind: 'personal', user: users.admin, limits: { cidrs: ['203.0.113.0/24'] } }),
    'too early': await secretOf({
      kind: 'personal',
      user: users.admin,
      limits: { notBefore: Date.now() + 86_400_000 },
    }),
  }
  return { slug: slugText(project), project, build, testId: test?.id ?? 0, users, secrets }
}
