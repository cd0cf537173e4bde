import { exactly, type JsonOf, object } from '../../json/shape.ts'

export const noBuildCacheShape = object({ status: exactly('no build caches are kept here') })

export type NoBuildCacheJson = JsonOf<typeof noBuildCacheShape>
