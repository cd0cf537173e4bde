import { colouredText } from '../../../domain/formats/ansi.ts'

/** A text with the colours that a program of a terminal gave it. */
export function Coloured({ text }: { text: string }) {
  return (
    <>
      {colouredText(text).map(({ text, color, isBold, isDim }) => {
        const classes = [color, isBold && 'ansi-bold', isDim && 'ansi-dim']
        const look = classes.filter(Boolean).join(' ')
        return look === '' ? text : <span class={look}>{text}</span>
      })}
    </>
  )
}
