// node bench/profile.ts [c]: where the CPU time of one scene of the bench goes, by workerd's inspector: self time by function.
import { parseInvocation } from '../scripts/check/invocation.ts'
import { badgeFor } from '../src/domain/builds/badge.ts'
import { badgeSvg } from '../src/http/badges/badge-svg.ts'
import { connectInspector } from './inspector.ts'
import { startBenchServer } from './miniflare.ts'
import { prepare } from './scenes.ts'
import { requireWrk, runWrk } from './wrk.ts'

const SECONDS = 4

type Node = {
  readonly id: number
  readonly callFrame: { functionName: string; url: string; lineNumber: number }
  readonly children?: readonly number[]
}
type Profile = {
  readonly nodes: readonly Node[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

const { positionals } = parseInvocation('node bench/profile.ts [c]', {}, [0, 1])
const [letter = 'c'] = positionals
await requireWrk()
const server = await startBenchServer(badgeSvg(badgeFor('success'), 'shield'), { inspectorPort: 0, minify: false })
try {
  const scene = (await prepare(server)).find(({ name }) => name.charAt(1) === letter)
  if (!scene) throw new Error('no such scene')
  const inspector = await connectInspector(await server.inspectorUrl())
  await inspector.send('Profiler.enable')
  await inspector.send('Profiler.setSamplingInterval', { interval: 100 })
  await inspector.send('Profiler.start')
  await runWrk(['-t1', '-c16', `-d${SECONDS}s`, scene.url])
  const { profile } = (await inspector.send('Profiler.stop')) as { profile: Profile }
  inspector.close()
  print(profile)
} finally {
  await server.stop()
}

function print({ nodes, samples, timeDeltas }: Profile): void {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const self = new Map<string, number>()
  samples.forEach((id, i) => {
    const { callFrame } = byId.get(id) as Node
    const name = `${callFrame.functionName || '(anonymous)'} ${callFrame.url.split('/').at(-1)}:${callFrame.lineNumber + 1}`
    self.set(name, (self.get(name) ?? 0) + (timeDeltas[i] ?? 0))
  })
  const total = [...self.values()].reduce((sum, time) => sum + time, 0)
  const rows = [...self].sort((a, b) => b[1] - a[1]).slice(0, 40)
  for (const [name, time] of rows) console.log(`${((100 * time) / total).toFixed(1).padStart(5)} %  ${name}`)
}
