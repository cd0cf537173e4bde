import { env } from 'cloudflare:workers'
import { makeShare } from '../../../src/actions/make-share.ts'
import { INSTANCE } from '../../../src/domain/access/actor.ts'
import { importDataKeys } from '../../../src/domain/formats/sealed-text.ts'
import { mintIncomingSecret } from '../../../src/domain/reporting/webhook-source.ts'
import { insertListener } from '../../../src/storage/notices/listeners.ts'
import { putDispatchTarget } from '../../../src/storage/projects/dispatch-targets.ts'
import { putEnvVar } from '../../../src/storage/projects/env-vars.ts'
import { putCreator } from '../../../src/storage/projects/project-settings.ts'
import { insertWebhook } from '../../../src/storage/reporting/webhooks.ts'
import { identities, signInLinks } from '../../../src/storage/schema/schema-web.ts'
import { muteTest } from '../../../src/storage/tests/answers/test-mutes.ts'
import { searchTests } from '../../../src/storage/tests/answers/test-search.ts'
import { insertPublisher } from '../../../src/storage/tokens/publishers.ts'
import { actsAs, replaceTestResults, reportBuild } from '../worker/as-instance.ts'
import type { TestStores } from '../worker/stores.ts'
import { reportOf, seedWorld, type World } from '../worker/world.ts'
import { type SeededToken, seedSession, seedToken, seedUser } from './seed.ts'

type Session = Awaited<ReturnType<typeof seedSession>>

/** A project that has one of everything that can be changed or ended, and people in browsers. */
export type Furnished = World & {
  readonly stores: TestStores
  readonly dataKeys: Awaited<ReturnType<typeof importDataKeys>>
  readonly webhook: { readonly id: string; readonly secret: string }
  readonly publisherId: string
  /** Somebody who was invited and has not come. */
  readonly invited: { readonly login: string }
  readonly listenerId: string
  /** Of a link that the admin made. */
  readonly shareId: string
  /** The numbers of two tests, one of which is muted. */
  readonly tests: Record<'plain' | 'muted', number>
  /** A project token, and a personal one of the admin beside the one that the admin uses. */
  readonly token: SeededToken
  readonly adminsOther: SeededToken
  /** For the organization, by the admin. */
  readonly orgToken: SeededToken
  readonly ownersOther: SeededToken
  /** A running build in a workflow of its own, for what stops and repeats builds. */
  readonly running: { readonly num: number; readonly workflowId: string }
  readonly sessions: Record<'admin' | 'owner' | 'member', Session>
  /** Another browser of the admin, and of the owner. */
  readonly others: Record<'admin' | 'owner', Session>
}

export async function furnish(stores: TestStores): Promise<Furnished> {
  const world = await seedWorld(stores, 'private')
  const { project, users } = world
  // The first to be furnished has the account that tests name.
  const subject = (await stores.db.$count(identities)) === 0 ? '1' : crypto.randomUUID()
  const dataKeys = await importDataKeys(env.DATA_KEY)
  const secret = mintIncomingSecret()
  const webhook = await insertWebhook(stores, project.id, { source: 'github', secret, keys: dataKeys }, INSTANCE)
  if (webhook.kind !== 'created') throw new Error('the webhook was not made')
  const trusted = { kind: 'gitlab', issuer: 'https://gitlab.com', claims: { project_id: '7' } } as const
  const publisher = await insertPublisher(stores, project.id, trusted, INSTANCE)
  if (publisher.kind !== 'created') throw new Error('the publisher was not made')
  const url = 'https://ci.example.com/hook'
  const listener = await insertListener(
    stores,
    project.id,
    { listener: { kind: 'webhook', url }, secret: 'whsec_', keys: dataKeys },
    INSTANCE,
  )
  const share = await makeShare(
    stores,
    project,
    {
      thing: { kind: 'path', nodeIndex: 0, path: 'out/report.txt' },
      of: { kind: 'build', num: world.build.num },
      label: null,
      showsName: false,
      expiresAt: stores.now() + 86_400_000,
      maxUses: null,
    },
    actsAs(users.admin.id),
  )
  const target = { kind: 'webhook', url, sendEnvVars: true, workflowName: 'w', jobName: 'j' } as const
  await putDispatchTarget(stores, project.id, { target, secret: 'whsec_', keys: dataKeys }, INSTANCE)
  await putEnvVar(stores, project.id, { name: 'A', value: 'secret', keys: dataKeys }, INSTANCE)
  await putCreator(stores, project, users.admin, INSTANCE)
  await stores.db
    .insert(identities)
    .values({ provider: 'github', subject, userId: users.admin.id, name: 'a', createdAt: 0, lastUsedAt: 0 })
  const invited = await seedUser(stores.db)
  const link = { hash: crypto.randomUUID(), userId: invited.id, expiresAt: Date.now() + 60_000, isInvitation: true }
  await stores.db.insert(signInLinks).values(link)
  const reported = await reportBuild(
    stores,
    project.id,
    reportOf({ status: 'running', workflow: { externalId: 'running', name: 'w' } }),
  )
  if (!('build' in reported)) throw new Error('the running build was not stored')
  const { num, workflow } = reported.build
  const unit = { classname: '', result: 'success', runTimeSeconds: 1, message: '', file: null, source: 'unit' } as const
  await replaceTestResults(stores, reported.build.id, '', [
    { ...unit, name: 'plain' },
    { ...unit, name: 'muted' },
  ])
  const tests = {
    plain: await testIdOf(stores, project.id, 'plain'),
    muted: await testIdOf(stores, project.id, 'muted'),
  }
  await muteTest(
    stores,
    project.id,
    { testId: tests.muted, reason: 'known', until: stores.now() + 86_400_000 },
    INSTANCE,
  )
  return {
    ...world,
    stores,
    dataKeys,
    webhook: { id: webhook.webhook.id, secret },
    publisherId: publisher.publisher.id,
    invited,
    listenerId: listener.kind === 'created' ? listener.listener.id : '',
    shareId: share.kind === 'made' ? share.share.id : '',
    tests,
    token: await seedToken(stores, { kind: 'project', project, scope: 'all' }),
    adminsOther: await seedToken(stores, { kind: 'personal', user: users.admin }),
    orgToken: await seedToken(stores, {
      ...{ kind: 'organization', user: users.admin, organization: project, scope: 'all' },
    }),
    ownersOther: await seedToken(stores, { kind: 'personal', user: users.owner }),
    running: { num, workflowId: workflow.id },
    sessions: {
      admin: await seedSession(stores, users.admin),
      owner: await seedSession(stores, users.owner),
      member: await seedSession(stores, users.member),
    },
    others: { admin: await seedSession(stores, users.admin), owner: await seedSession(stores, users.owner) },
  }
}

async function testIdOf({ db }: TestStores, projectId: string, name: string): Promise<number> {
  const { tests } = await searchTests(db, projectId, name, { limit: 1 })
  const [test] = tests
  if (!test) throw new Error(`there is no test ${name}`)
  return test.id
}
