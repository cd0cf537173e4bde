// npm run build:assets: writes what is served and made from the sources, and the lists in docs/ that are. `npm start`, tests and deploy do it themselves.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { listedDocs } from '../openapi/files.ts'
import { REPOSITORY } from '../start/local-state.ts'
import { writeAssets } from './assets.ts'
import { parseInvocation } from './invocation.ts'

parseInvocation('npm run build:assets', {})
for (const file of writeAssets()) console.log(file)
for (const [file, text] of Object.entries(listedDocs(REPOSITORY))) writeFileSync(join(REPOSITORY, file), text)
