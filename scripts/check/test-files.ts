import { resolve } from 'node:path'

const standIns = resolve(import.meta.dirname, '../../test/support/worker/workers-in-node.ts')
/** What tests of the Worker need to run in Node: its modules, and workerd's globals, by stand-ins. */
export const STAND_INS = {
  resolve: { alias: { 'cloudflare:workers': standIns, 'cloudflare:test': standIns } },
  setupFiles: [standIns],
}

/** They turn the clock, count all that there is, or fill the memory: each begins with an empty workerd. */
export const ALONE = [
  'test/actions/daily-tasks.test.ts',
  'test/actions/requeue-lost.test.ts',
  'test/actions/run-daily-tasks.test.ts',
  'test/http/buildpass/builds/logs.test.ts',
  'test/http/buildpass/builds/multipart-uploads.test.ts',
  'test/http/buildpass/builds/reports.test.ts',
  'test/http/buildpass/builds/test-reports.test.ts',
  'test/http/buildpass/tokens/oidc.test.ts',
  'test/http/frame/metrics.test.ts',
  // They end and list the tokens of the whole instance.
  'test/http/instance/policy.test.ts',
  'test/http/instance/tokens.test.ts',
  'test/http/json/openapi.test.ts',
  'test/http/web/instance/instance.test.ts',
  'test/http/web/sign-in/sessions.test.ts',
  'test/prove/free-plan.test.ts',
  // It reads lists of all tokens there are.
  'test/prove/growth.test.ts',
  'test/storage/edge/grants.test.ts',
  'test/storage/schema/query-plans.test.ts',
  'test/storage/tests/forget-names.test.ts',
  'test/storage/tests/test-reports.test.ts',
  // It warns of all tokens there are.
  'test/storage/tokens/token-notices.test.ts',
  'test/storage/upkeep/**',
]

/**
 * Walks over every route and every kind of asker, and properties of many orders of events: thousands of runs, which the
 * stand-ins of the platform in Node play in a tenth of the time. `npm test` has them there, `npm run prove` in workerd.
 */
export const WALKS = [
  'test/actions/commit-statuses.test.ts',
  'test/actions/notices/send-notice.test.ts',
  'test/http/circleci/v2/document.test.ts',
  'test/http/frame/access.test.ts',
  'test/http/frame/conditions.test.ts',
  'test/http/frame/foreign-ids.test.ts',
  'test/http/frame/free-plan.test.ts',
  'test/http/frame/host.test.ts',
  'test/http/frame/id-slugs.test.ts',
  'test/http/frame/answers/kept-answers.test.ts',
  'test/http/frame/lasting-effects.test.ts',
  'test/http/frame/outages.test.ts',
  'test/http/hot.test.ts',
  'test/http/web/frame/access.test.ts',
  'test/http/web/frame/lasting-effects.test.ts',
  'test/http/webhooks/repository.test.ts',
  'test/http/webhooks/true-status.test.ts',
  'test/prove/notices-week.test.ts',
  'test/storage/reporting/build-reports.test.ts',
  'test/storage/builds/complete-pipelines.test.ts',
  'test/storage/builds/sums.test.ts',
  'test/storage/reporting/fork-runs.test.ts',
  'test/storage/reporting/last-word.test.ts',
  'test/storage/reporting/run-reports.test.ts',
  'test/storage/reporting/checks-alone.test.ts',
  'test/storage/reporting/set-back.test.ts',
  'test/storage/reporting/webhook-order.test.ts',
  'test/storage/tests/answers/flaky-tests.test.ts',
]

/**
 * Several builds by wrangler, a thousand pages in Chromium, 256 MiB up and down, rows of 2 MB, a second demo, and scripts one
 * after the other: `npm test` has none of them. What of these a small one shows too stands in `test/scripts`.
 */
export const PROOFS = [
  'test/prove/backup-rows.node.test.ts',
  'test/prove/backup.node.test.ts',
  'test/prove/hostile-reports.node.test.ts',
  'test/prove/memory.node.test.ts',
  'test/prove/same-worker.node.test.ts',
  'test/prove/start-fresh.node.test.ts',
  'test/prove/windows.node.test.ts',
  'test/prove/wrangler-database.node.test.ts',
]

/** What only the real platform can answer: its bodies, its buckets, its queues, its rows read, its words for a failed statement. */
export const NEEDS_WORKERD = [
  'test/actions/daily-tasks.test.ts',
  'test/actions/run-daily-tasks.test.ts',
  'test/http/buildpass/builds/multipart-rights.test.ts',
  'test/http/buildpass/builds/multipart-uploads.test.ts',
  'test/http/buildpass/builds/packs-in-parts.test.ts',
  'test/http/buildpass/builds/reports.test.ts',
  'test/http/buildpass/builds/uploads.test.ts',
  'test/http/frame/bodies.test.ts',
  'test/http/frame/faults.test.ts',
  'test/http/frame/long-lists.test.ts',
  'test/http/frame/metrics.test.ts',
  'test/http/frame/packed-bodies.test.ts',
  'test/http/frame/request-ids.test.ts',
  // What D1 says of rows read and written is no stand-in's to say.
  'test/storage/tokens/uses/uses.test.ts',
  // They want a database that no other test fills.
  'test/actions/requeue-lost.test.ts',
  'test/http/instance/policy.test.ts',
  'test/http/instance/tokens.test.ts',
  'test/http/web/data/branches.test.ts',
  'test/http/web/instance/instance.test.ts',
  'test/http/web/settings/let-in.test.ts',
  'test/outside/mail.test.ts',
  'test/prove/free-plan.test.ts',
  'test/storage/builds/branches/open-branches.test.ts',
  'test/storage/reporting/checks-alone-before.test.ts',
  'test/storage/builds/pipeline-overviews.test.ts',
  'test/storage/reporting/told-workflows.test.ts',
  'test/storage/constraint.test.ts',
  'test/storage/tests/answers/past-reports.test.ts',
  'test/storage/tests/answers/test-search.test.ts',
  'test/storage/tests/forget-names.test.ts',
  'test/storage/tests/test-reports.test.ts',
  'test/storage/upkeep/**',
]
