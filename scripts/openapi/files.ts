import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openApiDocument } from './document.ts'
import { referencePages } from './page.ts'
import { withRouteList } from './route-list.ts'

const LIST_OF_ROUTES = 'docs/moving-from-circleci.md'

/** What `npm run openapi` writes: path in the repository → text. */
export function apiFiles(repository: string): Readonly<Record<string, string>> {
  const document = openApiDocument()
  return {
    'public/assets/openapi.json': `${JSON.stringify(document, null, 1)}\n`,
    ...Object.fromEntries(
      Object.entries(referencePages(document)).map(([file, text]) => [`public/assets/${file}`, text]),
    ),
    [LIST_OF_ROUTES]: withRouteList(readFileSync(join(repository, LIST_OF_ROUTES), 'utf8')),
  }
}

/** Those of the files that are not as they would be written now. */
export function staleApiFiles(repository: string): readonly string[] {
  return Object.entries(apiFiles(repository)).flatMap(([file, text]) => {
    const path = join(repository, file)
    return existsSync(path) && readFileSync(path, 'utf8') === text ? [] : [file]
  })
}
