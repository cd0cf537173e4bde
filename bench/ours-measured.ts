import worker from '../src/index.ts'
import uncached, { withoutAnswers } from './growth-worker.ts'
import { type Measured, measured } from './measured.ts'

// Counted, it is the Worker as it is. Where storage is free nothing is kept besides, so that each read is a cold one; or answers
// are not, so that whoever asks is known and what they ask for is read.
const WORKERS = { counted: measured(worker), free: measured(uncached), known: measured(withoutAnswers) }

export default {
  fetch: (request, env, ctx) => WORKERS[env.MEASURE ?? 'counted'].fetch(request, env, ctx),
} satisfies ExportedHandler<Parameters<typeof WORKERS.counted.fetch>[1] & Measured>
