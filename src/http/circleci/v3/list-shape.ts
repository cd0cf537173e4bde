import { list, nothing, object, orNull, type Shape, text } from '../../json/shape.ts'

/** One thing. */
export const oneShape = <S extends Shape>(item: S) => object({ data: item })

/** A page of a list; `next` is sent back as `page[cursor]`. Nobody goes back here. */
export const listShape = <S extends Shape>(item: S) =>
  object({ data: list(item), page: object({ next: orNull(text('eyJ…')), prev: nothing() }) })

export type OneJson<Item> = { readonly data: Item }
export type ListJson<Item> = {
  readonly data: readonly Item[]
  readonly page: { readonly next: string | null; readonly prev: null }
}
