import { relative } from 'node:path'
import { type Deployment, type DeploymentSettings, queuesOf, type WranglerConfig } from './deployment.ts'
import { REPOSITORY } from './local-state.ts'
import { SECRETS } from './secrets.ts'

/** What a deploy would do, in its order, for somebody who has not done it yet. */
export function planFor(
  deployment: Deployment,
  { domain, location }: DeploymentSettings,
  config: WranglerConfig,
): string {
  const { environment, worker, database, namespace, bucket, dataset, configFile, secretsFile } = deployment
  const where = location ? ` --location ${location}` : ''
  const steps = [
    ['log-in', 'wrangler whoami'],
    [`D1 database ${database}`, `wrangler d1 list, and if it is not there: wrangler d1 create ${database}${where}`],
    [
      `KV namespace ${namespace}`,
      `wrangler kv namespace list, and if it is not there: wrangler kv namespace create ${namespace}`,
    ],
    [
      `R2 bucket ${bucket}`,
      `wrangler r2 bucket info, and if it is not there: wrangler r2 bucket create ${bucket}${where}`,
    ],
    ...queuesOf(config, deployment).map((queue) => [
      `queue ${queue}`,
      `wrangler queues info, and if it is not there: wrangler queues create ${queue}`,
    ]),
    ['configuration', `wrangler.toml with these names and their ids, to ${shown(configFile)}`],
    [
      `secrets ${Object.keys(SECRETS).join(', ')}`,
      `those that the Worker lacks are made, and kept in ${shown(secretsFile)}`,
    ],
    ['migrations', 'wrangler d1 migrations apply DB --remote'],
    [`Worker ${worker}`, `built, then wrangler deploy --no-bundle, with cron ${JSON.stringify(config.triggers)}`],
    ['address', domain ? `https://${domain} (custom domain)` : `https://${worker}.<your subdomain>.workers.dev`],
    [
      'PUBLIC_ORIGIN',
      config.vars?.PUBLIC_ORIGIN || 'the address; a first deploy puts the Worker twice, the second time with it',
    ],
    [`Analytics Engine dataset ${dataset}`, 'comes to be with the first request'],
    ['first sign-in', 'when nobody is there yet: a link for the first owner'],
  ]
  return [
    `Environment "${environment}". A deploy would see to this, one after the other:`,
    ...steps.map(([what, how], i) => `${String(i + 1).padStart(3)}. ${what}: ${how}`),
    '',
  ].join('\n')
}

function shown(file: string): string {
  return relative(REPOSITORY, file)
}
