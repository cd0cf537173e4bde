import { once } from 'node:events'
import { type LocalWorker, startWorker } from '../../../scripts/deploy/wrangler.ts'
import { ensureDevVars, openLocalState, WRANGLER_CONFIG } from '../../../scripts/start/local-state.ts'

type Reloaded = {
  readonly bundle: { readonly entrypointSource: string }
  readonly proxyData: { readonly userWorkerUrl: { protocol: string; hostname: string; port: string } }
}

/**
 * The Worker of `entry` in a workerd of its own, on the state in BUILDPASS_STATE; it has answered once. `origin` is
 * that of the Worker itself: the one of wrangler's that stands before it, and waits for a change of the sources, takes longer
 * for a request than the Worker does. `source` is what runs: its bundle, as wrangler made it.
 */
export async function startLocalWorker(
  entrypoint: string,
  variables: Readonly<Record<string, string>>,
  build?: NonNullable<Parameters<typeof startWorker>[0]['build']>,
): Promise<{ readonly worker: LocalWorker; readonly origin: string; readonly source: string }> {
  const state = openLocalState()
  ensureDevVars(state)
  process.env.WRANGLER_REGISTRY_PATH = state.registryFolder
  const worker = await startWorker({
    config: WRANGLER_CONFIG,
    entrypoint,
    ...(build ? { build } : {}),
    envFiles: [state.devVarsFile],
    bindings: Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, { type: 'plain_text', value } as const]),
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
  const [{ bundle, proxyData }] = (await once(worker.raw, 'reloadComplete')) as [Reloaded]
  const { protocol, hostname, port } = proxyData.userWorkerUrl
  const origin = `${protocol}//${hostname}:${port}`
  await fetch(origin, { method: 'HEAD', redirect: 'manual' })
  return { worker, origin, source: bundle.entrypointSource }
}
