import type { App } from '../frame/route.ts'
import { mountView } from './view.ts'
import { mountWayIn } from './way-in.ts'

/** The way to what is shown of a build's files, and where that is on our own origin. */
export function mountReports(app: App): void {
  mountWayIn(app)
  mountView(app)
}
