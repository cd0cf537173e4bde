import { wordTable } from '../formats/word-table.ts'
import { extensionOf, mediaTypeOf } from './media-type.ts'

const TEXT = 'text/plain'

/** What is shown as the text that it is, though the registered type of some would have it saved. */
const AS_TEXT = new Set([
  'log',
  'md',
  'markdown',
  'txt',
  'text',
  'diff',
  'patch',
  'yaml',
  'yml',
  'toml',
  'ini',
  'lcov',
  'tap',
])

/** What a browser needs right, and those whose type is another elsewhere. */
const OWN = wordTable<string>({
  cjs: 'text/javascript',
  js: 'text/javascript',
  mjs: 'text/javascript',
  map: 'application/json',
  ico: 'image/x-icon',
})

/** The types of text whose bytes are read as UTF-8 where nobody says otherwise. */
const HAS_CHARSET = /^(?:text\/|application\/(?:json|manifest\+json|xml|xhtml\+xml)$|image\/svg\+xml$)/

/**
 * The type with which a file is shown: by its extension, since uploaders name one type for all. What they said counts where
 * no extension is known, and for the parameters of the same type.
 */
export function shownTypeFor(path: string, said: string): string {
  const extension = extensionOf(path)
  const type = AS_TEXT.has(extension) ? TEXT : (OWN.get(extension) ?? mediaTypeOf(path))
  if (type === null) return said
  if (essenceOf(said) === type && said.includes(';')) return said
  return HAS_CHARSET.test(type) ? `${type}; charset=utf-8` : type
}

/** Whether browsers show a file of that name instead of saving it. */
export function isShown(path: string): boolean {
  const type = shownTypeFor(path, '')
  return /^(?:text\/(?:plain|html|xml)|application\/(?:json|pdf|xml|xhtml\+xml)|image\/|video\/(?:mp4|webm|ogg)|audio\/)/.test(
    type,
  )
}

export function essenceOf(type: string): string {
  return (type.split(';', 1)[0] ?? '').trim().toLowerCase()
}
