/** Which part of a list is asked for. */
export type ListPage = { readonly limit: number; readonly offset: number }
