import { type ColouredText, colouredText } from '../../../domain/formats/ansi.ts'

/** A text with the colours that a program of a terminal gave it. */
export function Coloured({ text }: { text: string }) {
  return (
    <>
      {colouredText(text).map((part) => (
        <ColouredPart part={part} />
      ))}
    </>
  )
}

/** Behind a colour the text has the one that can be read on it, whatever the program took. */
export function ColouredPart({ part }: { part: ColouredText }) {
  const { text, color, background, isBold, isDim } = part
  const ground = background && `ansi-on ${background.replace('ansi-', 'on-').replace('on-bright-', 'on-')}`
  const look = [ground ?? color, isBold && 'ansi-bold', isDim && 'ansi-dim'].filter(Boolean).join(' ')
  return look === '' ? text : <span class={look}>{text}</span>
}
