import { type Deployment, type DeploymentSettings, queuesOf, type WranglerConfig } from './deployment.ts'

/** What an environment needs in the account: how wrangler is asked whether it is there, and how it makes it. */
export type Resource = {
  readonly kind: 'D1 database' | 'KV namespace' | 'R2 bucket' | 'queue'
  readonly name: string
  readonly find: readonly string[]
  readonly make: readonly string[]
}

/** All of them, in the order in which a deploy sees to them: what it does, and what a dry run says that it would do. */
export function resourcesOf(
  base: WranglerConfig,
  deployment: Deployment,
  { location }: DeploymentSettings,
): readonly [database: Resource, namespace: Resource, ...others: Resource[]] {
  const { database, namespace, bucket } = deployment
  const where = location ? ['--location', location] : []
  // The ids stay out of wrangler.toml.
  const apart = '--update-config=false'
  return [
    {
      kind: 'D1 database',
      name: database,
      find: ['d1', 'list', '--json'],
      make: ['d1', 'create', database, apart, ...where],
    },
    {
      kind: 'KV namespace',
      name: namespace,
      find: ['kv', 'namespace', 'list'],
      make: ['kv', 'namespace', 'create', namespace, apart],
    },
    {
      kind: 'R2 bucket',
      name: bucket,
      find: ['r2', 'bucket', 'info', bucket, '--json'],
      make: ['r2', 'bucket', 'create', bucket, apart, ...where],
    },
    ...queuesOf(base, deployment).map((name) => ({
      kind: 'queue' as const,
      name,
      find: ['queues', 'info', name],
      make: ['queues', 'create', name],
    })),
  ]
}
