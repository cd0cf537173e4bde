import type { Actor } from '../domain/access/actor.ts'
import type { Deferred } from '../domain/deferred.ts'
import type { Slug } from '../domain/project.ts'
import type { DeliveryResult } from '../domain/reporting/delivery.ts'
import { isOtherRepository, repositoryOf, repositoryUrlOf } from '../domain/reporting/repository-url.ts'
import { READ } from '../domain/reporting/webhook-readers.ts'
import type { WebhookReading } from '../domain/reporting/webhook-reading.ts'
import { REPOSITORY_IN } from '../domain/reporting/webhook-repository.ts'
import type { WebhookSource } from '../domain/reporting/webhook-source.ts'
import { learnRepositoryUrl } from '../storage/projects/project-settings.ts'
import { insertDelivery } from '../storage/reporting/deliveries.ts'
import type { Stores } from '../storage/stores.ts'
import { deferOrDo } from './do-deferred.ts'
import { reportBuilds, reportRun } from './report-build.ts'

/** Who sent a delivery: a CI system that signed it with a project's secret. */
export type Sender = {
  readonly projectId: string
  /** Where the project's repository is, as far as is known. */
  readonly repositoryUrl: string | null
  readonly slug: Slug
  readonly source: WebhookSource
  /** The webhook whose secret it was signed with. */
  readonly webhookId: string
}

/** The result of a delivery. `builds` are the numbers of the builds that it reported, but for those that the queue stores. */
export type TakenDelivery =
  | { readonly kind: 'stored'; readonly builds: readonly number[] }
  | Exclude<WebhookReading, { readonly kind: 'reports' }>

/**
 * Stores what a well-signed delivery reports, and an entry with its result for the project's list of deliveries. `payload`
 * is undefined where the body is no JSON.
 */
export async function takeDelivery(
  stores: Stores,
  sender: Sender,
  { event, payload, at }: { readonly event: string; readonly payload: unknown; readonly at: number },
  actor: Actor,
): Promise<TakenDelivery> {
  const { projectId, slug, source } = sender
  const address = REPOSITORY_IN[source](payload)
  const taken = await store(stores, projectId, readingOf(sender, event, payload, address), actor)
  const repositoryUrl = repositoryUrlOf(slug, address)
  if (taken.kind === 'stored' && repositoryUrl && sender.repositoryUrl === null)
    await learnRepositoryUrl(stores, projectId, repositoryUrl, actor).catch((error) =>
      // The next delivery names it again.
      stores.warn('repository_unrecorded', error),
    )
  // The builds are stored: a missing entry in the list must not make the CI send them again.
  await insertDelivery(stores, projectId, { source, event, at, ...entryFor(taken) }, actor).catch((error) =>
    stores.warn('delivery_unrecorded', error),
  )
  return taken
}

/** What the payload reports, unless it is about another repository than the project's. */
function readingOf(
  { slug, source, repositoryUrl }: Sender,
  event: string,
  payload: unknown,
  address: string | null,
): WebhookReading {
  if (payload === undefined) return { kind: 'unreadable', problem: 'The body must be valid JSON.' }
  const reading = READ[source]({ slug, event, payload })
  const named = repositoryOf(address)
  return named && reading.kind === 'reports' && isOtherRepository(slug, repositoryUrl, named)
    ? { kind: 'other_repository', repository: named.path }
    : reading
}

/** What a delivery asks of D1 for each build, and besides: test/http/frame/free-plan.test.ts counts. */
const [QUERIES_A_BUILD, QUERIES_AROUND] = [10, 20]
/** A message has 128 KB. */
const MAX_BUILDS_A_MESSAGE = 10

async function store(stores: Stores, projectId: string, reading: WebhookReading, actor: Actor): Promise<TakenDelivery> {
  if (reading.kind !== 'reports') return reading
  for (const run of reading.runs) await reportRun(stores, projectId, run, actor)
  const atOnce = Math.floor((stores.maxQueries - QUERIES_AROUND) / QUERIES_A_BUILD)
  const reported = await reportBuilds(stores, projectId, reading.builds.slice(0, atOnce), actor)
  const later: Deferred[] = []
  const aMessage = Math.min(atOnce, MAX_BUILDS_A_MESSAGE)
  for (let from = atOnce; from < reading.builds.length; from += aMessage)
    later.push({ kind: 'reports', projectId, reports: reading.builds.slice(from, from + aMessage), actor })
  await deferOrDo(stores, later)
  return { kind: 'stored', builds: reported.flatMap((one) => ('build' in one ? one.build.num : [])) }
}

const MAX_DETAIL_LENGTH = 200

/** What the project's list of deliveries says of it. */
function entryFor(taken: TakenDelivery): { readonly result: DeliveryResult; readonly detail: string } {
  switch (taken.kind) {
    case 'stored': {
      const { builds } = taken
      const detail = builds.length === 0 ? 'pipeline' : `builds ${builds.join(', ')}`.slice(0, MAX_DETAIL_LENGTH)
      return { result: 'stored', detail }
    }
    case 'ignored':
      return { result: 'ignored', detail: taken.why }
    case 'unreadable':
      return { result: 'unreadable', detail: taken.problem }
    case 'other_repository':
      return { result: 'other_repository', detail: 'The payload names another repository.' }
  }
}
