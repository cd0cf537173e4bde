import { IDS, type JsonOf, named, object, uuid } from '../../json/shape.ts'
import { oneShape } from './list-shape.ts'

/** What was started, or is being stopped: official tooling reads its id, and nothing else. */
export const startedShape = named('V3Started', oneShape(object({ id: uuid(IDS.workflow) })))

export type StartedJson = JsonOf<typeof startedShape>
