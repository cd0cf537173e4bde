/** How much of a long proof is done: a tenth in `npm test`, all of it in `npm run prove`. */
export function shareOf(whole: number): number {
  return process.env.PROVE === 'all' ? whole : Math.ceil(whole / 10)
}
