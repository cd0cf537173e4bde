import { inject } from 'vitest'
import { planUpkeep, runUpkeep } from '../../../src/actions/run-daily-tasks.ts'
import type { UpkeepStep } from '../../../src/domain/upkeep.ts'
import type { TestStores } from './stores.ts'

declare module 'vitest' {
  interface ProvidedContext {
    isShared?: boolean
  }
}

/**
 * Does a day's upkeep, or some steps and all that follow from them; gives the steps in the order in which they ran. The
 * whole of it goes over all that other files left, so it throws where a workerd is shared.
 */
export async function runUpkeepOf(stores: TestStores, first?: readonly UpkeepStep[]): Promise<readonly UpkeepStep[]> {
  if (!first && inject('isShared')) throw new Error('a whole upkeep is for the tests that begin with an empty workerd')
  if (first) stores.steps.push(...first)
  else await planUpkeep(stores)
  const done: UpkeepStep[] = []
  for (let step = stores.steps.shift(); step; step = stores.steps.shift()) {
    await runUpkeep(stores, step)
    done.push(step)
  }
  return done
}
