import { describe, expect, it } from 'vitest'
import {
  configFor,
  type DeploymentSettings,
  deploymentOf,
  type WranglerConfig,
} from '../../scripts/deploy/deployment.ts'
import { readWranglerToml } from '../../scripts/deploy/wrangler.ts'

const WRITTEN = await readWranglerToml()
const IDS = { databaseId: 'd', namespaceId: 'n' }

function deployed(environment: string, settings: DeploymentSettings = {}): WranglerConfig {
  const deployment = deploymentOf(environment)
  if (!deployment) throw new Error('no name of an environment')
  return configFor(WRITTEN, deployment, IDS, settings)
}

/** wrangler.toml, and what a deploy of each kind makes of it. */
const CONFIGS: Record<string, () => WranglerConfig> = {
  'wrangler.toml': () => WRITTEN,
  'the production environment': () => deployed('production'),
  'an environment at a domain': () => deployed('staging', { domain: 'builds.example.com' }),
}

describe.each(Object.keys(CONFIGS))('what Cloudflare keeps of requests under %s', (name) => {
  const config = CONFIGS[name]?.() ?? {}

  it('is our own lines alone: no line with a URL, no span, no issue', () => {
    // To the letter: whatever is turned on beside these may keep URLs, and tokens stand in some.
    expect(config.observability).toEqual({
      enabled: true,
      head_sampling_rate: 1,
      redact_query_string: true,
      logs: { enabled: true, head_sampling_rate: 1, invocation_logs: false },
      traces: { enabled: false },
      issues: { enabled: false },
    })
  })

  it('keeps every fault, and samples by ourselves what is ordinary', () => {
    // Cloudflare samples whole invocations, before it is known whether one fails.
    expect(JSON.stringify(config.observability).match(/"head_sampling_rate":[^,}]+/g)).toEqual([
      '"head_sampling_rate":1',
      '"head_sampling_rate":1',
    ])
    expect(config.vars?.LOG_REQUESTS).toBe('sampled')
  })

  it.each(['logpush', 'tail_consumers', 'streaming_tail_consumers', 'env', 'unsafe'])(
    'is not sent on by "%s"',
    (key) => {
      expect(config[key]).toBeUndefined()
    },
  )
})
