// npm run build:cli: writes bin/, and the help texts in docs/cli.md, anew from cli/.
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { makeFolder } from '../../cli/files/make-folder.ts'
import { REPOSITORY } from '../start/local-state.ts'
import { bundleCli } from './cli-bundle.ts'
import { withHelpTexts } from './cli-docs.ts'
import { parseInvocation } from './invocation.ts'

parseInvocation('npm run build:cli', {})
for (const [file, text] of await bundleCli()) {
  makeFolder(dirname(join(REPOSITORY, file)))
  writeFileSync(join(REPOSITORY, file), text)
  chmodSync(join(REPOSITORY, file), 0o755)
  console.log(`${file}  ${(text.length / 1024).toFixed(0)} KiB`)
}

const page = join(REPOSITORY, 'docs/cli.md')
writeFileSync(page, withHelpTexts(readFileSync(page, 'utf8'), join(REPOSITORY, 'bin/buildpass.mjs')))
