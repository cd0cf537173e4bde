import { ON_LEAK } from '../../../domain/project.ts'
import { type JsonOf, object, oneOf } from '../../json/shape.ts'

export const onLeakShape = object({ on_leak: oneOf(ON_LEAK) })

export type OnLeakJson = JsonOf<typeof onLeakShape>
