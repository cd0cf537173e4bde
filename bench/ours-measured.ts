import worker from '../src/index.ts'
import uncached from './growth-worker.ts'
import { type Measured, measured } from './measured.ts'

// Counted, it is the Worker as it is. Where storage is free nothing is kept besides, so that each read is a cold one.
const [counted, free] = [measured(worker), measured(uncached)]

export default {
  fetch: (request, env, ctx) => (env.MEASURE === 'free' ? free : counted).fetch(request, env, ctx),
} satisfies ExportedHandler<Parameters<typeof counted.fetch>[1] & Measured>
