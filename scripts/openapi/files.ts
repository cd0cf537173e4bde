import { openApiDocument } from './document.ts'
import { referencePages } from './page.ts'

/** The API document and its reference: path in the repository → text. */
export function apiFiles(): Readonly<Record<string, string>> {
  const document = openApiDocument()
  return {
    'public/assets/openapi.json': `${JSON.stringify(document, null, 1)}\n`,
    ...Object.fromEntries(
      Object.entries(referencePages(document)).map(([file, text]) => [`public/assets/${file}`, text]),
    ),
  }
}
