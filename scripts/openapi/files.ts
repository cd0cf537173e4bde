import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openApiDocument } from './document.ts'
import { referencePages } from './page.ts'

/** What `npm run openapi` writes: path in the repository → text. */
export function apiFiles(): Readonly<Record<string, string>> {
  const document = openApiDocument()
  return {
    'public/assets/openapi.json': `${JSON.stringify(document, null, 1)}\n`,
    ...Object.fromEntries(
      Object.entries(referencePages(document)).map(([file, text]) => [`public/assets/${file}`, text]),
    ),
  }
}

/** Those of the files that are not as they would be written now. */
export function staleApiFiles(repository: string): readonly string[] {
  return Object.entries(apiFiles()).flatMap(([file, text]) => {
    const path = join(repository, file)
    return existsSync(path) && readFileSync(path, 'utf8') === text ? [] : [file]
  })
}
