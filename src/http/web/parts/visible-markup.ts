import { hasHidden, visibleText } from '../../../domain/formats/visible-text.ts'

/**
 * A page, or a part of one, with nothing hidden in what people read: the one place where names from outside are made
 * visible, whatever page they stand on. Addresses, and what a form sends back, stay as they are.
 */
export function visibleMarkup(html: string): string {
  return hasHidden(html) ? html.replace(TAG_OR_TEXT, visiblePart) : html
}

// In attributes, too, every < and > is escaped.
const TAG_OR_TEXT = /<[^>]*>|[^<]+/g
const ATTRIBUTE = / ([\w-]+)="[^"]*"/g
const AS_IT_IS: ReadonlySet<string> = new Set(['action', 'href', 'src', 'value'])

function visiblePart(part: string): string {
  if (!part.startsWith('<')) return visibleText(part)
  return part.replace(ATTRIBUTE, (attribute, name: string) => (AS_IT_IS.has(name) ? attribute : visibleText(attribute)))
}
