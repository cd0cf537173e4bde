import { relative } from 'node:path'
import { REPOSITORY } from '../start/local-state.ts'
import { type Deployment, type DeploymentSettings, stepsForReports, type WranglerConfig } from './deployment.ts'
import { resourcesOf } from './resources.ts'
import { SECRETS } from './secrets.ts'

/** What a deploy would do, in its order, for somebody who has not done it yet. */
export function planFor(deployment: Deployment, settings: DeploymentSettings, base: WranglerConfig): string {
  const { environment, worker, dataset, configFile, secretsFile } = deployment
  const { domain, reports, vars } = settings
  const steps = [
    ['log-in', 'wrangler whoami'],
    ...resourcesOf(base, deployment, settings).map(({ kind, name, find, make }) => [
      `${kind} ${name}`,
      `wrangler ${find.join(' ')}, and if it is not there: wrangler ${make.join(' ')}`,
    ]),
    ['configuration', `wrangler.toml with these names and their ids, to ${shown(configFile)}`],
    [
      `secrets ${Object.keys(SECRETS).join(', ')}`,
      `those that the Worker lacks are made, and kept in ${shown(secretsFile)}`,
    ],
    ['migrations', 'wrangler d1 migrations apply DB --remote'],
    [`Worker ${worker}`, `wrangler deploy, with cron ${JSON.stringify(base.triggers)}`],
    ['address', domain ? `https://${domain} (custom domain)` : `https://${worker}.<your subdomain>.workers.dev`],
    [
      'PUBLIC_ORIGIN',
      vars?.PUBLIC_ORIGIN ||
        (domain && `https://${domain}`) ||
        base.vars?.PUBLIC_ORIGIN ||
        'the address; a first deploy puts the Worker twice, the second time with it',
    ],
    [
      'reports',
      reports
        ? `on hosts below ${reports}, by a route of the Worker. By hand: ${stepsForReports(reports).join('; ')}`
        : 'in a sandbox on the address itself; with --reports each has a host of its own',
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
