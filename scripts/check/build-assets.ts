// npm run build:assets: writes what is served and made from the sources. `npm start`, tests and deploy do it themselves.
import { writeAssets } from './assets.ts'
import { parseInvocation } from './invocation.ts'

parseInvocation('npm run build:assets', {})
for (const file of writeAssets()) console.log(file)
