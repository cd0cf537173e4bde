/** A part as a percentage that says neither none nor all where it is not. */
export function percentText(part: number): string {
  if (part > 0 && part < 0.01) return '<1%'
  if (part < 1 && part > 0.99) return '>99%'
  return `${Math.round(part * 100)}%`
}
