import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openApiDocument } from './document.ts'
import { withErrorList } from './error-list.ts'
import { referencePages } from './page.ts'
import { withRouteList } from './route-list.ts'

type Files = Readonly<Record<string, string>>

/** The API document and its reference: path in the repository → text. */
export function apiFiles(): Files {
  const document = openApiDocument()
  return {
    'public/assets/openapi.json': `${JSON.stringify(document, null, 1)}\n`,
    ...Object.fromEntries(
      Object.entries(referencePages(document)).map(([file, text]) => [`public/assets/${file}`, text]),
    ),
  }
}

/** Pages with a list in them, and what writes it. */
const LISTS = { 'docs/moving-from-circleci.md': withRouteList, 'docs/api.md': withErrorList }

/** What is written for people in the repository, with the lists that are made from the tables. */
export function listedDocs(repository: string): Files {
  return Object.fromEntries(
    Object.entries(LISTS).map(([file, withList]) => [file, withList(readFileSync(join(repository, file), 'utf8'))]),
  )
}
