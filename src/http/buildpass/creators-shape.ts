import { type JsonOf, list, object, text } from '../json/shape.ts'

export const creatorShape = object({ login: text('jo') })
export const creatorsShape = object({ items: list(creatorShape) })

export type CreatorJson = JsonOf<typeof creatorShape>
export type CreatorsJson = JsonOf<typeof creatorsShape>
