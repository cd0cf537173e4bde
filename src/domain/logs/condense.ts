export type CondensedLine = { readonly number: number; readonly text: string; readonly why: 'error' | 'end' }
export type Condensed = { readonly lines: readonly CondensedLine[]; readonly totalLines: number }
export type Condenser = { readonly take: (text: string) => void; readonly close: () => Condensed }
export function openCondenser(): Condenser {
  let held = ''
  let number = 0
  let last: CondensedLine[] = []
  return {
    take(text) {
      held += text
      const lines = held.split('\n')
      held = lines.pop() ?? ''
      last = [
        ...last,
        ...lines.map((text) => ({ number: ++number, text: text.slice(0, 500), why: 'end' as const })),
      ].slice(-30)
    },
    close: () => ({
      lines: held === '' ? last : [...last, { number: number + 1, text: held, why: 'end' as const }],
      totalLines: number + (held === '' ? 0 : 1),
    }),
  }
}
