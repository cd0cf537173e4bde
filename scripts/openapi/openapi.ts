// npm run openapi: writes the OpenAPI document, the reference pages made from it, and the list of routes in the docs.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseInvocation } from '../check/invocation.ts'
import { REPOSITORY } from '../start/local-state.ts'
import { apiFiles } from './files.ts'

parseInvocation('npm run openapi', {})
for (const [file, text] of Object.entries(apiFiles(REPOSITORY))) {
  writeFileSync(join(REPOSITORY, file), text)
  console.log(`${file}  ${text.length} characters`)
}
