import { list, none, nothing, object, orNull, type Shape, text } from '../../json/shape.ts'

/** A page of a list; `next_page_token` asks for the next one. */
export const pageShape = <S extends Shape>(item: S) =>
  object({ items: list(item), next_page_token: orNull(text('eyJ…')) })
/** The page of a list that holds nothing here. */
export const emptyPageShape = object({ items: none(), next_page_token: nothing() })

export type PageJson<Item> = { readonly items: readonly Item[]; readonly next_page_token: string | null }
