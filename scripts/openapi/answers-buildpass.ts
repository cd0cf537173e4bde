import * as v from 'valibot'
import { ISSUERS } from '../../src/domain/access/trusted-publisher.ts'
import { WEBHOOK_SOURCES } from '../../src/domain/reporting/webhook-source.ts'
import { projectToken } from './answers-v1.ts'
import {
  exactly,
  flag,
  IDS,
  keyOf,
  list,
  maybe,
  named,
  ORIGIN,
  object,
  oneOf,
  orNull,
  type Shape,
  text,
  time,
  uuid,
  whole,
} from './shapes.ts'

/** A list that is given whole. */
export const items = (item: Shape) => object({ items: list(item) })

export const project = object({
  id: uuid(IDS.project),
  slug: text('gh/acme/web'),
  visibility: oneOf(['private', 'public']),
  default_branch: text('main'),
  repository_url: text('https://github.com/acme/web'),
})

const role = () => oneOf(['admin', 'member'])
const member = object({ login: text('jo'), name: text('Jo'), role: role(), since: time() })
export const memberPage = object({ items: list(member), next_after: orNull(text('jo')) })
const leftBehind = () => ({
  made: list(
    object({
      kind: oneOf(['token', 'webhook', 'publisher', 'listener', 'dispatch_target']),
      id: uuid(IDS.token),
      name: text('deploy script'),
    }),
  ),
  let_in: list(object({ login: text('jo'), role: role() })),
  ended: flag(),
})
const { made, let_in, ended } = leftBehind()
/** The last three of an admin who was made a member. */
export const memberSet = object({
  login: text('jo'),
  role: role(),
  made: maybe(made),
  let_in: maybe(let_in),
  ended: maybe(ended),
})
export const memberRemoved = object({ message: exactly('ok'), ...leftBehind() })
export const creator = object({ login: text('jo') })

const { scope, ...everyToken } = projectToken.entries
export const presentedToken = object({
  kind: oneOf(['personal', 'project', 'reporting']),
  project: orNull(text('gh/acme/web')),
  ...everyToken,
  scope: maybe(scope),
})

const auditEntry = object({
  id: whole(7),
  time: time(),
  action: text('token.created'),
  by: orNull(text('jo')),
  by_token: orNull(uuid(IDS.token)),
  subject: orNull(text(IDS.token)),
  detail: orNull(named(v.union([v.string(), v.number(), v.null()]))),
  from: orNull(text('192.0.2.0/24 DE')),
})
export const auditPage = object({ items: list(auditEntry), next_before: orNull(whole(7)) })

const target = { workflow_name: text('workflow'), job_name: text('build'), updated_at: time() }
export const dispatchTarget = v.variant('kind', [
  object({
    kind: exactly('github-workflow'),
    ...target,
    workflow: text('ci.yml'),
    repository: text('acme/web'),
    api_url: text('https://api.github.com'),
    pass_ids: flag(),
  }),
  object({
    kind: exactly('github-repository'),
    ...target,
    event_type: text('buildpass'),
    repository: text('acme/web'),
    api_url: text('https://api.github.com'),
  }),
  object({
    kind: exactly('gitlab'),
    ...target,
    repository: text('acme/web'),
    url: text('https://gitlab.com'),
    send_env_vars: flag(),
  }),
  object({
    kind: exactly('webhook'),
    ...target,
    url: text('https://ci.example.com/start'),
    send_env_vars: flag(),
    secret: maybe(text('the secret')),
  }),
])

export const listener = v.variant('kind', [
  object({
    id: uuid(IDS.token),
    kind: exactly('webhook'),
    created_at: time(),
    url: text('https://hooks.example.com/builds'),
    secret: maybe(text('the secret')),
  }),
  object({
    id: uuid(IDS.token),
    kind: exactly('github-status'),
    created_at: time(),
    repository: text('acme/web'),
    api_url: text('https://api.github.com'),
    context: text('buildpass'),
  }),
])

export const outboundDelivery = object({
  id: text('59d9e95474849c346eafc50f735f6efd'),
  time: time(),
  event: oneOf([
    'build.finished',
    'workflow.finished',
    'pipeline.trigger',
    'build.retry',
    'workflow.rerun',
    'build.cancel',
    'workflow.cancel',
  ]),
  receiver: oneOf(['webhook', 'github-status', 'dispatch-target']),
  build_num: orNull(whole(42)),
  state: oneOf(['delivered', 'pending', 'failed', 'dropped', 'refused']),
  attempts: whole(1),
  last_attempt_at: orNull(time()),
  response_status: orNull(whole(204)),
  problem: orNull(text('answered 404')),
  remote_id: orNull(text('9876543210')),
})

export const testsStored = object({ stored: whole(1), failed: whole(0), skipped: whole(0) })

