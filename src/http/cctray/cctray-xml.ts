import type { CcState } from '../../domain/formats/cctray.ts'
import { visibleText } from '../../domain/formats/visible-text.ts'
import { escapeMarkup } from '../frame/answers/markup.ts'

export type CcProject = CcState & { readonly name: string; readonly webUrl: string }

/** A feed as CCTray readers take it (https://cctray.org/v1/). */
export function ccTrayXml(projects: readonly CcProject[]): string {
  const rows = projects.map((project) => {
    const { name, activity, lastBuildStatus, lastBuildLabel, lastBuildTime, webUrl } = project
    const time = new Date(lastBuildTime).toISOString()
    const attributes = { name, activity, lastBuildStatus, lastBuildLabel, lastBuildTime: time, webUrl }
    return `  <Project ${Object.entries(attributes)
      .map(([key, value]) => `${key}="${escaped(value)}"`)
      .join(' ')}/>\n`
  })
  return `${DECLARATION}<Projects>\n${rows.join('')}</Projects>\n`
}

/** A refusal: no feed, so that no reader shows an empty one as good news. */
export function refusalXml(message: string): string {
  return `${DECLARATION}<error><message>${escaped(message)}</message></error>\n`
}

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

/** What XML 1.0 §2.2 has no way to write is among what is written out. */
function escaped(text: string): string {
  return escapeMarkup(visibleText(text))
}
