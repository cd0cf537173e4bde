import type { Mute, NamedTest } from '../../../domain/tests/named-test.ts'
import type { Verdict } from '../../../domain/tests/verdict.ts'
import { isoOf } from '../../json/iso-time.ts'
import type { MuteJson, NamedTestJson, VerdictJson } from './verdict-shape.ts'

export function namedTestJson({ id, classname, name, file }: NamedTest): NamedTestJson {
  return { id, classname, name, file }
}

export function muteJson(mute: Mute): MuteJson
export function muteJson(mute: Mute | null): MuteJson | null
export function muteJson(mute: Mute | null): MuteJson | null {
  if (!mute) return null
  const { reason, until, mutedBy, mutedAt } = mute
  return { reason, until: isoOf(until), muted_by: mutedBy, muted_at: isoOf(mutedAt) }
}

export function verdictJson(verdict: Verdict): VerdictJson {
  if (verdict.verdict !== 'also_red') return verdict
  const { buildNum, pipelineNumber, at } = verdict.since
  return { verdict: 'also_red', since: { build_num: buildNum, pipeline_number: pipelineNumber, at: isoOf(at) } }
}
