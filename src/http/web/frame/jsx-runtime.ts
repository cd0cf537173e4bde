import { escapeMarkup } from '../../frame/markup.ts'

/** What may stand inside an element: text, which is escaped, other elements, and what shows as nothing. */
export type Child = Html | string | number | boolean | null | undefined | readonly Child[]

type Props = { readonly [name: string]: Child }
type Component = (props: never) => Child

/** An element as HTML. Only `jsx` makes one: what came in from outside has no such private field, whatever else it has. */
class Html {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** Throws on any other object. */
  static textOf(html: Html): string {
    return html.#text
  }

  toString(): string {
    return this.#text
  }
}

// HTML §13.1.2: these have neither children nor an end tag.
const VOID = /^(area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)$/
// Of these, `true` and `false` are words (HTML §2.3.3); any other attribute says yes by being there (§2.3.2).
const WORDED = /^(aria-|data-|spellcheck$)/

/** An element, rendered. Its name and its attributes' names stand in our code, never in data, so they go unchecked. */
export function jsx(tag: string | Component, props: Props): Html {
  // The compiler held these props against this component where the element is written.
  if (typeof tag === 'function') return new Html(htmlOf(tag(props as never)))
  let html = `<${tag}`
  for (const [name, value] of Object.entries(props)) if (name !== 'children') html += attributeOf(name, value)
  return new Html(VOID.test(tag) ? `${html}/>` : `${html}>${htmlOf(props.children)}</${tag}>`)
}

export { jsx as jsxDEV, jsx as jsxs }

export function Fragment({ children }: { readonly children?: Child }): Child {
  return children
}

function attributeOf(name: string, value: Child): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'boolean' && !WORDED.test(name)) return value ? ` ${name}=""` : ''
  if (typeof value === 'object' || typeof value === 'function') throw new TypeError(`The attribute ${name} is no text`)
  return ` ${name}="${escapeMarkup(`${value}`)}"`
}

function htmlOf(child: Child): string {
  if (typeof child === 'string') return escapeMarkup(child)
  if (typeof child === 'number') return `${child}`
  if (child === null || child === undefined || typeof child === 'boolean') return ''
  // What is no list is an element, or textOf throws; Array.isArray does not tell the compiler so of a readonly list.
  return Array.isArray(child) ? child.map(htmlOf).join('') : Html.textOf(child as Html)
}

export declare namespace JSX {
  type Element = Html
  type ElementType = string | Component
  interface ElementChildrenAttribute {
    children: Child
  }
  interface IntrinsicElements {
    [tag: string]: Props
  }
}
