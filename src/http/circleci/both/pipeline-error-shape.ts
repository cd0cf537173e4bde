import { exactly, type JsonOf, object, text } from '../../json/shape.ts'

export const pipelineErrorShape = object({
  type: exactly('other'),
  message: text('The dispatch target answered 404.'),
})

export type PipelineErrorJson = JsonOf<typeof pipelineErrorShape>
