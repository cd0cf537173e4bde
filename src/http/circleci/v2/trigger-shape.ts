import { exactly, IDS, type JsonOf, named, object, time, uuid, whole } from '../../json/shape.ts'

export const triggeredPipelineShape = named(
  'TriggeredPipeline',
  object({ id: uuid(IDS.pipeline), number: whole(13), state: exactly('pending'), created_at: time() }),
)
export const rerunShape = object({ workflow_id: uuid(IDS.workflow) })
export const acceptedShape = object({ message: exactly('Accepted.') })

export type TriggeredPipelineJson = JsonOf<typeof triggeredPipelineShape>
export type RerunJson = JsonOf<typeof rerunShape>
export type AcceptedJson = JsonOf<typeof acceptedShape>
