import { wordTable } from '../../../domain/formats/word-table.ts'

const ENTITIES = wordTable<string>({
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
})

/** Text that means itself in HTML, XML and SVG, between tags and in quoted attributes alike. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES.get(char) ?? '')
}
