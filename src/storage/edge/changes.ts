import type { Actor } from '../../domain/access/actor.ts'
import type { Stores, WriteStores } from '../stores.ts'
import { withinCacheBox } from './shared-work.ts'

/** Longer than an answer is kept anywhere. */
const NOTE_LIFE_SECONDS = 15

/** Has this isolate know that the actor's write may have changed what is shown: what it read before then is void. */
export function noteChange({ memory, changed, now }: WriteStores, { right }: Actor): void {
  const projectId = right.kind === 'project' || right.kind === 'webhook' ? right.projectId : null
  memory.changes.last = now()
  if (projectId === null) memory.changes.ofUnknown = now()
  else {
    memory.changes.ofProject.set(projectId, now())
    changed.add(projectId)
  }
}

/** When this isolate last may have changed what the project shows or, without one, what any does. */
export function changedAt({ memory: { changes } }: Pick<Stores, 'memory'>, projectId: string | null): number {
  return projectId === null ? changes.last : Math.max(changes.ofUnknown, changes.ofProject.get(projectId) ?? 0)
}

/** Tells the other isolates of the data centre which projects this request changed, before it is answered. */
export async function tellChanges(stores: Stores): Promise<void> {
  const { cache, changed, now } = stores
  if (!cache || changed.size === 0) return
  const put = (projectId: string) => {
    const headers = { 'Cache-Control': `max-age=${NOTE_LIFE_SECONDS}` }
    return cache.put(noteKeyFor(projectId), Response.json(now(), { headers }))
  }
  const puts = Promise.all([...changed].map(put))
  await withinCacheBox(puts).catch((error) => stores.warn('change_untold', error))
}

/** When the data centre was last told of a change of the project. */
export async function toldChangeAt(stores: Stores, projectId: string): Promise<number> {
  const note = await stores.cache?.match(noteKeyFor(projectId))
  const at: unknown = note ? await note.json() : null
  return typeof at === 'number' ? at : Number.NEGATIVE_INFINITY
}

function noteKeyFor(projectId: string): string {
  return `https://buildpass.internal/changes/v1/${projectId}`
}
