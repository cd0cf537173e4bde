import { readFileSync } from 'node:fs'
import { WRANGLER_CONFIG } from './local-state.ts'

/** Why nothing can be done on Cloudflare yet, or null once wrangler.toml names the account's own resources. */
export function missingResources(): string | null {
  const lines = readFileSync(WRANGLER_CONFIG, 'utf8').split('\n')
  const placeholders = lines.filter((line) => /^\s*\w*id\s*=\s*"[0-]+"/.test(line))
  if (placeholders.length === 0) return null
  return `wrangler.toml does not name your own resources yet. These lines hold placeholders:

${placeholders.map((line) => `  ${line}`).join('\n')}

Make the resources once, and write the ids that are printed into wrangler.toml:
  npx wrangler d1 create buildpass
  npx wrangler kv namespace create KV
  npx wrangler r2 bucket create buildpass-artifacts
  npx wrangler queues create buildpass-outbox`
}
