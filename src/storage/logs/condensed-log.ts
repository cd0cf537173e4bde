import { type Condensed, openCondenser } from '../../domain/logs/condense.ts'
import type { Stores } from '../stores.ts'
import { type FoundLog, placedMembers, readMembers } from './read-log.ts'

/** Of a log that is not packed yet so many bytes at its end are condensed. */
const MAX_CONDENSED_BYTES = 2 * 1024 * 1024

/** The lines of a log that tell why the step failed: kept with it once it is packed, else of its end. */
export async function condensedOf(
  stores: Pick<Stores, 'artifacts' | 'warn'>,
  { log, parts }: FoundLog,
): Promise<Condensed> {
  // Only `packLog` writes it.
  if (log.condensed !== null) return JSON.parse(log.condensed) as Condensed
  const members = placedMembers(parts).filter(({ offset }) => offset >= log.sizeBytes - MAX_CONDENSED_BYTES)
  const condenser = openCondenser()
  const decoder = new TextDecoder()
  for await (const { bytes } of readMembers(stores, members)) condenser.take(decoder.decode(bytes, { stream: true }))
  condenser.take(decoder.decode())
  const { lines, totalLines } = condenser.close()
  const before = members[0]?.newlinesBefore ?? 0
  return { lines: lines.map((line) => ({ ...line, number: line.number + before })), totalLines: totalLines + before }
}
