// node run.mjs <spec file> <file to write>
import { dirname, basename, resolve } from 'node:path'
import Jasmine from 'jasmine'
import reporters from 'jasmine-reporters'
const [, , spec, out] = process.argv
const jasmine = new Jasmine({ projectBaseDir: process.cwd() })
jasmine.addReporter(
  new reporters.JUnitXmlReporter({ savePath: dirname(resolve(out)), filePrefix: basename(out, '.xml'), consolidateAll: true, captureStdout: true }),
)
jasmine.exitOnCompletion = false
await jasmine.execute([spec])
