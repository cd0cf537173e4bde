import { type Badge, showableText } from '../../domain/builds/badge.ts'
import type { BadgeJson } from './badge-shape.ts'

/** The answer that shields.io's endpoint badge reads (https://shields.io/badges/endpoint-badge). */
export function badgeJson({ label, message, color, isError }: Badge): BadgeJson {
  return { schemaVersion: 1, label: showableText(label), message, color, isError }
}
