import type { App } from '../frame/route.ts'
import { mountBadges } from './badges.ts'
import { mountPngBadges } from './png.ts'

/** Badges, under both of CircleCI's URL families. */
export function mountBadgeRoutes(app: App): void {
  mountBadges(app)
  mountPngBadges(app)
}
