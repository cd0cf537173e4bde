import type { XmlAttributes } from '../../formats/xml/xml.ts'

/** An element; its children and text are kept only in elements that a format asks for. */
export type XmlElement = {
  /** Without prefix, in lower case, so that no spelling hides a failure. */
  readonly name: string
  readonly attributes: XmlAttributes
  readonly parent: XmlElement | null
  readonly children: XmlElement[]
  text: string
  /** Whether something was wrong with the tags in it: it does not tell of a success then. */
  isDamaged: boolean
  /** The paths of `[[ATTACHMENT|path]]` in it. */
  readonly attachments: string[]
}

/** How a format is read; made anew for each report. */
export type XmlFormat = {
  /** Whether an element is wanted with all that is in it. */
  readonly wants: (element: XmlElement) => boolean
  /** Such an element has ended. */
  readonly take: (element: XmlElement) => void
  /** Another has ended, after all that is in it; also where the report ends early. */
  readonly leave: (element: XmlElement) => void
  readonly end: () => void
}

/** The children of that name. */
export function childrenOf(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? []
}

/** The text of the first child of that name. */
export function textOf(element: XmlElement | undefined, name: string): string {
  return childrenOf(element, name)[0]?.text.trim() ?? ''
}

/** The nearest element around it that fits. */
export function around(element: XmlElement, fits: (outer: XmlElement) => boolean): XmlElement | undefined {
  for (let outer = element.parent; outer; outer = outer.parent) if (fits(outer)) return outer
  return undefined
}

/** All elements around it, the outermost first. */
export function outersOf(element: XmlElement): readonly XmlElement[] {
  const outers: XmlElement[] = []
  for (let outer = element.parent; outer; outer = outer.parent) outers.unshift(outer)
  return outers
}

/** Whether a name is another one with one character changed, added or left out, or that one and something behind it. */
export function isNearly(name: string, other: string): boolean {
  return name.startsWith(other) || isOneOff(name, other)
}

/** Whether a name is another one with one character changed, added or left out. */
export function isOneOff(name: string, other: string): boolean {
  if (Math.abs(name.length - other.length) > 1) return false
  let before = 0
  while (before < other.length && name[before] === other[before]) before++
  const [rest, otherRest] = [name.slice(before), other.slice(before)]
  return rest.slice(1) === otherRest.slice(1) || rest.slice(1) === otherRest || rest === otherRest.slice(1)
}
