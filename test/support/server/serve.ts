// node test/support/server/serve.ts <entry> <name=value …>: one workerd with that entry, on the state in BUILDPASS_STATE.

import { startWorker } from '../../../scripts/deploy/wrangler.ts'
import { ensureDevVars, openLocalState, WRANGLER_CONFIG } from '../../../scripts/start/local-state.ts'

const [entry = '', ...variables] = process.argv.slice(2)
const state = openLocalState()
ensureDevVars(state)
process.env.WRANGLER_REGISTRY_PATH = state.registryFolder
const worker = await startWorker({
  config: WRANGLER_CONFIG,
  entrypoint: entry,
  envFiles: [state.devVarsFile],
  bindings: Object.fromEntries(
    variables.map((text: string) => {
      const [name = '', ...value] = text.split('=')
      return [name, { type: 'plain_text', value: value.join('=') } as const]
    }),
  ),
  dev: {
    server: { hostname: '127.0.0.1', port: 0 },
    persist: state.dataFolder,
    inspector: false,
    remote: false,
    watch: false,
    logLevel: 'error',
  },
})
const url = await worker.url
await fetch(url, { method: 'HEAD' })
console.log(`serving at ${url.origin}`)
const stop = () => {
  setTimeout(() => process.exit(0), 2_000)
  worker.dispose().finally(() => process.exit(0))
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
