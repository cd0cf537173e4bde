import { findProjectOfBuild } from '../builds/builds.ts'
import { findProjectOfPipeline } from '../builds/pipelines.ts'
import { findProjectOfWorkflow } from '../builds/workflows.ts'
import type { Db, Stores } from '../stores.ts'
import type { Place } from './place-memory.ts'
import { findPlaceOfProject } from './projects.ts'

/** What a URL names by an id alone. */
export type ById = { readonly kind: 'build' | 'pipeline' | 'workflow' | 'project'; readonly id: string }

const FIND: Record<ById['kind'], (db: Db, id: string) => Promise<Place | null>> = {
  build: findProjectOfBuild,
  pipeline: findProjectOfPipeline,
  workflow: findProjectOfWorkflow,
  project: findPlaceOfProject,
}

/** The project of what has that id, as this isolate last found it: the project stays the same, but it may have got another name. */
export function knownPlace({ memory }: Stores, { kind, id }: ById): Place | null {
  return memory.places.get(`${kind} ${id}`) ?? null
}

/** The project of what has that id, as the database has it now. */
export async function findPlace(stores: Stores, { kind, id }: ById): Promise<Place | null> {
  const found = await FIND[kind](stores.db, id)
  if (found) stores.memory.places.set(`${kind} ${id}`, found)
  return found
}