export const storedArtifact = object({
  path: text('dist/app.zip'),
  node_index: whole(0),
  size: whole(9),
  digest: text('sha256:9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab'),
  sha256: orNull(text('9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab')),
  content_type: text('application/zip'),
  created_at: time(),
  url: text(`${ORIGIN}/output/job/${IDS.job}/artifacts/0/dist/app.zip`),
})
export const artifactsOfBuild = object({ build_num: whole(42), items: list(storedArtifact) })

export const uploadPart = object({
  part: whole(1),
  size: whole(9),
  sha256: orNull(text('9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab')),
})
export const upload = object({
  upload_id: uuid(IDS.token),
  path: text('dist/app.zip'),
  node_index: whole(0),
  size: whole(9),
  part_size: whole(8_388_608),
  part_count: whole(1),
  content_type: text('application/zip'),
  overwrite: flag(),
  created_at: time(),
  complete: flag(),
  digest: orNull(text('sha256-parts:8388608:9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab')),
  parts: list(uploadPart),
})

export const webhook = object({
  id: uuid(IDS.token),
  source: keyOf(WEBHOOK_SOURCES),
  url: text(`${ORIGIN}/webhooks/gh/acme/web/github`),
  time: time(),
  expires_at: orNull(time()),
})
export const webhookMade = object({ ...webhook.entries, secret: text('the secret'), replaces: maybe(uuid(IDS.token)) })
export const webhookListed = object({ ...webhook.entries, created_by: orNull(text('jo')) })
export const webhookDelivery = object({
  time: time(),
  source: keyOf(WEBHOOK_SOURCES),
  event: text('workflow_job'),
  result: oneOf(['stored', 'ignored', 'other_repository', 'unreadable']),
  detail: text('builds 42'),
})

export const publisher = object({
  id: uuid(IDS.token),
  kind: keyOf(ISSUERS),
  issuer: text('https://token.actions.githubusercontent.com'),
  claims: named(text('123456')),
  time: time(),
})
export const publisherListed = object({ ...publisher.entries, created_by: orNull(text('jo')) })

export const retention = object({ artifact_days: whole(30), build_days: whole(365), keep_per_branch: whole(1) })

export const reportingToken = object({
  project: text('gh/acme/web'),
  token: text('the secret'),
  expires_at: time(),
  renewable_until: time(),
})

const check = () => object({ state: oneOf(['ok', 'failed']), ms: whole(4) })
const stores = object({ d1: check(), kv: check(), r2: check() })
const requests = { requests: whole(1_200) }
const errors = { errors: whole(0) }
export const traffic = object({
  source: oneOf(['analytics_engine', 'isolate']),
  explanation: text('All requests everywhere, as Analytics Engine counted them; sampled where there are very many.'),
  since: time(),
  until: time(),
  ...requests,
  ...errors,
  over_time: list(object({ time: time(), ...requests, ...errors })),
  routes: list(object({ route: text('GET /api/v1.1/me'), ...requests, ...errors })),
  statuses: list(object({ status: whole(200), ...requests })),
  tiers: list(object({ tier: text('memory'), ...requests })),
  tokens: list(
    object({
      kind: orNull(oneOf(['personal', 'project', 'reporting'])),
      label: orNull(text('README badge')),
      project: orNull(text('gh/acme/web')),
      id: text(IDS.token),
      ...requests,
    }),
  ),
  stores,
  feed_age_ms: orNull(whole(900)),
})
export const readiness = object({
  status: oneOf(['ok', 'degraded', 'unavailable']),
  problem: maybe(text('PUBLIC_ORIGIN is not set on this server, …')),
  checks: stores,
  feed_age_ms: orNull(whole(900)),
  checked_at: time(),
})

export const badge = object({
  schemaVersion: exactly(1),
  label: text('build'),
  message: text('passing'),
  color: text('#1a7f37'),
  isError: flag(),
})
export const webhookTaken = object({ message: exactly('ok'), builds: list(whole(42)) })
export const said = (example: string) => object({ message: text(example) })

export const BUILDPASS_SHAPES = {
  Project: project,
  Member: member,
  PresentedToken: presentedToken,
  AuditPage: auditPage,
  DispatchTarget: dispatchTarget,
  Listener: listener,
  OutboundDelivery: outboundDelivery,
  StoredArtifact: storedArtifact,
  ArtifactsOfBuild: artifactsOfBuild,
  Upload: upload,
  UploadPart: uploadPart,
  Webhook: webhookListed,
  WebhookMade: webhookMade,
  WebhookDelivery: webhookDelivery,
  Publisher: publisher,
  PublisherListed: publisherListed,
  Retention: retention,
  ReportingToken: reportingToken,
  Traffic: traffic,
  Stores: stores,
  Readiness: readiness,
  Badge: badge,
}
