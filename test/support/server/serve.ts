// node test/support/server/serve.ts <entry> <name=value …>: one workerd with that entry, on the state in BUILDPASS_STATE.

import { startLocalWorker } from './local-worker.ts'

const [entry = '', ...variables] = process.argv.slice(2)
const values = variables.map((text: string) => {
  const [name = '', ...value] = text.split('=')
  return [name, value.join('=')] as const
})
const { worker, origin } = await startLocalWorker(entry, Object.fromEntries(values))
console.log(`serving at ${origin}`)
const stop = () => {
  setTimeout(() => process.exit(0), 2_000)
  worker.dispose().finally(() => process.exit(0))
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
